import Basics
import DVC
import Digests
import LocalBackend
import StatusCache
import Storage
import TestSupport
import Testing

@testable import Workspace

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct WorkspaceReaderTests {
    private let directory: TemporaryDirectory
    private let root: FilePath
    private let states: FileStates
    private let reader: WorkspaceReader
    private let cache: LocalStore

    init() throws {
        directory = try TemporaryDirectory()
        root = directory.path.appending("work")
        try createDirectories(root.appending("data/sub"))
        states = FileStates(directory.path.appending("states/files.db"))
        reader = WorkspaceReader(root: root, states: states, threads: 2)
        cache = LocalStore(root: directory.path.appending("cache"), name: "cache")
    }

    private func write(_ path: FilePath, _ text: String) throws {
        try writeFile(root.appending(path), Array(text.utf8))
    }

    private func content(
        _ path: FilePath, _ scheme: HashScheme = .md5, into intake: WorkspaceReader.Intake = .none
    ) async throws -> WorkspaceContent? {
        let rules = try IgnoreRules.ofWorkspace(root, downTo: path)
        return try await reader.content(of: path, scheme: scheme, ignoring: rules, into: intake)
    }

    private func mode(_ oid: ObjectID) throws -> mode_t? {
        try fileStatus(cache.path(of: ObjectKey(oid))).map { $0.st_mode & 0o7777 }
    }

    private func age(_ path: FilePath) {
        var times = [
            timespec(tv_sec: 1_000_000, tv_nsec: 5), timespec(tv_sec: 1_000_000, tv_nsec: 5),
        ]
        _ = root.appending(path).withCString { utimensat(AT_FDCWD, $0, &times, 0) }
    }

    @Test func `a file has the md5 of its bytes and is in the cache with mode 0444`() async throws {
        try write("data/a", "hello\r\n")
        let found = try #require(try await content("data/a", into: .copy(cache)))
        #expect(found.oid == objectID(of: Array("hello\r\n".utf8)))
        #expect(found.size == 7)
        #expect(found.listing == nil)
        #expect(!found.isExecutable)
        #expect(try mode(found.oid) == 0o444)
        let legacy = try #require(try await content("data/a", .md5DosToUnix))
        #expect(legacy.oid == objectID(of: Array("hello\r\n".utf8), scheme: .md5DosToUnix))
        #expect(legacy.oid != found.oid)
    }

    @Test func `a directory lists its files in byte order, links to files followed`() async throws {
        for name in ["b", "a-b", "a.b", "sub/x", "A"] { try write(FilePath("data/\(name)"), name) }
        #expect(symlink("../b", root.appending("data/sub/link").string) == 0)
        #expect(symlink("sub", root.appending("data/linked-directory").string) == 0)
        let found = try #require(try await content("data", into: .copy(cache)))
        let listing = try #require(found.listing)
        #expect(
            listing.indices.map { listing.path(at: $0) }
                == ["A", "a-b", "a.b", "b", "sub/link", "sub/x"])
        #expect(listing.oid(at: 4) == listing.oid(at: 3))
        #expect(found.fileCount == 6)
        #expect(found.size == 1 + 3 + 3 + 1 + 1 + 5)
        #expect(found.oid == listing.objectID())
        #expect(try readFile(cache.path(of: ObjectKey(found.oid))) == listing.encoded())
        for file in found.files { #expect(try mode(file.oid) == 0o444) }
    }

    @Test func `an empty directory is one, and nothing is nil`() async throws {
        let found = try #require(try await content("data"))
        #expect(found.oid.isDirectory)
        #expect(found.fileCount == 0)
        #expect(try await content("nowhere") == nil)
    }

    @Test func `what .dvcignore hides is left out, and another project as well`() async throws {
        try write(".dvcignore", "*.tmp\n")
        try write("data/.hidden", "")
        try write("data/x.tmp", "")
        try createDirectories(root.appending("data/inner/.dvc"))
        try write("data/inner/file", "")
        let found = try #require(try await content("data"))
        #expect(found.files.map(\.path) == [".hidden"])
    }

    @Test(arguments: [
        ("broken", UnaddableError.Reason.brokenLink), ("pipe", .noFile),
        (".dvcignore", .ignoreFile),
    ])
    func `refuses what DVC cannot track`(name: String, reason: UnaddableError.Reason) async throws {
        let path = root.appending("data/sub").appending(name).string
        switch reason {
        case .brokenLink: #expect(symlink("missing", path) == 0)
        case .noFile: #expect(mkfifo(path, 0o666) == 0)
        default: try write("data/sub/.dvcignore", "")
        }
        await #expect(throws: UnaddableError.self) { try await content("data") }
        do {
            _ = try await content("data")
        } catch let error as UnaddableError {
            #expect(error.reason == reason)
            #expect(error.path == FilePath("data/sub").appending(name))
        }
    }

    @Test func `refuses a name that is not UTF-8 and shows it`() async throws {
        let name = FilePath(unchecked: Array("data/sub/caf".utf8) + [0xe9])
        try writeFile(root.appending(name), [])
        do {
            _ = try await content("data")
            Issue.record("not refused")
        } catch let error as UnaddableError {
            #expect(error.summary == #"cannot track 'data/sub/caf\xe9': its name is not UTF-8"#)
        }
    }

    @Test func `a file that is known is not read again`() async throws {
        try write("data/a", "content")
        age("data/a")
        // Its ctime is of now, so only an hour later is it certain that nobody wrote to it since.
        let status = try #require(try fileStatus(root.appending("data/a")))
        let other = objectID(of: Array("something else".utf8))
        let later = currentNanoseconds() + 3_600_000_000_000
        states.save([FileStates.Record(FileStamp(status), other, read: later)])
        #expect(try await content("data/a")?.oid == other)
        // Another scheme is another matter.
        #expect(try await content("data/a", .md5DosToUnix)?.oid != other)
        // What is to be in the cache is read unless it is there.
        #expect(
            try await content("data/a", into: .copy(cache))?.oid
                == objectID(of: Array("content".utf8)))
    }

    @Test func `a file as young as its record is read again`() async throws {
        try write("data/a", "one")
        let first = try #require(try await content("data/a"))
        try write("data/a", "two")
        #expect(try await content("data/a")?.oid != first.oid)
        let status = try #require(try fileStatus(root.appending("data/a")))
        let stamp = FileStamp(status)
        states.save([FileStates.Record(stamp, first.oid, read: stamp.changed)])
        #expect(states.known([stamp], scheme: .md5) == [nil])
    }

    @Test func `a damaged record of files is made anew`() async throws {
        let path = directory.path.appending("broken.db")
        try writeFile(path, Array(repeating: 7, count: 8192))
        let states = FileStates(path)
        try write("data/a", "content")
        let stamp = FileStamp(try #require(try fileStatus(root.appending("data/a"))))
        let oid = objectID(of: [])
        states.save([FileStates.Record(stamp, oid, read: .max)])
        #expect(states.known([stamp], scheme: .md5) == [oid])
        #expect(FileStates(path).known([stamp], scheme: .md5) == [oid])
    }

    @Test func `a hard link is the object itself, and a link to a file is copied`() async throws {
        try write("data/a", "content")
        // Of other content: which of two equal files is taken in first is open.
        try write("elsewhere", "other content")
        #expect(symlink("../elsewhere", root.appending("data/b").string) == 0)
        let found = try #require(try await content("data", into: .hardLink(cache)))
        let copied = try #require(try fileStatus(cache.path(of: ObjectKey(found.files[1].oid))))
        let target = try #require(try fileStatus(root.appending("elsewhere")))
        #expect(copied.st_ino != target.st_ino)
        let object = try #require(try fileStatus(cache.path(of: ObjectKey(found.files[0].oid))))
        let file = try #require(try fileStatus(root.appending("data/a")))
        #expect(file.st_ino == object.st_ino)
        #expect(file.st_mode & 0o7777 == 0o444)
        #expect(
            try directoryEntries(cache.path(of: ObjectKey(found.files[0].oid)).parent).count == 1)
    }

    @Test func `an object that is damaged or not protected is replaced`() async throws {
        try write("data/a", "content")
        let oid = try #require(try await content("data/a", into: .copy(cache))).oid
        let path = cache.path(of: ObjectKey(oid))
        try removeFile(path)
        try writeFile(path, Array("CONTENT".utf8), mode: 0o644)
        _ = try await content("data/a", into: .copy(cache))
        #expect(try readFile(path) == Array("content".utf8))
        #expect(try mode(oid) == 0o444)
        try removeFile(path)
        try writeFile(path, Array("con".utf8), mode: 0o444)
        _ = try await content("data/a", into: .copy(cache))
        #expect(try readFile(path) == Array("content".utf8))
    }

    @Test func `large files are hashed and copied`() async throws {
        let sizes = [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 4 << 20, (9 << 20) + 3]
        var expected: [ObjectID] = []
        for (index, size) in sizes.enumerated() {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* (index + 7) >> 3) }
            try writeFile(root.appending("data/\(index)"), bytes)
            expected.append(objectID(of: bytes))
        }
        let found = try #require(try await content("data", into: .copy(cache)))
        #expect(found.files.map(\.oid) == expected)
        for (oid, size) in zip(expected, sizes) {
            #expect(cache.holds(oid, size: Int64(size)))
            let bytes = try readFile(cache.path(of: ObjectKey(oid)))
            #expect(objectID(of: bytes) == oid)
        }
        #expect(
            try directoryEntries(directory.path.appending("cache/files/md5")).allSatisfy {
                $0.bytes.count == 2
            })
    }
}
