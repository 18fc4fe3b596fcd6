#if os(Linux)
internal import CLinux
#endif

/// Lets what is freed be used again by this process, some megabytes of it, and not by others.
///
/// For work that takes and frees pieces of some 256 KiB all the time: the system gives memory page by page,
/// and cleans each. Of an upload of 2 GiB over ssh that was a fifth of what this program spent in the system.
func keepFreedMemory() { isFreedMemoryKept }

/// Once for the process.
private let isFreedMemoryKept: Void = {
    #if os(Linux)
    // The first is from which size on memory does not come from the heap, the second how much the heap
    // keeps; both are the C library's own affair, so it may refuse. Source: mallopt(3).
    _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
    _ = mallopt(M_TRIM_THRESHOLD, 8 << 20)
    #endif
}()
