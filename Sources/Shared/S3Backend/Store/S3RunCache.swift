internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension S3Store {
    package var runCache: (any RunCacheStore)? { S3RunCache(store: self) }
}

/// The run-cache in a bucket, beside the objects.
struct S3RunCache: RunCacheStore {
    let store: S3Store

    private var client: S3Client { store.client }

    private var service: ServiceRunCache {
        ServiceRunCache(store: store.traits.name, retry: store.configuration.retry) {
            [client] in client.failure(.read, RunCacheError.key, $0)
        }
    }

    func runs() async throws -> Set<RunCacheName> {
        let folder = client.key(FilePath(RunCacheName.directory)) + "/"
        return try await service.runs(below: folder) { continuation in
            let start = continuation.map { "continuation-token=\(percentEncoded($0))&" } ?? ""
            let query = "\(start)encoding-type=url&list-type=2&prefix=\(percentEncoded(folder))"
            let request = S3Request(.get, nil, query: query)
            let page = try S3Listing(try await send("look up", folder, request).body)
            return (page.keys, page.continuation)
        }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        var request = S3Request(.get, client.key(name.path))
        request.secrets = store.configuration.encryptionKeyHeaders
        request.destination = .memory(limit: limit)
        return try await send("read", name.path.string, request).body
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        var request = S3Request(.put, client.key(name.path))
        request.headers = [HTTPHeader("content-md5", base64(objectID(of: bytes).digest))]
        request.headers += store.configuration.objectHeaders
        request.secrets = store.configuration.encryptionKeyHeaders
        request.body = .bytes(bytes)
        request.payload = PayloadHash(of: bytes)
        _ = try await send("upload", name.path.string, request)
    }

    private func send(
        _ operation: String, _ path: String, _ request: S3Request
    ) async throws -> HTTPResponse {
        try await service.send(operation, path) {
            try await store.send(request, .read, RunCacheError.key)
        }
    }
}
