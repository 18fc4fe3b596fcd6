import Basics
import Digests
import LocalBackend
import Storage
import StoreConformance
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What a name does not tell: an object counts in a run as it does alone.
@Suite struct LocalStorePresenceTests {
    private let fixture: LocalFixture
    /// Contents whose objects share a folder, in the order of their ids.
    private let contents: [[UInt8]]

    init() throws {
        fixture = try LocalFixture()
        contents = (0...).lazy.map { Array("content \($0)".utf8) }
            .filter { objectID(of: $0).high >> 56 == 0x77 }.prefix(12)
            .sorted { objectID(of: $0) < objectID(of: $1) }
    }

    private func presence() async throws -> [Bool] {
        let oids = contents.map { objectID(of: $0) }
        return try await fixture.store.presence(of: ObjectRun(oids[...]))
    }

    private func path(_ index: Int) -> FilePath {
        fixture.store.path(of: ObjectKey(objectID(of: contents[index])))
    }

    private func setPermissions(_ path: FilePath, _ mode: mode_t) throws {
        try #require(path.withCString { chmod($0, mode) } == 0)
    }

    @Test func `an object that may have been changed is hashed`() async throws {
        for index in 0..<8 { _ = try await fixture.stored(contents[index]) }
        try setPermissions(path(1), 0o644)  // intact
        try setPermissions(path(2), 0o644)
        try removeFile(path(2))
        try writeFile(path(2), [1, 2, 3])  // damaged, and 0644
        #expect(try await presence() == (0..<12).map { $0 < 8 && $0 != 2 })
        #expect(try fixture.mode(of: path(1)) == 0o444)
        #expect(try readFile(path(2)) == [1, 2, 3], "it is left for the next put")
    }

    @Test func `a link counts as what it leads to`() async throws {
        for index in 0..<4 { _ = try await fixture.stored(contents[index]) }
        let elsewhere = fixture.scratch.path.appending("elsewhere")
        try renameFile(path(1), to: elsewhere)
        try #require(symlink(elsewhere.string, path(1).string) == 0)
        try removeFile(path(2))
        try #require(symlink("nowhere", path(2).string) == 0)
        #expect(Array(try await presence().prefix(4)) == [true, true, false, true])
    }

    @Test func `a directory in the place of an object is an error`() async throws {
        for index in 0..<4 { _ = try await fixture.stored(contents[index]) }
        try createDirectories(path(5))
        let reason = try await fixture.reason { try await presence() }
        guard case .failed = reason else {
            Issue.record("\(reason)")
            return
        }
    }

    @Test func `names that are no objects are passed over`() async throws {
        _ = try await fixture.stored(contents[3])
        let folder = path(3).parent
        for name in [".tmp.1", "x", "\(path(4).lastComponent).unpacked"] {
            try writeFile(folder.appending(FilePath(name)), [1])
        }
        #expect(try await presence() == (0..<12).map { $0 == 3 })
    }

    @Test func `a file in the place of a folder is an error, not an absence`() async throws {
        _ = try await fixture.stored(contents[0])
        let folder = path(0).parent
        try removeFile(path(0))
        try #require(rmdir(folder.string) == 0)
        try writeFile(folder, [1])
        _ = try await fixture.reason { try await presence() }
    }

    @Test func `a file in the place of the store is an error, not an absence`() async throws {
        try writeFile(fixture.root, [1])
        guard case .unavailable = try await fixture.reason(of: presence) else {
            Issue.record("not unavailable")
            return
        }
    }

    @Test func `a cancelled task stops`() async throws {
        _ = try await fixture.stored(contents[0])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await presence()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
