internal import Basics
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

    func runs() async throws -> Set<RunCacheName> {
        var found: Set<RunCacheName> = []
        let folder = client.key(FilePath(RunCacheName.directory)) + "/"
        var continuation = ""
        while true {
            let query =
                "\(continuation)encoding-type=url&list-type=2&prefix=\(percentEncoded(folder))"
            let response = try await send("look up", folder) { S3Request(.get, nil, query: query) }
            let page = try S3Listing(response.body)
            found.formUnion(page.keys.compactMap { RunCacheName(key: $0, below: folder) })
            guard let next = page.continuation else { return found }
            continuation = "continuation-token=\(percentEncoded(next))&"
        }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        try await send("read", name.path.string) {
            var request = S3Request(.get, client.key(name.path))
            request.secrets = store.configuration.encryptionKeyHeaders
            request.destination = .memory(limit: limit)
            return request
        }.body
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        _ = try await send("upload", name.path.string) {
            var request = S3Request(.put, client.key(name.path))
            request.headers = [HTTPHeader("content-md5", base64(objectID(of: bytes).digest))]
            request.headers += store.configuration.objectHeaders
            request.secrets = store.configuration.encryptionKeyHeaders
            request.body = .bytes(bytes)
            request.payload = PayloadHash(of: bytes)
            return request
        }
    }

    /// Sends a request, again where that helps; throws ``RunCacheError`` and `CancellationError`.
    private func send(
        _ operation: String, _ path: String, _ make: () -> S3Request
    ) async throws -> HTTPResponse {
        let key = RunCacheError.key
        return try await RunCacheError.rethrowing(
            operation, FilePath(path), store.configuration.retry
        ) {
            let response = try await store.send(make(), .read, key)
            guard response.status == 200 else { throw client.failure(.read, key, response) }
            return response
        }
    }
}
