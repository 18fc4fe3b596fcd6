package import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

extension LocalStore {
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await observed(observer) { moved in
            try get(key, toFileAt: path, mode: 0o666, moved)
        }
    }

    /// Writes the object to a new file at `path` and returns its size in bytes.
    ///
    /// The file gets `mode`, less the umask.
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, mode: mode_t,
        _ moved: ((Int64) -> Void)? = nil
    ) throws -> Int64 {
        try Task.checkCancellation()
        let object = try open(key, .download)
        var new: NewFile
        do throws(SystemError) {
            new = try NewFile(creating: path, mode: mode)
        } catch {
            throw StoreError(.download, key, store: traits.name, writing: error)
        }
        let content: HashedContent
        do throws(CopyError) {
            content = try copyContent(
                of: object, to: &new, like: key.oid, by: reflinksOut, hashing, moved)
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .reading(let error): throw failure(.download, key, error)
            case .writing(let error):
                throw StoreError(.download, key, store: traits.name, writing: error)
            }
        }
        // What arrived is kept in any case: the caller has a use for what is something else.
        new.keep()
        try check(content, .download, key)
        return content.size
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        let object = try open(key, .read)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try object.file.readAll(limit: limit)
        } catch {
            if error.code == EFBIG {
                throw StoreError(.read, key, store: traits.name, .tooLarge(limit: limit))
            }
            throw failure(.read, key, error)
        }
        let oid = key.oid
        let found = objectID(of: bytes, isDirectory: oid.isDirectory, scheme: oid.scheme)
        try check(HashedContent(oid: found, size: Int64(bytes.count)), .read, key)
        return bytes
    }

    func open(
        _ key: ObjectKey, _ operation: StoreError.Operation
    ) throws(StoreError) -> SourceFile {
        do throws(SystemError) {
            return try SourceFile(opening: path(of: key))
        } catch {
            if error.code == ENOENT {
                throw StoreError(operation, key, store: traits.name, .missing)
            }
            throw failure(operation, key, error)
        }
    }
}
