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

    private var service: ServiceRunCache {
        ServiceRunCache(store: store.traits.name, retry: store.configuration.retry) {
            [client] in client.failure(.read, RunCacheError.key, $0)
        }
    }

    func runs() async throws -> Set<RunCacheName> {
        let folder = client.name(FilePath(RunCacheName.directory)) + "/"
        return try await service.runs(below: folder) { continuation in
            var request = AzureRequest(.get, nil)
            request.query = [("restype", "container"), ("comp", "list"), ("prefix", folder)]
            if let continuation { request.query.append(("marker", continuation)) }
            let page = try AzureListing(try await send("look up", folder, request).body)
            return (page.names, page.continuation)
        }
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

    private func send(
        _ operation: String, _ path: String, _ request: AzureRequest
    ) async throws -> HTTPResponse {
        // What the service says of the bytes of a list is nothing.
        let isContent = request.method == .get && request.name != nil
        return try await service.send(operation, path) {
            isContent ? store.checksum($0) : nil
        } _: {
            try await store.send(request, .read, RunCacheError.key)
        }
    }
}
