package import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

extension LocalStore {
    /// Whether an object is here that nobody can have changed, and what stat(2) says of it: its mode is
    /// that of an object, or ``size(of:)`` found its content intact.
    ///
    /// `nil` when there is none, or it is damaged. Throws `StoreError`, `CancellationError`.
    package func trustedStatus(of key: ObjectKey) async throws -> stat? {
        let path = path(of: key)
        if let status = try? fileStatus(path), status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o7777 == Self.objectMode
        {
            return status
        }
        guard try await size(of: key) != nil else { return nil }
        return try fileStatus(path, followingLinks: true)
    }

    /// Fills an empty file with the object's content, hashed on its way, and returns its size in bytes.
    ///
    /// Throws `StoreError`: `missing`, `mismatch`, or what kept the object from being read;
    /// `SystemError` with the target's path; `CancellationError`.
    package func fill(_ target: borrowing OpenFile, with key: ObjectKey) throws -> Int64 {
        let object = try open(key, .read)
        let content: HashedContent
        do throws(CopyError) {
            content = try hashContent(
                of: object.file, expectedSize: object.size, like: key.oid, hashing
            ) { block throws(SystemError) in
                try target.write(all: block)
            }
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .reading(let error): throw failure(.read, key, error)
            case .writing(let error): throw error
            }
        }
        try check(content, .read, key)
        return content.size
    }

    /// Makes the file `name`, which must not be there yet, share the blocks of an object.
    ///
    /// `directory`: an open one. Returns 0, or the `errno` of a refusal, after which no such file is
    /// there. The content is not read: as for a link, the object must be one that can be trusted.
    /// `mode`: of the file, before the umask where that counts.
    package func clone(
        _ key: ObjectKey, into directory: CInt, as name: FilePath, mode: mode_t
    ) throws -> CInt {
        let object = try open(key, .read)
        #if canImport(Darwin)
        let flags = UInt32(CLONE_NOOWNERCOPY)
        let result = name.withCString {
            fclonefileat(object.file.descriptor, directory, $0, flags)
        }
        guard result == 0 else { return errno }
        // A clone has the mode of its object.
        return name.withCString { fchmodat(directory, $0, mode, 0) } == 0 ? 0 : errno
        #else
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let created = name.withCString { openat(directory, $0, flags, mode) }
        guard created >= 0 else { return errno }
        defer { close(created) }
        // FICLONE of <linux/fs.h> is a macro that Swift cannot see. Source: ioctl_ficlone(2).
        let request: UInt = 0x4004_9409
        guard ioctl(created, request, object.file.descriptor) != 0 else { return 0 }
        let code = errno
        _ = name.withCString { unlinkat(directory, $0, 0) }
        return code
        #endif
    }
}
