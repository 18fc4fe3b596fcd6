import Basics
import DVC
import Digests
import LocalBackend
import Storage
import TestSupport
import Testing

@testable import Transfer

/// Versions of files that become objects of the cache.
@Suite struct VersionedFetchTests {
    private typealias Fixture = TransferFixture

    /// Files by path and version.
    private final class Versions: VersionedStore {
        let files: [String: [UInt8]]
        let failures: [String: StoreError.Reason]
        let asked = Locked<[String]>([])

        init(_ files: [String: [UInt8]], failures: [String: StoreError.Reason] = [:]) {
            self.files = files
            self.failures = failures
        }

        func get(
            _ version: FileVersion, as key: ObjectKey, toFileAt path: FilePath,
            observer: ByteObserver?
        ) async throws -> Int64 {
            let name = "\(version.path)@\(version.id)"
            asked.withLock { $0.append(name) }
            guard let bytes = files[name] else {
                throw StoreError(
                    .download, key, store: "r", failures[name] ?? .missing)
            }
            try writeFile(path, bytes)
            return Int64(bytes.count)
        }
    }

    private func file(_ number: Int, _ version: String?) -> VersionedRequest.File {
        .init(
            oid: Fixture.oid(number),
            version: version.map { FileVersion(path: FilePath("d/\(number)"), id: $0) })
    }

    private func run(
        _ fixture: Fixture, _ store: Versions, _ request: VersionedRequest
    ) async throws -> FetchResult {
        let fetch = VersionedFetch(
            from: store, into: fixture.cache, TransferOptions(jobs: 2), on: fixture.workers)
        try await fetch.run(request) { _ in nil }
        return fetch.result
    }

    private func cached(_ fixture: Fixture, _ oid: ObjectID) async throws -> Bool {
        try await fixture.cache.size(of: ObjectKey(oid)) != nil
    }

    @Test func `what the cache lacks comes by its version, and the list after it`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list(1, 2, 3)
        try fixture.cached(2)
        let store = Versions(["d/1@a": Fixture.content(1), "d/3@c": Fixture.content(3)])
        var request = VersionedRequest()
        request.files = [file(1, "a"), file(2, "b"), file(3, "c"), file(3, nil)]
        request.directories = [list.listing]
        let result = try await run(fixture, store, request)
        #expect(result.isComplete && result.fetchedCount == 2)
        #expect(store.asked.withLock { $0.sorted() } == ["d/1@a", "d/3@c"])
        let bytes = try await fixture.cache.contents(of: ObjectKey(list.oid), limit: 1 << 20)
        #expect(bytes == list.listing.encoded())
        // And once more: nobody is asked.
        _ = try await run(fixture, store, request)
        #expect(store.asked.withLock { $0.count } == 2)
    }

    @Test func `a list waits for members without a version, without data and with errors`()
        async throws
    {
        let fixture = try Fixture()
        let lists = try [[1, 2], [1, 3], [1, 4], [1]].map { numbers in
            try DirectoryListing(
                numbers.map { (path: FilePath("m\($0)"), oid: Fixture.oid($0)) })
        }
        let store = Versions(
            ["d/1@a": Fixture.content(1)], failures: ["d/4@d": .interrupted("reset")])
        var request = VersionedRequest()
        request.files = [file(1, "a"), file(2, nil), file(3, "gone"), file(4, "d")]
        request.directories = lists
        let result = try await run(fixture, store, request)
        #expect(result.missing.sorted() == [2, 3].map(Fixture.oid).sorted())
        #expect(result.failures.map(\.oid) == [Fixture.oid(4)])
        for list in lists.dropLast() {
            #expect(try await !cached(fixture, list.objectID()))
        }
        #expect(try await cached(fixture, lists[3].objectID()))
    }

    @Test func `a failure of the whole store ends it`() async throws {
        let fixture = try Fixture()
        let store = Versions([:], failures: ["d/1@a": .denied("no")])
        var request = VersionedRequest()
        request.files = [file(1, "a")]
        await #expect(throws: StoreError.self) { _ = try await run(fixture, store, request) }
    }
}
