package import Basics
internal import Digests
package import Storage

extension SSHStore {
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await observed(observer) { moved in
            try await onServer(.download, key) { session in
                try await DownloadPlace.receive(at: path) { place in
                    try await receive(key, into: place, session, moved)
                }
            }
        }
    }

    private func receive(
        _ key: ObjectKey, into place: DownloadPlace, _ session: SFTPSession,
        _ moved: ((Int64) -> Void)?
    ) async throws -> Int64 {
        var reader = try await RemoteReader(self.path(of: key), session, budget)
        let hasher = PieceHasher(key.oid.scheme, sharing: hashing)
        var size: Int64 = 0
        let isLarge = (reader.size ?? .max) > Int64(256 << 10)
        // Made only now: a missing object leaves nothing.
        let file = try writing(key) { () throws(SystemError) in try place.opened() }
        while let piece = try await reader.next() {
            @Sendable func write() throws {
                hasher.update(piece)
                try writing(key) { () throws(SystemError) in try file.file.write(piece) }
            }
            if isLarge { try await threads.run { try write() } } else { try write() }
            size += Int64(piece.count)
            moved?(Int64(piece.count))
        }
        try check(hasher.finish(isDirectory: key.oid.isDirectory), .download, key)
        return size
    }

    private func writing<Result>(
        _ key: ObjectKey, _ body: () throws(SystemError) -> Result
    ) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            throw StoreError(.download, key, store: traits.name, writing: error)
        }
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await onServer(.read, key) { session in
            let content = try await contents(of: path(of: key), limit: limit, session)
            guard let content else {
                throw StoreError(.read, key, store: traits.name, .tooLarge(limit: limit))
            }
            let found = objectID(
                of: content, isDirectory: key.oid.isDirectory, scheme: key.oid.scheme)
            try check(found, .read, key)
            return content
        }
    }

    /// The content of a file on the server; `nil` when it is longer than `limit` bytes.
    func contents(
        of path: FilePath, limit: Int, _ session: SFTPSession
    ) async throws -> [UInt8]? {
        var reader = try await RemoteReader(path, session, budget)
        if let size = reader.size, size > Int64(limit) { return nil }
        var content: [UInt8] = []
        while let piece = try await reader.next() {
            content += piece
            if content.count > limit { return nil }
        }
        return content
    }

    /// Whether an object that is there is what its name says.
    func isIntact(
        _ path: FilePath, _ attributes: SFTPAttributes, _ session: SFTPSession
    ) async throws -> Bool {
        guard let oid = ObjectID(storagePath: path, below: configuration.root) else { return false }
        var reader = try await RemoteReader(path, session, budget)
        let hasher = StreamHasher(oid.scheme)
        while let piece = try await reader.next() { hasher.update(piece) }
        return hasher.finish(isDirectory: oid.isDirectory) == oid
    }

    private func check(
        _ found: ObjectID, _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) {
        guard found != key.oid else { return }
        throw StoreError(operation, key, store: traits.name, .mismatch(found: found))
    }
}

extension ObjectID {
    /// The object that a file below a store's root is; `nil` when it is none.
    fileprivate init?(storagePath path: FilePath, below root: FilePath) {
        guard let relative = path.relative(to: root) else { return nil }
        let parts = relative.components
        guard parts.count >= 2, parts[parts.count - 2].count == 2 else { return nil }
        let scheme: HashScheme = parts.count == 2 ? .md5DosToUnix : .md5
        self.init(parts[parts.count - 2] + parts[parts.count - 1], scheme: scheme)
    }
}
