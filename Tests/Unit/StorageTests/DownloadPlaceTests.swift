import Basics
import Digests
import Storage
import TestSupport
import Testing

@Suite struct DownloadPlaceTests {
    private let directory: TemporaryDirectory
    private let key = ObjectKey(objectID(of: [1]))
    private var path: FilePath { directory.path.appending("new") }

    init() throws { directory = try TemporaryDirectory() }

    /// Makes the file, writes to it and ends so; returns the place, as a slow thread would still hold it.
    private func receive(endingWith reason: StoreError.Reason?) async throws -> DownloadPlace {
        let held = Locked<DownloadPlace?>(nil)
        do {
            try await DownloadPlace.receive(at: path) { place in
                held.withLock { $0 = place }
                try place.opened().file.write([1])
                guard let reason else { return }
                throw StoreError(.download, key, store: "r", reason)
            }
        } catch is StoreError {
            #expect(reason != nil)
        }
        return try #require(held.withLock { $0 })
    }

    @Test func `what arrived stays`() async throws {
        _ = try await receive(endingWith: nil)
        #expect(try readFile(path) == [1])
    }

    @Test func `what has another name stays, too`() async throws {
        _ = try await receive(endingWith: .mismatch(found: objectID(of: [2])))
        #expect(try readFile(path) == [1])
    }

    @Test func `after any other error the file is gone, whoever holds the place`() async throws {
        let place = try await receive(endingWith: .interrupted("gone"))
        #expect(!fileExists(path))
        // Another try has the path to itself.
        try writeFile(path, [3])
        withExtendedLifetime(place) {}
        #expect(try readFile(path) == [3])
    }

    @Test func `nobody makes the file after the end`() async throws {
        let held = Locked<DownloadPlace?>(nil)
        await #expect(throws: CancellationError.self) {
            try await DownloadPlace.receive(at: path) { place in
                held.withLock { $0 = place }
                throw CancellationError()
            }
        }
        let place = try #require(held.withLock { $0 })
        #expect(throws: SystemError.self) { try place.opened() }
        #expect(!fileExists(path))
    }
}
