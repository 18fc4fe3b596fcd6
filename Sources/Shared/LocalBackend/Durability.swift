internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import CLinux
internal import Glibc
#endif

/// Writes what the file system of `directory` still holds in memory to the disk.
///
/// Source: syncfs(2); <unistd.h> of macOS for `fsync_volume_np`.
func synchronizeFileSystem(holding directory: FilePath) throws(SystemError) {
    let opened = try OpenFile(directory, O_RDONLY | O_DIRECTORY, operation: "make durable")
    #if canImport(Darwin)
    let result = fsync_volume_np(
        opened.descriptor, CInt(SYNC_VOLUME_FULLSYNC | SYNC_VOLUME_WAIT))
    #else
    let result = syncfs(opened.descriptor)
    #endif
    guard result == 0 else { throw SystemError("make durable", directory) }
}
