internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Clones files where the file system can share their blocks, and remembers where it cannot.
///
/// One per store and direction, so that after the first file of a source device, copying costs no
/// futile system call.
final class Reflinks: Sendable {
    private let refused = Locked<[dev_t]>([])

    /// Makes `target`, just created and empty, share all blocks of `source`.
    ///
    /// - Returns: `false` when nothing was done, whatever the reason: copying then tells the error.
    func clone(
        _ source: borrowing OpenFile, device: dev_t, to target: inout NewFile
    ) -> Bool {
        if refused.withLock({ $0.contains(device) }) { return false }
        switch target.clone(source) {
        case 0: return true
        case EOPNOTSUPP, ENOTSUP, ENOTTY, ENOSYS, EXDEV, EINVAL, EPERM:
            refused.withLock { if !$0.contains(device) { $0.append(device) } }
        default: break  // a full disk, an I/O error: the next file may be luckier
        }
        return false
    }
}
