#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// An open file that closes itself: exactly one owner, so no double close and no leak.
package struct OpenFile: ~Copyable {
    package let descriptor: CInt
    package let path: FilePath

    /// Opens an existing file for reading.
    package init(reading path: FilePath) throws(SystemError) {
        try self.init(path, O_RDONLY, operation: "read")
    }

    /// Creates a file that must not exist yet, for writing.
    package init(creating path: FilePath, mode: mode_t = 0o666) throws(SystemError) {
        try self.init(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode, operation: "create")
    }

    /// Opens `path` with the flags of open(2), to which `O_CLOEXEC` is added.
    ///
    /// `operation`: what an error says was being done.
    package init(_ path: FilePath, _ flags: CInt, mode: mode_t = 0, operation: String)
        throws(SystemError)
    {
        let opened = path.withCString { pointer in
            retryingInterrupts { open(pointer, flags | O_CLOEXEC, mode) }
        }
        guard opened >= 0 else { throw SystemError(operation, path) }
        self.descriptor = opened
        self.path = path
    }

    /// Takes over a descriptor that nobody else will close.
    ///
    /// `name`: what errors call it.
    package init(adopting descriptor: CInt, named name: FilePath) {
        self.descriptor = descriptor
        self.path = name
    }

    deinit { _ = close(descriptor) }

    /// What fstat(2) says.
    package func status() throws(SystemError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("read", path) }
        return status
    }

    /// What fstat(2) says of a regular file; of anything else, an error with `EISDIR` or `EINVAL`.
    package func regularFileStatus() throws(SystemError) -> stat {
        let status = try status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            throw SystemError("read", path, code: isDirectory ? EISDIR : EINVAL)
        }
        return status
    }

    /// Reads once into `buffer`; 0 means the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let count = retryingInterrupts {
            #if canImport(Darwin)
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #else
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
        guard count >= 0 else { throw SystemError("read", path) }
        return count
    }

    /// Writes all of `buffer`, however many calls that takes.
    package func write(all buffer: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = retryingInterrupts {
                #if canImport(Darwin)
                Darwin.write(descriptor, piece.baseAddress, piece.count)
                #else
                Glibc.write(descriptor, piece.baseAddress, piece.count)
                #endif
            }
            guard count > 0 else {
                throw SystemError("write to", path, code: count == 0 ? EIO : errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes what is left to be read of another file.
    package func copy(all source: borrowing OpenFile) throws(SystemError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return }
            try write(all: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
            try write(all: UnsafeRawBufferPointer(buffer))
        }
    }

    /// So many bytes from the current position on; fewer only at the end of the file.
    ///
    /// One call for a file of that size, where ``readAll(limit:)`` takes three.
    package func read(upTo count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                while filled < count {
                    let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled..<count])
                    let more = try read(into: UnsafeMutableRawBufferPointer(rest))
                    if more == 0 { return }
                    filled += more
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Everything from the current position to the end.
    ///
    /// `limit`: in bytes; a longer file throws `EFBIG` and is not held in memory.
    package func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        let expected = Int(clamping: try status().st_size)
        guard expected <= limit else { throw SystemError("read", path, code: EFBIG) }
        // One byte more than expected, so that the usual file ends with the first read's answer.
        var bytes = [UInt8](repeating: 0, count: expected + 1)
        var filled = 0
        while true {
            let count = try bytes.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
                try read(
                    into: UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(rebasing: buffer[filled...])))
            }
            filled += count
            if count == 0 { break }
            guard filled <= limit else { throw SystemError("read", path, code: EFBIG) }
            if filled == bytes.count { bytes += [UInt8](repeating: 0, count: 64 << 10) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }
}

/// Repeats a system call for as long as a signal interrupts it.
@inlinable
package func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result == -1, wasInterrupted() { continue }
        return result
    }
}

/// Whether the last system call of this thread failed because of a signal.
@usableFromInline
func wasInterrupted() -> Bool { errno == EINTR }
