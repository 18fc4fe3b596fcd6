package import Basics
package import Digests
package import Storage

/// A file that is sent as an object: what is wrong with it becomes an error about the object.
package struct CheckedSource: Sendable {
    package let upload: UploadSource
    private let key: ObjectKey
    private let store: String
    private let threads: BlockingThreads

    package var size: Int64 { upload.size }
    package var descriptor: CInt { upload.descriptor }

    /// `store`: the remote's name.
    package init(
        _ path: FilePath, as key: ObjectKey, store: String, threads: BlockingThreads
    ) throws(StoreError) {
        (self.key, self.store, self.threads) = (key, store, threads)
        do throws(SystemError) {
            upload = try UploadSource(opening: path)
        } catch {
            throw StoreError(key, store: store, readingSource: error)
        }
    }

    /// Sends it with `body`, and takes back what that told the observer when it fails; returns the size.
    package func send(
        _ observer: ByteObserver?, _ body: (MovedBytes) async throws -> Void
    ) async throws -> Int64 {
        let moved = MovedBytes(observer)
        do {
            try await body(moved)
            withExtendedLifetime(upload) {}  // its file must stay open until here
            return size
        } catch {
            moved.takeBack()
            throw error
        }
    }

    /// What hashes it from its start to its end.
    ///
    /// `signs`: whether its pieces are signed, so that their SHA-256 is needed.
    package func hasher(signs: Bool = false) -> PartHasher {
        PartHasher(upload, like: key.oid, signs: signs)
    }

    /// All of a small file, if it is what its name says, with the MD5 of its bytes.
    package func content() throws(StoreError) -> (bytes: [UInt8], md5: ObjectID) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try upload.file.readAll(limit: Int(size))
        } catch {
            throw StoreError(key, store: store, readingSource: error)
        }
        _ = try bytes.checked(.upload, key, store: store)
        // The name of a legacy object is not the MD5 of what is sent.
        return (bytes, key.oid.scheme == .md5 ? key.oid : objectID(of: bytes))
    }

    /// Hashes a piece of it on a thread that may block.
    package func hash(
        _ range: Range<Int64>, with hasher: PartHasher
    ) async throws -> PartHasher.Part {
        try Task.checkCancellation()
        do {
            if let part = try await threads.run({ try hasher.hash(range) }) { return part }
        } catch let error as SystemError {
            throw StoreError(key, store: store, readingSource: error)
        }
        throw changed
    }

    /// The hash of all of it, if it is what its name says.
    package func hashAll(signs: Bool = false) async throws -> PartHasher.Part {
        let hasher = hasher(signs: signs)
        let part = try await hash(0..<size, with: hasher)
        try check(hasher)
        return part
    }

    /// Refuses content that is not what its name says, before all of it is sent; returns the MD5 of the
    /// bytes.
    ///
    /// `hasher`: took all of it, and is used up.
    @discardableResult
    package func check(_ hasher: PartHasher) throws(StoreError) -> ObjectID {
        let found = hasher.finish(isDirectory: key.oid.isDirectory)
        guard found == key.oid else {
            throw StoreError(.upload, key, store: store, .mismatch(found: found))
        }
        return key.oid.scheme == .md5 ? key.oid : hasher.finishBytes()
    }

    /// Throws when somebody wrote to it since it was opened.
    package func checkUnchanged() throws(StoreError) {
        let isUnchanged: Bool
        do throws(SystemError) {
            isUnchanged = try upload.isUnchanged()
        } catch {
            throw StoreError(key, store: store, readingSource: error)
        }
        if !isUnchanged { throw changed }
    }

    private var changed: StoreError {
        StoreError(
            .upload, key, store: store,
            .failed("the file in the cache changed while it was sent"))
    }
}
