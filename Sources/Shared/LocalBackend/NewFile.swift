internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that was just created and removes itself unless it is kept.
///
/// One owner: whatever ends the work on it early, an error or a cancelled task, leaves nothing.
struct NewFile: ~Copyable {
    private(set) var file: OpenFile
    let path: FilePath
    private var isKept = false

    /// Creates a file that must not exist yet, with this mode less the umask.
    init(creating path: FilePath, mode: mode_t) throws(SystemError) {
        // Readable as well, because a clone is hashed after it was made.
        file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: mode, operation: "create")
        self.path = path
    }

    deinit {
        if !isKept { try? removeFile(path) }  // the error that ended the work is the one to tell
    }

    /// Leaves the file where it is.
    consuming func keep() { isKept = true }

    /// Renames the file, replacing what is at `path`; a symbolic link there is replaced, not followed.
    consuming func install(at path: FilePath) throws(SystemError) {
        try renameFile(self.path, to: path)
        isKept = true
    }

    /// Makes the empty file share all blocks of `source`, if the file system can.
    ///
    /// Returns 0, or the `errno` of a refusal; the file is then as it was.
    mutating func clone(_ source: borrowing OpenFile) -> CInt {
        #if canImport(Darwin)
        // A clone is always a new file with the source's mode, so one is made beside this file and
        // takes its place. Nothing can fail once it has. Source: clonefile(2).
        let beside = temporaryPath(in: path.parent)
        let flags = UInt32(CLONE_NOOWNERCOPY)
        let result = beside.withCString {
            fclonefileat(source.descriptor, AT_FDCWD, $0, flags)
        }
        guard result == 0 else { return errno }
        do throws(SystemError) {
            let mode = try file.status().st_mode & 0o7777
            let cloned = try OpenFile(beside, O_RDONLY, operation: "read")
            guard fchmod(cloned.descriptor, mode) == 0 else {
                throw SystemError("set the permissions of", beside)
            }
            try renameFile(beside, to: path)
            file = cloned
            return 0
        } catch {
            try? removeFile(beside)  // copying follows, and has its own errors
            return error.code
        }
        #else
        // FICLONE of <linux/fs.h> is a macro that Swift cannot see. Source: ioctl_ficlone(2).
        let request: UInt = 0x4004_9409
        return ioctl(file.descriptor, request, source.descriptor) == 0 ? 0 : errno
        #endif
    }
}
