internal import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension LocalStore {
    /// The mode of every object: DVC trusts a file with exactly this mode without hashing it.
    static let objectMode: mode_t = 0o444

    /// The size in bytes, or `nil` when there is no such object.
    ///
    /// An object whose mode is not exactly 0444 is hashed: it becomes 0444 when it is intact and
    /// counts as absent when not. DVC then deletes it; we leave it for the next `put` to replace.
    package func size(of key: ObjectKey) async throws -> Int64? {
        let path = path(of: key)
        guard let status = try status(of: path, key, followingLinks: false) else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG where status.st_mode & 0o7777 == Self.objectMode:
            return Int64(status.st_size)
        case S_IFREG:
            return try verifyUntrusted(key, at: path, mayChangeMode: true)
        case S_IFLNK:
            // Somebody's own doing, and DVC follows it; but we change nothing behind a link.
            guard let target = try self.status(of: path, key, followingLinks: true) else {
                return nil
            }
            if target.st_mode & 0o7777 == Self.objectMode { return Int64(target.st_size) }
            return try verifyUntrusted(key, at: path, mayChangeMode: false)
        default:
            throw failure(.find, key, SystemError("read", path, code: EISDIR))
        }
    }

    private func status(
        of path: FilePath, _ key: ObjectKey, followingLinks: Bool
    ) throws(StoreError) -> stat? {
        var status = stat()
        let result = path.withCString { followingLinks ? stat($0, &status) : lstat($0, &status) }
        if result == 0 { return status }
        // Not `fileStatus`: a file where the root must be is "absent" to it, and an error to us.
        if errno == ENOENT { return nil }
        throw failure(.find, key, SystemError("examine", path))
    }

    /// The size of an object that could have been changed since it was stored, `nil` if it was.
    private func verifyUntrusted(
        _ key: ObjectKey, at path: FilePath, mayChangeMode: Bool
    ) throws -> Int64? {
        let object: SourceFile
        do throws(SystemError) {
            object = try SourceFile(opening: path)
        } catch {
            if error.code == ENOENT { return nil }
            throw failure(.find, key, error)
        }
        let content: HashedContent
        do throws(CopyError) {
            content = try hashContent(
                of: object.file, expectedSize: object.size, like: key.oid, hashing)
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .reading(let error), .writing(let error): throw failure(.find, key, error)
            }
        }
        guard content.oid == key.oid else { return nil }
        // Another owner's object stays as it is; the mode only spares the next one this hash.
        if mayChangeMode { _ = fchmod(object.file.descriptor, Self.objectMode) }
        return content.size
    }
}
