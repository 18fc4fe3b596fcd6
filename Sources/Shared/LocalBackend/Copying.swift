internal import Basics
internal import Digests

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Why the content of a file could not be taken over.
enum CopyError: Error {
    case reading(SystemError)
    case writing(SystemError)
    case cancelled
}

/// What a file's content turned out to be.
struct HashedContent {
    let oid: ObjectID
    let size: Int64
}

/// A regular file that is open for reading.
struct SourceFile: ~Copyable {
    let file: OpenFile
    /// When it was opened.
    let status: stat
    /// In bytes, when it was opened.
    var size: Int64 { Int64(status.st_size) }
    var device: dev_t { status.st_dev }

    init(opening path: FilePath) throws(SystemError) {
        // Without O_NONBLOCK the open of a FIFO would wait for its other end for ever.
        let opened = try OpenFile(path, O_RDONLY | O_NONBLOCK, operation: "read")
        status = try opened.regularFileStatus()
        file = opened
    }
}

/// Clones or copies a file into a new one, and says what its content is.
func copyContent(
    of source: borrowing SourceFile, to new: inout NewFile, like oid: ObjectID,
    by reflinks: Reflinks, _ hashing: PairedHashing, _ moved: ((Int64) -> Void)?
) throws(CopyError) -> HashedContent {
    if source.size > 0, reflinks.clone(source.file, device: source.device, to: &new) {
        // What is hashed must be what is kept: the clone, which nobody else can change.
        return try hashContent(of: new.file, expectedSize: source.size, like: oid, hashing) {
            block throws(SystemError) in
            moved?(Int64(block.count))
        }
    }
    return try hashContent(of: source.file, expectedSize: source.size, like: oid, hashing) {
        block throws(SystemError) in
        try new.file.write(all: block)
        moved?(Int64(block.count))
    }
}

/// Reads a file once, from its start to its end, hashing it and handing every block to `body`.
///
/// Between blocks it stops when the task is cancelled. `expectedSize`, in bytes, only chooses the
/// way that is best for it; `oid` is what the content should be, and says how to hash it.
func hashContent(
    of source: borrowing OpenFile, expectedSize: Int64, like oid: ObjectID,
    _ hashing: PairedHashing,
    _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Void = { _ in }
) throws(CopyError) -> HashedContent {
    if expectedSize >= largeSize, oid.scheme == .md5 {
        return try hashLargeContent(of: source, like: oid, hashing, body)
    }
    // One byte more than expected, so that a read which does not fill the buffer is the last one.
    let capacity = Int(clamping: min(max(expectedSize, 0), Int64(blockSize - 1)) + 1)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { buffer.deallocate() }
    var hasher = ContentHasher(oid.scheme)
    var size: Int64 = 0
    while true {
        let count = try read(source, into: buffer)
        if count == 0 { break }
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        hasher.update(block)
        try give(block, to: body)
        size += Int64(count)
        // A file that grew after this has other content than what was hashed; that is no harm.
        if count < capacity && size >= expectedSize { break }
        if Task.isCancelled { throw .cancelled }
    }
    return HashedContent(oid: hasher.finish(isDirectory: oid.isDirectory), size: size)
}

/// The same, hashing some blocks later than `body` gets them, together with those of another file.
private func hashLargeContent(
    of source: borrowing OpenFile, like oid: ObjectID, _ hashing: PairedHashing,
    _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Void
) throws(CopyError) -> HashedContent {
    var hasher = LargeFileHasher(sharing: hashing)
    var size: Int64 = 0
    while true {
        let buffer = hasher.nextBuffer()
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try read(source, into: rest)
            if count == 0 { break }
            filled += count
        }
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        size += Int64(filled)
        if filled < buffer.count {
            try give(block, to: body)
            return HashedContent(
                oid: hasher.finish(block, isDirectory: oid.isDirectory), size: size)
        }
        hasher.takeBuffer()
        try give(block, to: body)
        if Task.isCancelled { throw .cancelled }
    }
}

private func read(
    _ source: borrowing OpenFile, into buffer: UnsafeMutableRawBufferPointer
) throws(CopyError) -> Int {
    do throws(SystemError) {
        return try source.read(into: buffer)
    } catch {
        throw .reading(error)
    }
}

private func give(
    _ block: UnsafeRawBufferPointer,
    to body: (UnsafeRawBufferPointer) throws(SystemError) -> Void
) throws(CopyError) {
    do throws(SystemError) {
        try body(block)
    } catch {
        throw .writing(error)
    }
}

/// The most bytes read at once: few calls per MiB, and they stay in a core's L2 cache between the
/// read, the hash and the write.
let blockSize = 256 << 10

/// From how many bytes on a file's blocks are hashed together with another's.
private let largeSize: Int64 = 4 << 20
