internal import Basics
internal import Digests
internal import Storage

/// The run-cache on a server, beside the objects.
struct SSHRunCache: RunCacheStore {
    let store: SSHStore

    private func path(_ name: RunCacheName) -> FilePath {
        store.configuration.root.appending(name.path)
    }

    func runs() async throws -> Set<RunCacheName> {
        let root = store.configuration.root.appending(RunCacheName.directory)
        return try await onServer("look up", root) { session in
            let found = Locked<Set<RunCacheName>>([])
            let shards = try await store.names(in: root, session) ?? []
            let keys = Locked<[FilePath]>([])
            try await each(shards.filter { $0.bytes.count == 2 }, session) { shard in
                let folder = root.appending(shard)
                let names = try await store.names(in: folder, session) ?? []
                keys.withLock { $0 += names.map { folder.appending($0) } }
            }
            try await each(keys.withLock { $0 }, session) { folder in
                let key = folder.lastComponent.string
                let shard = folder.parent.lastComponent.string
                // A file in the way is no folder of entries, and no entry either.
                guard key.utf8.count == 64, key.hasPrefix(shard) else { return }
                for value in try await store.names(in: folder, session) ?? [] {
                    guard let name = RunCacheName(key: key, value: value.string) else { continue }
                    found.withLock { _ = $0.insert(name) }
                }
            }
            return found.withLock { $0 }
        }
    }

    private func each(
        _ folders: some Sequence<FilePath>, _ session: SFTPSession,
        _ body: @escaping @Sendable (FilePath) async throws -> Void
    ) async throws {
        let folders = Array(folders)
        let limit = max(1, min(32, session.abilities.handles / 2))
        try await forEachIndexConcurrently(folders.count, limit: limit) {
            try await body(folders[$0])
        }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        try await onServer("read", path(name)) { session in
            guard
                let content = try await store.contents(
                    of: path(name), limit: limit, session)
            else {
                throw StoreError(
                    .read, RunCacheError.key, store: store.traits.name, .tooLarge(limit: limit))
            }
            return content
        }
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        try await onServer("upload", path(name)) { session in
            try await store.put(bytes, at: path(name), session)
        }
    }

    /// Does something on the server, again where that helps.
    ///
    /// Throws ``RunCacheError`` and `CancellationError`.
    private func onServer<Result>(
        _ operation: String, _ path: FilePath, _ body: (SFTPSession) async throws -> Result
    ) async throws -> Result {
        try await RunCacheError.rethrowing(operation, path, RetryingStore.Policy()) {
            try await store.onServer(
                operation == "upload" ? .upload : .read, RunCacheError.key, body)
        }
    }
}
