internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension GCSStore {
    package var runCache: (any RunCacheStore)? { GCSRunCache(store: self) }
}

/// The run-cache in a bucket, beside the objects.
struct GCSRunCache: RunCacheStore {
    let store: GCSStore

    private var client: GCSClient { store.client }

    func runs() async throws -> Set<RunCacheName> {
        var found: Set<RunCacheName> = []
        let folder = client.name(FilePath(RunCacheName.directory)) + "/"
        var start = ""
        while true {
            let query = "fields=kind,items(name),nextPageToken&prefix=\(percentEncoded(folder))"
            let response = try await send("look up", folder) {
                GCSRequest(.get, client.objectPath(), query: query + start)
            }
            let page = try GCSListing(response.body)
            found.formUnion(page.names.compactMap { RunCacheName(key: $0, below: folder) })
            guard let next = page.continuation else { return found }
            start = "&pageToken=\(percentEncoded(next))"
        }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        try await send("read", name.path.string) {
            var request = store.content(client.name(name.path), generation: nil)
            request.destination = .memory(limit: limit)
            return request
        }.body
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        let document = UploadDocument(
            client.name(name.path), md5: objectID(of: bytes), crc32c: crc32c(bytes))
        _ = try await send("upload", name.path.string) {
            document.request(
                client.uploadPath, .bytes(document.start + bytes + UploadDocument.end))
        }
    }

    /// Sends a request, again where that helps; throws ``RunCacheError`` and `CancellationError`.
    private func send(
        _ operation: String, _ path: String, _ make: () -> GCSRequest
    ) async throws -> HTTPResponse {
        let key = RunCacheError.key
        return try await RunCacheError.rethrowing(
            operation, FilePath(path), store.configuration.retry
        ) {
            let response = try await store.send(make(), .read, key)
            guard response.status == 200 else { throw client.failure(.read, key, response) }
            // Its name says nothing of the bytes, but the service does.
            let checksum = GCSHashes(response["x-goog-hash"]).checksum
            guard checksum?.isThat(of: response.body) ?? true else {
                throw StoreError(
                    .read, key, store: store.traits.name,
                    .interrupted("the bytes that arrived are not those that the service sent"))
            }
            return response
        }
    }
}
