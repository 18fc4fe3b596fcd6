import Basics
import Digests
import TestSupport
import Testing

@testable import Workspace

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct WorkspaceDirectoryTests {
    private let directory: TemporaryDirectory
    private let workspace: WorkspaceDirectory
    private let content = Array("content".utf8)
    private let oid: ObjectID
    private let source: FilePath
    private var top: FilePath { workspace.top }

    init() throws {
        directory = try TemporaryDirectory()
        workspace = WorkspaceDirectory(top: directory.path.appending("top"))
        try createDirectories(directory.path.appending("top"))
        source = directory.path.appending("object")
        try writeFile(source, content)
        oid = objectID(of: content)
    }

    private func install(_ path: FilePath, isExecutable: Bool = false) throws {
        try workspace.install(source, as: oid, at: path, isExecutable: isExecutable)
    }

    private func makeHardLink(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> CInt {
        linkat(AT_FDCWD, old, AT_FDCWD, new, 0)
    }

    private func link(_ path: FilePath, to target: FilePath) {
        let made = target.withCString { old in path.withCString { symlink(old, $0) } }
        #expect(made == 0)
    }

    /// git-integration 8.7.
    @Test(arguments: [
        "", "/", "/etc/passwd", "..", "../x", "a/..", "a/../b", ".", "./a", "a/./b",
        ".git/config", "a/.git/config", ".GIT/hooks/x", ".Git", "a/.gIt",
        ".g\u{200c}it/config", "\u{feff}.git/x", ".git\u{202e}/x", ".gi\u{206f}t",
        "git~1/config", "GIT~1", ".git./x", ".git /x", ".git. . ./x", ".git::$INDEX_ALLOCATION/x",
        ".git:stream", ".git:\u{301}x", ".git\\hooks\\x", "a\\.git\\x", "git~1 ",
        ".dvc/config", "a/.dvc/config.local", ".DVC/tmp/x", ".dvc", ".d\u{200d}vc/config",
        ".dvc./x",
        "dvc~1/x",
    ])
    func `a path that is not safe anywhere is refused`(path: FilePath) throws {
        #expect(WorkspaceDirectory.flaw(of: path) != nil)
        #expect(throws: UnsafePathError.self) { try install(path) }
        #expect(throws: UnsafePathError.self) { try workspace.remove(path) }
        #expect(try directoryEntries(top).isEmpty)
    }

    @Test(arguments: [
        "a", "a/b/c", "...", "..a", "a..", ".gitignore", ".gitx/a", "git", "git~", "git~12", ".gi",
        ".dvcignore", "x.dvc", "a b ", "a.", "-rf", "größe/数据", "a:b", "a//b", ".git\u{301}",
        "git/.gitkeep",
    ])
    func `any other path is written`(path: FilePath) throws {
        #expect(WorkspaceDirectory.flaw(of: path) == nil)
        try install(path)
        #expect(try readFile(top.appending(path)) == content)
        #expect(try workspace.objectID(at: path, scheme: .md5) == oid)
        try workspace.remove(path)
        #expect(!fileExists(top.appending(path)))
    }

    @Test func `no bytes trap the check`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            let bytes = random.mutated(
                Array("a/.git/b".utf8), pieces: ["/", "..", "\u{200c}", ":", "\\", " ", "GIT~1"])
            _ = FilePath(validating: bytes).map { WorkspaceDirectory.flaw(of: $0) }
        }
    }

    @Test func `a link on the way is not followed, whatever it points to`() throws {
        let outside = directory.path.appending("outside")
        try createDirectories(outside)
        try createDirectories(top.appending(".git/hooks"))
        try createDirectories(top.appending("real"))
        link(top.appending("out"), to: outside)
        link(top.appending("hooks"), to: ".git/hooks")
        link(top.appending("inside"), to: "real")
        for path in ["out/x", "out/sub/x", "hooks/pre-commit", "inside/x"] as [FilePath] {
            #expect(throws: UnsafePathError.self) { try install(path) }
            #expect(throws: UnsafePathError.self) { try workspace.remove(path) }
        }
        for folder in [outside, top.appending(".git/hooks"), top.appending("real")] {
            #expect(try directoryEntries(folder).isEmpty)
        }
    }

    @Test func `a file on the way is named`() throws {
        try install("file")
        let error = #expect(throws: UnsafePathError.self) { try install("file/below") }
        #expect(error?.path == "file")
    }

    @Test func `a link put in place of an open directory leads nowhere`() throws {
        try createDirectories(top.appending("data"))
        let outside = directory.path.appending("outside")
        try createDirectories(outside)
        let opened = try workspace.openParent(of: "data/x")
        try renameFile(top.appending("data"), to: top.appending("moved"))
        link(top.appending("data"), to: outside)
        // What was opened before is still the directory itself; opening again fails.
        #expect(try opened.status().st_ino == (try fileStatus(top.appending("moved")))?.st_ino)
        #expect(throws: UnsafePathError.self) { try install("data/x") }
        #expect(try directoryEntries(outside).isEmpty)
    }

    @Test func `a link in the place of the file itself is replaced, not written through`() throws {
        let outside = directory.path.appending("outside")
        try writeFile(outside, [1])
        link(top.appending("x"), to: outside)
        try install("x")
        #expect(try readFile(outside) == [1])
        #expect(try readFile(top.appending("x")) == content)
        #expect(try fileStatus(top.appending("x")).map { $0.st_mode & S_IFMT } == S_IFREG)
    }

    @Test func `a hard link is replaced, not written through`() throws {
        let other = directory.path.appending("other")
        try writeFile(other, [1])
        let linked = other.withCString { old in
            top.appending("x").withCString { makeHardLink(old, $0) }
        }
        #expect(linked == 0)
        try install("x")
        #expect(try readFile(other) == [1])
    }

    @Test func `damaged content leaves the old file and no temporary one`() throws {
        try install("data/x")
        try writeFile(source, Array("damaged".utf8))
        let error = #expect(throws: DamagedCacheError.self) { try install("data/x") }
        #expect(error?.oid == oid)
        #expect(error?.found == objectID(of: Array("damaged".utf8)))
        #expect(throws: DamagedCacheError.self) { try install("data/y") }
        #expect(try readFile(top.appending("data/x")) == content)
        #expect(try directoryEntries(top.appending("data")) == ["x"])
    }

    @Test func `a directory in the way and a source that is gone leave no temporary file`() throws {
        try createDirectories(top.appending("data/x"))
        #expect(throws: SystemError.self) { try install("data/x") }
        try removeFile(source)
        #expect(throws: SystemError.self) { try install("data/y") }
        #expect(try directoryEntries(top.appending("data")) == ["x"])
    }

    @Test func `only what the metafile calls executable is`() throws {
        try install("plain")
        try install("tool", isExecutable: true)
        #expect(try workspace.status(of: "plain").map { $0.st_mode & 0o111 } == 0)
        #expect(try workspace.status(of: "tool").map { $0.st_mode & 0o100 } == 0o100)
    }

    @Test func `a legacy name is that of the text without carriage returns`() throws {
        try writeFile(top.appending("dos"), Array("a\r\nb\r\n".utf8))
        #expect(
            try workspace.objectID(at: "dos", scheme: .md5DosToUnix).hasDigest(
                of: objectID(of: Array("a\nb\n".utf8))))
    }

    @Test func `a very deep path is written, a name too long refused`() throws {
        let deep = FilePath(String(repeating: "d/", count: 300) + "x")
        try install(deep)
        let tooDeep = FilePath(
            String(repeating: "d/", count: 100) + String(repeating: "n", count: 300))
        #expect(throws: SystemError.self) { try install(tooDeep) }
    }
}
