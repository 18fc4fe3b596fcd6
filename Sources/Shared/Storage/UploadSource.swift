package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that is being sent: open, and looked at again before what was sent of it counts.
package final class UploadSource: Sendable {
    package let file: OpenFile
    private let start: stat

    /// In bytes, when it was opened.
    package var size: Int64 { Int64(start.st_size) }
    package var descriptor: CInt { file.descriptor }

    package init(opening path: FilePath) throws(SystemError) {
        // Without O_NONBLOCK the open of a FIFO would wait for its other end for ever.
        let opened = try OpenFile(path, O_RDONLY | O_NONBLOCK, operation: "read")
        let status = try opened.regularFileStatus()
        file = opened
        start = status
    }

    /// Whether nobody has written to it since it was opened.
    package func isUnchanged() throws(SystemError) -> Bool {
        let now = try file.status()
        #if canImport(Darwin)
        let times = (now.st_mtimespec, start.st_mtimespec)
        #else
        let times = (now.st_mtim, start.st_mtim)
        #endif
        return now.st_size == start.st_size && times.0.tv_sec == times.1.tv_sec
            && times.0.tv_nsec == times.1.tv_nsec
    }

    /// Reads a piece of the file and hands it to `body` in blocks.
    ///
    /// Returns how many bytes there were: fewer than asked for when the file has become shorter.
    package func read(
        _ range: Range<Int64>, into buffer: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) -> Int64 {
        var offset = range.lowerBound
        while offset < range.upperBound {
            var filled = 0
            let wanted = Int(min(Int64(buffer.count), range.upperBound - offset))
            // Whole blocks, because what takes them needs whole blocks of its own.
            while filled < wanted {
                let place = buffer.baseAddress.map { $0 + filled }
                let count = retryingInterrupts {
                    pread(file.descriptor, place, wanted - filled, off_t(offset) + off_t(filled))
                }
                guard count >= 0 else { throw SystemError("read", file.path) }
                if count == 0 { break }
                filled += count
            }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
            offset += Int64(filled)
            if filled < wanted { break }
        }
        return offset - range.lowerBound
    }
}
