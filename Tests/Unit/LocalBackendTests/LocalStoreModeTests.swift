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

/// The umask belongs to the whole process, so everything that depends on it runs here, in order.
///
/// Other suites run at the same time and must not look at modes that a umask changes.
@Suite(.serialized) struct LocalStoreModeTests {
    @Test(arguments: [(0o077, 0o700), (0o022, 0o755), (0o002, 0o775)] as [(mode_t, mode_t)])
    func `objects are 0444 and directories follow the umask`(
        mask: mode_t, expected: mode_t
    ) async throws {
        let before = umask(mask)
        defer { umask(before) }
        let fixture = try LocalFixture()
        let object = fixture.store.path(of: try await fixture.stored([1, 2, 3]))
        #expect(try fixture.mode(of: object) == 0o444)
        for directory in ["", "files", "files/md5", "files/md5/52"] as [FilePath] {
            #expect(try fixture.mode(of: fixture.root.appending(directory)) == expected)
        }
    }

    @Test func `a shared store makes every directory writable for its group`() async throws {
        let before = umask(0o077)
        defer { umask(before) }
        let fixture = try LocalFixture(isShared: true)
        let object = fixture.store.path(of: try await fixture.stored([1, 2, 3]))
        #expect(try fixture.mode(of: object) == 0o444)
        for directory in ["", "files", "files/md5", "files/md5/52"] as [FilePath] {
            #expect(try fixture.mode(of: fixture.root.appending(directory)) == 0o2775)
        }
    }

    @Test func `a download has the mode it is told, less the umask`() async throws {
        let before = umask(0o027)
        defer { umask(before) }
        let fixture = try LocalFixture()
        let key = try await fixture.stored([1, 2, 3])
        let plain = fixture.scratch.path.appending("plain")
        let program = fixture.scratch.path.appending("program")
        _ = try await fixture.store.get(key, toFileAt: plain)
        _ = try fixture.store.get(key, toFileAt: program, mode: 0o777)
        #expect(try fixture.mode(of: plain) == 0o640)
        #expect(try fixture.mode(of: program) == 0o750)
    }

    @Test func `a received object is 0444 whatever its writer did`() async throws {
        let before = umask(0o077)
        defer { umask(before) }
        let fixture = try LocalFixture()
        let key = try fixture.source([1, 2, 3]).key
        let size = try await fixture.store.receive(key) { path in
            try writeFile(path, [1, 2, 3])
            return 3
        }
        #expect(size == 3)
        #expect(try fixture.mode(of: fixture.store.path(of: key)) == 0o444)
    }
}
