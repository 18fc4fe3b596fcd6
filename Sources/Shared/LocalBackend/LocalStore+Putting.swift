package import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension LocalStore {
    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await observed(observer) { moved in
            try put(fileAt: path, as: key, moved)
        }
    }

    private func put(
        fileAt path: FilePath, as key: ObjectKey, _ moved: ((Int64) -> Void)?
    ) throws -> Int64 {
        try Task.checkCancellation()
        let source: SourceFile
        do throws(SystemError) {
            source = try SourceFile(opening: path)
        } catch {
            throw StoreError(key, store: traits.name, readingSource: error)
        }
        let target = self.path(of: key)
        var new = try createTemporary(in: target.parent, for: key, .upload)
        let content: HashedContent
        do throws(CopyError) {
            content = try copyContent(
                of: source, to: &new, like: key.oid, by: reflinksIn, hashing, moved)
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .reading(let error):
                throw StoreError(key, store: traits.name, readingSource: error)
            case .writing(let error): throw failure(.upload, key, error)
            }
        }
        try check(content, .upload, key)
        do throws(SystemError) {
            try protect(new.path, fchmod(new.file.descriptor, Self.objectMode))
            try new.install(at: target)
        } catch {
            throw failure(.upload, key, error)
        }
        return content.size
    }

    /// Takes in an object that `body` writes, such as another store's `get`, and returns its size.
    ///
    /// `body` gets the path of a file to create, which it must have verified when it returns the
    /// size in bytes. Its errors pass unchanged, and nothing is left then.
    package func receive(
        _ key: ObjectKey, _ body: (FilePath) async throws -> Int64
    ) async throws -> Int64 {
        let target = path(of: key)
        let folder = target.parent
        // Asked for by the first object only: thousands follow.
        if !shards.withLock({ $0.contains(folder) }) {
            do throws(SystemError) {
                try createShard(folder)
            } catch {
                throw failure(.download, key, error)
            }
            shards.withLock { _ = $0.insert(folder) }
        }
        do {
            return try await receive(key, at: target, body)
        } catch {
            // Somebody else may have removed an empty directory since; any other error stands.
            guard error is StoreError, !directoryExists(folder) else { throw error }
            do throws(SystemError) {
                try createShard(folder)
            } catch {
                throw failure(.download, key, error)
            }
            return try await receive(key, at: target, body)
        }
    }

    private func receive(
        _ key: ObjectKey, at target: FilePath, _ body: (FilePath) async throws -> Int64
    ) async throws -> Int64 {
        let temporary = temporaryPath(in: target.parent)
        do {
            let size = try await body(temporary)
            do throws(SystemError) {
                try protect(temporary, temporary.withCString { chmod($0, Self.objectMode) })
                try renameFile(temporary, to: target)
            } catch {
                throw failure(.download, key, error)
            }
            return size
        } catch {
            let kept = keepMismatch(error, at: temporary)
            if kept == nil { try? removeFile(temporary) }  // the first error is the one to tell
            throw kept ?? error
        }
    }

    /// The error of a download that is something else than its name says, with the place where what
    /// arrived is kept; `nil` for any other, and where nothing can be kept.
    private func keepMismatch(_ error: any Error, at path: FilePath) -> StoreError? {
        guard let error = error as? StoreError, case .mismatch(let found) = error.reason,
            fileExists(path),
            // A full disk, most likely: then the mismatch alone is told.
            let place = try? setAside(downloadAt: path, error.key.oid, found: found)
        else { return nil }
        return StoreError(
            error.operation, error.key, store: error.store, error.reason, cause: error.cause,
            remedy: "what arrived is kept as '\(place)'; \(error.advice ?? "get the object again")")
    }

    /// Creates a temporary file beside where the object goes.
    ///
    /// The directory nearly always exists, so nobody asks before the file cannot be created.
    private func createTemporary(
        in directory: FilePath, for key: ObjectKey, _ operation: StoreError.Operation
    ) throws(StoreError) -> NewFile {
        do throws(SystemError) {
            var attempts = 0
            while true {
                do throws(SystemError) {
                    return try NewFile(
                        creating: temporaryPath(in: directory), mode: Self.objectMode)
                } catch  where error.code == ENOENT && attempts < 3 {
                    // More than once, because somebody else may remove empty directories.
                    try createShard(directory)
                    attempts += 1
                }
            }
        } catch {
            throw failure(operation, key, error)
        }
    }

    private func createShard(_ directory: FilePath) throws(SystemError) {
        try createDirectories(directory, mode: isShared ? 0o2775 : nil)
    }

    /// Judges the result of a chmod on a file that we own.
    ///
    /// It is refused only by file systems that keep no modes, where DVC goes on as well.
    private func protect(_ path: FilePath, _ result: CInt) throws(SystemError) {
        guard result != 0 else { return }
        let code = errno
        guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(code) else {
            throw SystemError("set the permissions of", path, code: code)
        }
    }
}
