internal import Basics
internal import Digests
internal import HTTPClient
package import Storage

extension WebDAVStore {
    package var runCache: (any RunCacheStore)? { WebDAVRunCache(store: self) }
}

/// The run-cache on a WebDAV server, beside the objects.
struct WebDAVRunCache: RunCacheStore {
    let store: WebDAVStore

    private var key: ObjectKey { RunCacheError.key }

    func runs() async throws -> Set<RunCacheName> {
        let root = FilePath(RunCacheName.directory)
        var found: Set<RunCacheName> = []
        for prefix in try await folders(in: root) {
            for run in try await folders(in: root.appending(prefix)) {
                let place = root.appending(prefix).appending(run)
                let values = try await about(place, "look up") {
                    try await store.members(of: place, .find, key)
                }
                for value in values ?? [] where !value.isCollection {
                    guard run.string.hasPrefix(prefix.string),
                        let name = RunCacheName(key: run.string, value: value.name.string)
                    else { continue }
                    found.insert(name)
                }
            }
        }
        return found
    }

    private func folders(in folder: FilePath) async throws -> [FilePath] {
        let members = try await about(folder, "look up") {
            try await store.members(of: folder, .find, key)
        }
        return (members ?? []).filter { $0.isCollection && $0.name != folder.lastComponent }
            .map(\.name)
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        try await about(name.path, "read") {
            var request = store.client.request(.get, name.path)
            request.destination = .memory(limit: limit)
            let response = try await store.client.send(request, .read, key)
            guard response.status == 200 else {
                throw store.client.failure(.read, key, response, .get)
            }
            return response.body
        }
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        try await about(name.path, "upload") {
            try await store.put(name.path, key) { temporary in
                var request = store.client.request(.put, temporary)
                request.body = .bytes(bytes)
                let response = try await store.client.send(request, .upload, key)
                guard (200..<300).contains(response.status) else {
                    throw store.client.failure(.upload, key, response, .put)
                }
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
