import TestSupport
import Testing

@testable import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct FilesTests {
    private let directory: TemporaryDirectory
    private var top: FilePath { directory.path }

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a file is replaced as a whole, and nothing is left beside it`() throws {
        let file = top.appending("file")
        try writeFile(file, [1, 2, 3])
        try writeFile(file, [])
        try writeFile(file, [4])
        #expect(try readFile(file) == [4])
        #expect(try directoryEntries(top) == ["file"])
    }

    @Test func `a failed write leaves the old content and no temporary file`() throws {
        let occupied = top.appending("occupied")
        try createDirectories(occupied)
        try writeFile(occupied.appending("member"), [1])
        #expect(throws: SystemError("rename to", occupied, code: EISDIR)) {
            try writeFile(occupied, [2])
        }
        #expect(try directoryEntries(top) == ["occupied"])
        #expect(try readFile(occupied.appending("member")) == [1])
        #expect(throws: SystemError.self) { try writeFile(top.appending("no/such/file"), [2]) }
    }

    @Test func `a full disk leaves the old content and no temporary file`() throws {
        // /dev/full takes no byte, as a full disk does.
        let file = try OpenFile("/dev/full", O_WRONLY, operation: "open")
        #expect(throws: SystemError("write to", "/dev/full", code: ENOSPC)) {
            try file.write([1])
        }
    }

    @Test func `a link is replaced, not written through`() throws {
        let target = top.appending("target")
        let link = top.appending("link")
        try writeFile(target, [1])
        #expect(target.withCString { old in link.withCString { symlink(old, $0) } } == 0)
        try writeFile(link, [2])
        #expect(try readFile(target) == [1])
        #expect(try readFile(link) == [2])
    }

    @Test func `directories are made with their parents, with the mode asked for`() throws {
        let deep = top.appending("a/b/c/")
        try createDirectories(deep, mode: 0o2775)
        try createDirectories(deep)
        #expect(directoryExists(deep))
        let status = try #require(try fileStatus(top.appending("a/b")))
        #expect(status.st_mode & 0o7777 == 0o2775)
    }

    @Test func `a file in the way of a directory is named`() throws {
        let file = top.appending("file")
        try writeFile(file, [])
        #expect(throws: SystemError("create directory", file, code: ENOTDIR)) {
            try createDirectories(file)
        }
        #expect(throws: SystemError.self) { try createDirectories(file.appending("below/it")) }
    }

    @Test func `a path far too long is refused, not walked up`() throws {
        let long = String(repeating: "a/", count: 1 << 20)
        #expect(throws: SystemError.self) { try createDirectories(top.appending(long)) }
        #expect(try directoryEntries(top).isEmpty)
    }

    @Test func `what is not there is nil, what cannot be read is an error`() throws {
        #expect(try readFileIfPresent(top.appending("none")) == nil)
        try writeFile(top.appending("file"), [])
        #expect(try readFileIfPresent(top.appending("file/below")) == nil)
        #expect(throws: SystemError("read", top, code: EISDIR)) { try readFileIfPresent(top) }
        #expect(try fileStatus(top.appending("none")) == nil)
    }

    @Test func `removing what is not there is no error`() throws {
        try removeFile(top.appending("none"))
        #expect(throws: SystemError.self) { try removeFile(top) }
    }

    @Test func `names that are no UTF-8 are listed as they are`() throws {
        let name = try #require(FilePath(validating: [0xff, 0x0a, 0x20]))
        try writeFile(top.appending(name), [])
        #expect(try directoryEntries(top) == [name])
    }

    @Test func `temporary names have the form that DVC ignores`() {
        let names = (0..<10_000).map { _ in temporaryPath(in: "dir") }
        #expect(Set(names).count == 10_000)
        for name in names {
            #expect(isTemporaryName(name.lastComponent))
            #expect(name.hasSuffix(".tmp") && name.bytes.count == 4 + 27)
            #expect(name.lastComponent.bytes.first == UInt8(ascii: "."))
        }
    }
}

@Suite struct OpenFileTests {
    private let directory: TemporaryDirectory
    private var file: FilePath { directory.path.appending("file") }

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
    func `reads back all it wrote`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try OpenFile(creating: file).write(bytes)
        #expect(try OpenFile(reading: file).readAll(limit: count) == bytes)
    }

    @Test func `reads so many bytes, or those that there are`() throws {
        try writeFile(file, [1, 2, 3, 4])
        let opened = try OpenFile(reading: file)
        #expect(try opened.read(upTo: 3) == [1, 2, 3])
        #expect(try opened.read(upTo: 3) == [4])
        #expect(try opened.read(upTo: 3) == [])
        let folder = try OpenFile(directory.path, O_RDONLY, operation: "read")
        #expect(throws: SystemError("read", directory.path, code: EISDIR)) {
            try folder.read(upTo: 3)
        }
    }

    @Test func `a file over the limit is refused, also when its size is not known`() throws {
        try writeFile(file, [1, 2, 3])
        #expect(throws: SystemError("read", file, code: EFBIG)) {
            try OpenFile(reading: file).readAll(limit: 2)
        }
        // A pipe has no size.
        let (reader, writer) = try makePipe()
        let source = OpenFile(adopting: reader, named: "a pipe")
        do {
            let sink = OpenFile(adopting: writer, named: "a pipe")
            try sink.write([1, 2, 3])
        }
        #expect(throws: SystemError("read", "a pipe", code: EFBIG)) {
            try source.readAll(limit: 2)
        }
    }

    @Test func `creates nothing over what is there`() throws {
        try writeFile(file, [1])
        #expect(throws: SystemError("create", file, code: EEXIST)) {
            _ = try OpenFile(creating: file)
        }
        #expect(try readFile(file) == [1])
    }

    @Test func `descriptors are closed in programs that are started, and with their owner`() throws
    {
        try writeFile(file, [])
        let descriptor: CInt
        do {
            let opened = try OpenFile(reading: file)
            descriptor = opened.descriptor
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
            #expect(try opened.status().st_size == 0)
        }
        // Another test may have got the number since, but never for this file.
        var status = stat()
        let mine = try #require(try fileStatus(file))
        #expect(fstat(descriptor, &status) != 0 || status.st_ino != mine.st_ino)
    }
}
