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

    private var service: ServiceRunCache {
        ServiceRunCache(store: store.traits.name, retry: store.configuration.retry) {
            [client] in client.failure(.read, RunCacheError.key, $0)
        }
    }

    func runs() async throws -> Set<RunCacheName> {
        let folder = client.name(FilePath(RunCacheName.directory)) + "/"
        return try await service.runs(below: folder) { continuation in
            var query = "fields=kind,items(name),nextPageToken&prefix=\(percentEncoded(folder))"
            if let continuation { query += "&pageToken=\(percentEncoded(continuation))" }
            let request = GCSRequest(.get, client.objectPath(), query: query)
            let page = try GCSListing(try await send("look up", folder, request).body)
            return (page.names, page.continuation)
        }
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        var request = store.content(client.name(name.path), generation: nil)
        request.destination = .memory(limit: limit)
        return try await send("read", name.path.string, request).body
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        let document = UploadDocument(
            client.name(name.path), md5: objectID(of: bytes), crc32c: crc32c(bytes))
        let request = document.request(
            client.uploadPath, .bytes(document.start + bytes + UploadDocument.end))
        _ = try await send("upload", name.path.string, request)
    }

    private func send(
        _ operation: String, _ path: String, _ request: GCSRequest
    ) async throws -> HTTPResponse {
        try await service.send(operation, path) {
            GCSHashes($0["x-goog-hash"]).checksum
        } _: {
            try await store.send(request, .read, RunCacheError.key)
        }
    }
}
