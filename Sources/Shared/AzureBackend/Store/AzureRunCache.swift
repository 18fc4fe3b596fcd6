internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension AzureStore {
    package var runCache: (any RunCacheStore)? { AzureRunCache(store: self) }
}

/// The run-cache in a container, beside the objects.
struct AzureRunCache: RunCacheStore {
    let store: AzureStore

    private var client: AzureClient { store.client }

    func runs() async throws -> Set<RunCacheName> {
        var found: Set<RunCacheName> = []
        let folder = client.name(FilePath(RunCacheName.directory)) + "/"
        var marker: String?
        repeat {
            var request = AzureRequest(.get, nil)
            request.query = [("restype", "container"), ("comp", "list"), ("prefix", folder)]
            if let marker { request.query.append(("marker", marker)) }
            let page = try AzureListing(try await send("look up", folder, request).body)
            found.formUnion(page.names.compactMap { RunCacheName(key: $0, below: folder) })
            marker = page.continuation
        } while marker != nil
        return found
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        var request = AzureRequest(.get, client.name(name.path))
        request.destination = .memory(limit: limit)
        return try await send("read", name.path.string, request).body
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        var request = AzureRequest(.put, client.name(name.path))
        request.headers = [
            HTTPHeader("content-md5", base64(objectID(of: bytes).digest)),
            HTTPHeader("x-ms-blob-type", "BlockBlob"),
        ]
        request.body = .bytes(bytes)
        _ = try await send("upload", name.path.string, request)
    }

    /// Sends a request, again where that helps; throws ``RunCacheError`` and `CancellationError`.
    private func send(
        _ operation: String, _ path: String, _ request: AzureRequest
    ) async throws -> HTTPResponse {
        let key = RunCacheError.key
        return try await RunCacheError.rethrowing(
            operation, FilePath(path), store.configuration.retry
        ) {
            let response = try await store.send(request, .read, key)
            guard (200..<300).contains(response.status) else {
                throw client.failure(.read, key, response)
            }
            // Its name says nothing of the bytes, but the service does.
            let isContent = request.method == .get && request.name != nil
            guard !isContent || store.checksum(response)?.isThat(of: response.body) ?? true else {
                throw StoreError(
                    .read, key, store: store.traits.name,
                    .interrupted("the bytes that arrived are not those that the service sent"))
            }
            return response
        }
    }
}
