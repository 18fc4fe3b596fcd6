#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// What tells that a file is still the one that was read: where it is stored, how long it is, and when
/// it was last written to.
package struct FileStamp: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    /// In bytes.
    package let size: Int64
    /// Nanoseconds since 1970.
    package let modified: Int64
    /// When owner, mode, links or content changed, in nanoseconds since 1970; nobody can set it back.
    package let changed: Int64

    package init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Darwin)
        modified = nanoseconds(status.st_mtimespec)
        changed = nanoseconds(status.st_ctimespec)
        #else
        modified = nanoseconds(status.st_mtim)
        changed = nanoseconds(status.st_ctim)
        #endif
    }

    /// Whether the content is the same, as far as can be told: a new link or mode changes nothing.
    package func hasSameContent(as other: FileStamp) -> Bool {
        device == other.device && inode == other.inode && size == other.size
            && modified == other.modified
    }

    /// Whether the file could be written to after `moment` without its times telling.
    ///
    /// Times are taken from a clock that ticks every few milliseconds, or, where whole seconds are
    /// stored, every second or two. `moment`: nanoseconds since 1970.
    package func isRacy(at moment: Int64) -> Bool { settled > moment }

    /// From when on the times tell of every write, in nanoseconds since 1970.
    var settled: Int64 {
        max(modified, changed) &+ (isCoarse ? 2_000_000_000 : Self.longestTick)
    }

    /// Whether whole seconds are all that the file system keeps, as far as can be told.
    var isCoarse: Bool { modified % 1_000_000_000 == 0 && changed % 1_000_000_000 == 0 }

    /// In nanoseconds: within this time two writes can leave the same times.
    package static let longestTick: Int64 = 20_000_000
}

private func nanoseconds(_ time: timespec) -> Int64 {
    // A date that needs more bits than 64 is nonsense, and only has to stay the same.
    (Int64(time.tv_sec) &* 1_000_000_000) &+ Int64(time.tv_nsec)
}

/// Now, in nanoseconds since 1970.
package func currentNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return nanoseconds(now)
}
