import Basics
import DVC
import Digests
import Storage
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(5))) struct UploadTests {
    private typealias Fixture = TransferFixture

    private func run(
        _ fixture: Fixture, files: [Int] = [],
        directories: [(oid: ObjectID, listing: DirectoryListing)] = [], jobs: Int = 3
    ) async throws -> UploadResult {
        let missing = try await fixture.missing(
            files: files.map(Fixture.oid), directories: directories.map(Fixture.directory))
        let upload = fixture.upload(missing, jobs: jobs)
        try await upload.run(missing)
        return upload.result
    }

    @Test func `members go before the lists that name them`() async throws {
        let fixture = try Fixture()
        for number in 0..<20 { try fixture.cached(number) }
        let lists = try [Fixture.list(0, 1, 2), Fixture.list(2, 3, 4), Fixture.list(5)]
        for list in lists { try fixture.cached(list.listing.encoded(), isDirectory: true) }
        let result = try await run(fixture, files: Array(6..<20), directories: lists, jobs: 8)
        #expect(result.isComplete)
        #expect(result.uploadedCount == 23)
        #expect(
            result.uploadedBytes == fixture.store.objects.values.reduce(0) { $0 + Int64($1.count) })
        let puts = fixture.requests(.upload)
        #expect(puts.count == 23 && Set(puts).count == 23)
        #expect(puts.prefix(20).allSatisfy { !$0.isDirectory })
        #expect(puts.suffix(3).allSatisfy { $0.isDirectory })
        #expect(Set(result.present) == Set(puts))
        #expect(fixture.store.durableCount == 1)
        // One question for each object, and no more.
        #expect(fixture.requests(.find).count == 23)
        #expect(Set(fixture.requests(.find)) == Set(puts))
    }

    @Test func `an empty directory is its list alone`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list()
        try fixture.cached(list.listing.encoded(), isDirectory: true)
        let result = try await run(fixture, directories: [list])
        #expect(result.present == [list.oid])
    }

    @Test func `a list is kept back when a member is missing or fails, others go`() async throws {
        let fixture = try Fixture()
        for number in [1, 2, 4, 5] { try fixture.cached(number) }
        let lacking = try Fixture.list(1, 3)
        let failing = try Fixture.list(2, 4)
        let whole = try Fixture.list(1, 5)
        for list in [lacking, failing, whole] {
            try fixture.cached(list.listing.encoded(), isDirectory: true)
        }
        fixture.store.fail(ObjectKey(Fixture.oid(4)), with: .failed("oops"), on: .upload)
        let result = try await run(fixture, directories: [lacking, failing, whole])
        #expect(!result.isComplete)
        #expect(result.missing == [Fixture.oid(3)])
        #expect(result.failures.map(\.oid) == [Fixture.oid(4)])
        #expect(!result.present.contains(lacking.oid) && !result.present.contains(failing.oid))
        #expect(result.untried.isEmpty)
        #expect(result.stoppedBy == nil)
        #expect(fixture.requests(.upload).filter(\.isDirectory) == [whole.oid])
        #expect(
            Set(fixture.store.objects.keys.map(\.oid))
                == Set([1, 2, 5].map(Fixture.oid) + [whole.oid]))
        #expect(fixture.store.durableCount == 1)
    }

    @Test func `a member that is not wanted now keeps its list back when it fails for another`()
        async throws
    {
        let fixture = try Fixture()
        let list = try Fixture.list(1, 2)
        try fixture.cached(1)
        try fixture.cached(list.listing.encoded(), isDirectory: true)
        let wanted = try #require(list.listing.index(of: "member 1"))
        let missing = try await fixture.missing(
            files: [Fixture.oid(2)],
            directories: [.init(oid: list.oid, listing: list.listing, wantedMembers: [wanted])])
        let upload = fixture.upload(missing)
        try await upload.run(missing)
        #expect(fixture.store.objects[ObjectKey(list.oid)] == nil)
    }

    @Test func `content that is not what its name says is never stored`() async throws {
        let fixture = try Fixture()
        try fixture.damageCache(Fixture.oid(1), with: Fixture.content(2))
        try fixture.cached(3)
        let result = try await run(fixture, files: [1, 3])
        #expect(result.failures.map(\.oid) == [Fixture.oid(1)])
        #expect(result.failures.first?.error.reason == .mismatch(found: Fixture.oid(2)))
        #expect(fixture.store.objects.keys.map(\.oid) == [Fixture.oid(3)])
    }

    @Test func `a failure of the whole store stops, and what was stored is made durable`()
        async throws
    {
        let fixture = try Fixture()
        for number in 0..<200 { try fixture.cached(number) }
        let list = try Fixture.list(0, 1)
        try fixture.cached(list.listing.encoded(), isDirectory: true)
        let sorted = (0..<200).map(Fixture.oid).sorted()
        let order = FoldersFirst(sorted)
        let turns = sorted.indices.map { sorted[order.index(at: $0)] }
        fixture.store.fail(ObjectKey(turns[20]), with: .full("no space"), on: .upload)
        let result = try await run(fixture, files: Array(0..<200), directories: [list], jobs: 1)
        #expect(result.stoppedBy?.reason == .full("no space"))
        #expect(!result.isComplete)
        #expect(fixture.requests(.upload) == Array(turns[...20]))
        #expect(result.failures.map(\.oid) == [turns[20]])
        #expect(result.present == Array(turns[..<20]))
        #expect(Set(result.untried) == Set(turns[21...] + [list.oid]))
        #expect(fixture.store.durableCount == 1)
    }

    @Test func `when nothing was stored nothing is made durable`() async throws {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(1))
        let result = try await run(fixture, files: [1, 2])
        #expect(result.missing == [Fixture.oid(2)])
        #expect(result.present == [Fixture.oid(1)])
        #expect(fixture.store.durableCount == 0)
    }

    @Test func `without a cache all is missing, and nothing is asked`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list(1)
        let missing = MissingSet(
            files: [Fixture.oid(1)], directories: [Fixture.directory(list)],
            lostDirectories: [try Fixture.list(2).oid])
        let upload = Upload(
            from: nil, to: fixture.store, TransferOptions(jobs: 2), on: fixture.workers, meter: nil)
        try await upload.run(missing)
        #expect(Set(upload.result.missing) == [Fixture.oid(1), try Fixture.list(2).oid])
        #expect(fixture.store.requests.isEmpty)
    }

    @Test func `cancelled it throws, and keeps what was done until then`() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let sorted = (0..<10).map(Fixture.oid).sorted()
        let fixture = try Fixture { request in
            guard request == .init(.upload, ObjectKey(sorted[4])) else { return }
            arrival.yield()
            let (never, end) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}  // until it is cancelled
            end.finish()
        }
        for number in 0..<10 { try fixture.cached(number) }
        let missing = try await fixture.missing(files: sorted)
        let upload = fixture.upload(missing, jobs: 1)
        let task = Task { try await upload.run(missing) }
        for await _ in arrivals { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(upload.result.uploadedCount == 4)
        #expect(upload.result.present == Array(sorted.prefix(4)))
        #expect(upload.result.failures.isEmpty)
        #expect(fixture.requests(.upload).count == 5)
        #expect(fixture.store.durableCount == 0)
    }
}
