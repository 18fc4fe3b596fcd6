import Basics
import LocalBackend
import Storage
import StoreConformance
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Which objects are believed to be intact without being read (dvc-compat 2.4).
@Suite struct LocalStoreTrustTests {
    private let fixture: LocalFixture
    init() throws { fixture = try LocalFixture() }

    private func place(_ bytes: [UInt8], as key: ObjectKey, mode: mode_t) throws -> FilePath {
        let path = fixture.store.path(of: key)
        try createDirectories(path.parent)
        try writeFile(path, bytes)
        #expect(path.withCString { chmod($0, mode) } == 0)
        return path
    }

    @Test func `an object with mode 0444 is trusted`() async throws {
        let key = try fixture.source([1, 2, 3]).key
        _ = try place([9, 9], as: key, mode: 0o444)
        #expect(try await fixture.store.size(of: key) == 2)
    }

    @Test(arguments: [0o644, 0o400, 0o555, 0o1444] as [mode_t])
    func `an intact object with another mode gets the right one`(mode: mode_t) async throws {
        let key = try fixture.source([1, 2, 3]).key
        let path = try place([1, 2, 3], as: key, mode: mode)
        #expect(try await fixture.store.size(of: key) == 3)
        #expect(try fixture.mode(of: path) == 0o444)
    }

    @Test func `a damaged object with another mode is absent but stays, until it is put`()
        async throws
    {
        let (source, key) = try fixture.source([1, 2, 3])
        let path = try place([9, 9, 9], as: key, mode: 0o644)
        #expect(try await fixture.store.size(of: key) == nil)
        #expect(try readFile(path) == [9, 9, 9])
        #expect(try fixture.mode(of: path) == 0o644)
        _ = try await fixture.store.put(fileAt: source, as: key)
        #expect(try readFile(path) == [1, 2, 3])
        #expect(try fixture.mode(of: path) == 0o444)
    }

    @Test func `a link is followed, verified, and nothing behind it is changed`() async throws {
        let (source, key) = try fixture.source([1, 2, 3])
        let path = fixture.store.path(of: key)
        try createDirectories(path.parent)
        let made = source.withCString { old in path.withCString { symlink(old, $0) } }
        #expect(made == 0)
        let before = try fixture.mode(of: source)
        #expect(try await fixture.store.size(of: key) == 3)
        #expect(try fixture.mode(of: source) == before)

        _ = try await fixture.store.put(fileAt: source, as: key)
        #expect(try #require(try fileStatus(path)).st_mode & S_IFMT == S_IFREG)
        #expect(try readFile(source) == [1, 2, 3])
    }

    @Test func `a dangling link is absent`() async throws {
        let key = try fixture.source([1, 2, 3]).key
        let path = fixture.store.path(of: key)
        try createDirectories(path.parent)
        #expect(path.withCString { symlink("nowhere", $0) } == 0)
        #expect(try await fixture.store.size(of: key) == nil)
    }
}
