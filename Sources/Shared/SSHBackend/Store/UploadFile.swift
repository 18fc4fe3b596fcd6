internal import Basics
internal import Digests

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that is being sent: open, and looked at again before what was sent of it counts.
struct UploadFile: ~Copyable {
    let file: OpenFile
    private let start: stat

    /// In bytes, when it was opened.
    var size: Int64 { Int64(start.st_size) }

    init(opening path: FilePath) throws(SystemError) {
        // Without O_NONBLOCK the open of a FIFO would wait for its other end for ever.
        let opened = try OpenFile(path, O_RDONLY | O_NONBLOCK, operation: "read")
        start = try opened.regularFileStatus()
        file = opened
    }

    /// Whether it is still as long as it was and nobody has written to it since.
    func isUnchanged() throws(SystemError) -> Bool {
        let now = try file.status()
        #if canImport(Darwin)
        let times = (now.st_mtimespec, start.st_mtimespec)
        #else
        let times = (now.st_mtim, start.st_mtim)
        #endif
        return now.st_size == start.st_size && times.0.tv_sec == times.1.tv_sec
            && times.0.tv_nsec == times.1.tv_nsec
    }
}
