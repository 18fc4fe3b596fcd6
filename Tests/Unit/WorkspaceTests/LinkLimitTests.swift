import Basics
import DVC
import Digests
import LocalBackend
import StatusCache
import Storage
import TestSupport
import Testing
import Workspace

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Links that a file system refuses, or has no more of.
@Suite struct LinkLimitTests {
    private let directory: TemporaryDirectory
    private let cache: LocalStore
    private let top: FilePath
    private let oid: ObjectID

    init() throws {
        directory = try TemporaryDirectory()
        cache = LocalStore(root: directory.path.appending("cache"), name: "")
        top = directory.path.appending("work")
        try createDirectories(top)
        oid = objectID(of: Array("content".utf8))
        try cache.takeIn(Array("content".utf8), as: oid)
    }

    private func checkOut(_ name: FilePath, as types: [LinkType]) async throws -> CheckoutReport {
        let checkout = Checkout(
            WorkspaceDirectory(top: top), root: "", cache: cache, types: types,
            states: FileStates(nil), threads: 1)
        return try await checkout.run(
            [WantedOut(path: name, oid: oid, isExecutable: false)], CheckoutOptions())
    }

    /// Gives the object as many names as the file system allows; `false` when that takes too long to
    /// find out.
    private func exhaustLinks() throws -> Bool {
        let object = cache.path(of: ObjectKey(oid))
        let folder = directory.path.appending("names")
        try createDirectories(folder)
        for index in 0..<70_000 {
            let made = object.withCString { old in
                folder.appending("\(index)").withCString { link(old, $0) }
            }
            if made != 0 {
                #expect(errno == EMLINK)
                return true
            }
        }
        return false
    }

    @Test
    func `an object with as many names as it can have is copied, and later ones are linked again`()
        async throws
    {
        // tmpfs has no limit that a test could reach; ext4 has 65 000.
        guard try exhaustLinks() else { return }
        let report = try await checkOut("a", as: [.hardlink])
        #expect(report.unlinked == ["a"])
        #expect(report.errors.isEmpty && report.missing.isEmpty)
        #expect(try readFile(top.appending("a")) == Array("content".utf8))
        #expect(try #require(try fileStatus(top.appending("a"))).st_nlink == 1)
        // Of the types that are left the next is no fallback.
        let second = try await checkOut("b", as: [.hardlink, .symlink])
        #expect(second.unlinked == [])
        #expect(try #require(try fileStatus(top.appending("b"))).st_mode & S_IFMT == S_IFLNK)
        try removeFile(directory.path.appending("names/0"))
        let third = try await checkOut("c", as: [.hardlink])
        #expect(third.unlinked == [])
        #expect(try #require(try fileStatus(top.appending("c"))).st_nlink > 1)
    }

    @Test func `where no clones can be made the next type is taken`() async throws {
        let canClone = cache.canClone(into: top)
        _ = try await checkOut("a", as: [.reflink, .hardlink])
        let links = try #require(try fileStatus(top.appending("a"))).st_nlink
        #expect(links == (canClone ? 1 : 2))
        _ = try await checkOut("b", as: [.reflink, .copy])
        #expect(try #require(try fileStatus(top.appending("b"))).st_nlink == 1)
        #expect(try readFile(top.appending("b")) == Array("content".utf8))
        if !canClone {
            let report = try await checkOut("c", as: [.reflink])
            #expect(report.errors.contains { $0 is NoLinkTypeError }, "\(report.errors)")
            #expect(!fileExists(top.appending("c")))
        }
    }
}
