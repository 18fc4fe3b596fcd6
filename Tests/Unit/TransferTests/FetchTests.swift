import Basics
import DVC
import Digests
import LocalBackend
import Storage
import TestSupport
import Testing

@testable import Transfer

@Suite struct FetchTests {
    private typealias Fixture = TransferFixture

    private func run(
        _ fixture: Fixture, files: [ObjectID] = [], directories: [ObjectID] = [], jobs: Int = 3
    ) async throws -> FetchResult {
        let fetch = Fetch(
            from: fixture.store, into: fixture.cache, TransferOptions(jobs: jobs),
            on: fixture.workers)
        try await fetch.run(files: files, directories: directories) { _ in nil }
        return fetch.result
    }

    private func isCached(_ fixture: Fixture, _ oid: ObjectID) async throws -> Bool {
        try await fixture.cache.size(of: ObjectKey(oid)) != nil
    }

    @Test func `members come before the list, each once`() async throws {
        let fixture = try Fixture()
        for number in 1...5 { fixture.store.insert(Fixture.content(number)) }
        let list = try Fixture.list(1, 2, 3)
        fixture.store.insert(list.listing.encoded(), isDirectory: true)
        try fixture.cached(2)
        let result = try await run(
            fixture, files: [3, 4, 4].map(Fixture.oid), directories: [list.oid, list.oid])
        #expect(result.isComplete)
        #expect(result.fetchedCount == 4)
        let gets = fixture.requests(.download)
        #expect(gets.last == list.oid)
        #expect(gets.dropLast().sorted() == [1, 3, 4].map(Fixture.oid).sorted())
        for oid in [1, 2, 3, 4].map(Fixture.oid) + [list.oid] {
            #expect(try await isCached(fixture, oid))
        }
        #expect(fixture.requests(.find).isEmpty)
    }

    @Test func `what is cached with all members is not asked for`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list(1)
        try fixture.cached(1)
        try fixture.cached(list.listing.encoded(), isDirectory: true)
        let result = try await run(fixture, files: [Fixture.oid(1)], directories: [list.oid])
        #expect(result.isComplete && result.fetchedCount == 0)
        #expect(fixture.store.requests.isEmpty)
    }

    @Test func `a list waits for members that are missing or fail, others come`() async throws {
        let fixture = try Fixture()
        let lacking = try Fixture.list(1, 2)
        let failing = try Fixture.list(1, 3)
        let whole = try Fixture.list(1)
        for list in [lacking, failing, whole] {
            fixture.store.insert(list.listing.encoded(), isDirectory: true)
        }
        for number in [1, 3] { fixture.store.insert(Fixture.content(number)) }
        fixture.store.fail(ObjectKey(Fixture.oid(3)), with: .failed("oops"), on: .download)
        let result = try await run(
            fixture, directories: [lacking.oid, failing.oid, whole.oid])
        #expect(result.missing == [Fixture.oid(2)])
        #expect(result.failures.map(\.oid) == [Fixture.oid(3)])
        #expect(try await !isCached(fixture, lacking.oid))
        #expect(try await !isCached(fixture, failing.oid))
        #expect(try await isCached(fixture, whole.oid))
        #expect(try await isCached(fixture, Fixture.oid(1)))
    }

    @Test func `a damaged list in the cache is replaced`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list(1, 2)
        for number in [1, 2] { fixture.store.insert(Fixture.content(number)) }
        fixture.store.insert(list.listing.encoded(), isDirectory: true)
        // Well-formed, but of another directory.
        try fixture.damageCache(list.oid, with: try Fixture.list(9).listing.encoded())
        let result = try await run(fixture, directories: [list.oid])
        #expect(result.isComplete)
        let bytes = try await fixture.cache.contents(of: ObjectKey(list.oid), limit: 1 << 20)
        #expect(bytes == list.listing.encoded())
        #expect(try await isCached(fixture, Fixture.oid(2)))
    }

    @Test func `a damaged list that the store lacks is missing, also on a remote called cache`()
        async throws
    {
        let fixture = try Fixture()
        let list = try Fixture.list(1)
        try fixture.damageCache(list.oid, with: [1, 2, 3])
        let store = MemoryStore(name: "cache")
        let fetch = Fetch(
            from: store, into: fixture.cache, TransferOptions(jobs: 1), on: fixture.workers)
        try await fetch.run(files: [], directories: [list.oid]) { _ in nil }
        #expect(fetch.result.missing == [list.oid])
    }

    @Test func `an object that is not what its name says does not get into the cache`() async throws
    {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(2), as: ObjectKey(Fixture.oid(1)))
        fixture.store.insert(Fixture.content(3))
        let result = try await run(fixture, files: [Fixture.oid(1), Fixture.oid(3)])
        #expect(result.failures.first?.error.reason == .mismatch(found: Fixture.oid(2)))
        #expect(try await !isCached(fixture, Fixture.oid(1)))
        #expect(try await isCached(fixture, Fixture.oid(3)))
    }

    @Test func `content of the right name that is no list is a failure`() async throws {
        let fixture = try Fixture()
        let key = fixture.store.insert(Array("no list".utf8), isDirectory: true)
        let result = try await run(fixture, directories: [key.oid])
        #expect(result.failures.map(\.oid) == [key.oid])
        #expect(try await !isCached(fixture, key.oid))
    }

    @Test func `a failure of the whole store is thrown`() async throws {
        let fixture = try Fixture()
        for number in 0..<50 { fixture.store.insert(Fixture.content(number)) }
        fixture.store.fail(ObjectKey(Fixture.oid(7)), with: .unavailable("gone"))
        let error = await #expect(throws: StoreError.self) {
            try await run(fixture, files: (0..<50).map(Fixture.oid), jobs: 2)
        }
        #expect(error?.reason == .unavailable("gone"))
    }

    @Test func `the meter is told of members and lists`() async throws {
        let fixture = try Fixture()
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("progress")
        let list = try Fixture.list(1, 2)
        for number in [1, 2] { fixture.store.insert(Fixture.content(number)) }
        fixture.store.insert(list.listing.encoded(), isDirectory: true)
        let fetch = Fetch(
            from: fixture.store, into: fixture.cache, TransferOptions(jobs: 1), on: fixture.workers)
        try await fetch.run(files: [], directories: [list.oid]) { count in
            #expect(count == 3)
            return try ProgressMeter(
                .init(title: "t", direction: "download", totalObjects: count, totalBytes: nil),
                to: .init(showsLine: false, file: file))
        }
        let lines = String(decoding: try readFile(file), as: UTF8.self)
        #expect(lines.contains("download 3/3 "))
        #expect(!lines.contains("4/3"))
    }
}
