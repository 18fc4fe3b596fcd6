internal import Basics
internal import Digests
internal import HTTPClient
internal import Storage

/// The run-cache in HDFS, beside the objects.
struct WebHDFSRunCache: RunCacheStore {
    let store: WebHDFSStore

    private var key: ObjectKey { RunCacheError.key }

    func runs() async throws -> Set<RunCacheName> {
        let root = FilePath(RunCacheName.directory)
        var found: Set<RunCacheName> = []
        for prefix in try await members(of: root) where prefix.isFolder {
            let shard = root.appending(prefix.pathSuffix)
            for run in try await members(of: shard)
            where run.isFolder && run.pathSuffix.hasPrefix(prefix.pathSuffix) {
                for value in try await members(of: shard.appending(run.pathSuffix))
                where !value.isFolder {
                    guard let name = RunCacheName(key: run.pathSuffix, value: value.pathSuffix)
                    else { continue }
                    found.insert(name)
                }
            }
        }
        return found
    }

    private func members(of folder: FilePath) async throws -> [HDFSFile] {
        try await about(folder, "look up") { try await store.files(in: folder, .find, key) ?? [] }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        try await about(name.path, "read") {
            let target = try await store.dataTarget(.get, "OPEN", name.path, .read, key)
            var request = target.request(.get)
            request.destination = .memory(limit: limit)
            let response = try await target.client.send(request, .read, key)
            try store.check(response, .read, key, .get)
            return response.body
        }
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        try await about(name.path, "upload") {
            try await store.put(name.path, key, replacing: true) { temporary in
                let target = try await store.dataTarget(.put, "CREATE", temporary, .upload, key)
                var request = target.request(.put)
                request.headers = [HTTPHeader("content-type", "application/octet-stream")]
                request.body = .bytes(bytes)
                try store.check(
                    try await target.client.send(request, .upload, key), .upload, key, .put)
            }
        }
    }

    /// Runs requests about an entry; throws ``RunCacheError`` and `CancellationError`.
    private func about<Result>(
        _ path: FilePath, _ operation: String, _ body: () async throws -> Result
    ) async throws -> Result {
        try await RunCacheError.rethrowing(operation, path, RetryingStore.Policy(), body)
    }
}
