package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension GCSStore {
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await get(
            client.name(key.path), generation: nil, as: key, toFileAt: path, observer: observer)
    }

    /// `name`: in the bucket, with its prefix; `generation`: which version of it, `nil` for the newest.
    func get(
        _ name: String, generation: String?, as key: ObjectKey, toFileAt path: FilePath,
        observer: ByteObserver?
    ) async throws -> Int64 {
        var download = RangedDownload(key, store: traits.name, threads: threads) { piece in
            var request = content(name, generation: piece.tag ?? generation)
            request.headers = piece.rangeHeader
            request.destination = piece.destination
            request.targetPath = piece.targetPath
            request.isBulk = piece.isBulk
            request.observer = piece.observer
            return try await send(request, .download, key)
        } failure: { response in
            client.failure(.download, key, response)
        }
        download.pieceSize = configuration.pieceSize
        download.concurrency = configuration.pieceConcurrency
        download.retry = configuration.retry
        download.tag = { response in
            response["x-goog-generation"].flatMap { GCSObject.isGeneration($0) ? $0 : nil }
        }
        download.checksum = { GCSHashes($0["x-goog-hash"]).checksum }
        return try await download.get(toFileAt: path, observer: observer)
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        var request = content(client.name(key.path), generation: nil)
        request.destination = .memory(limit: limit)
        let response = try await send(request, .read, key)
        guard response.status == 200 else { throw client.failure(.read, key, response) }
        return try response.body.checked(.read, key, store: traits.name)
    }

    func content(_ name: String, generation: String?) -> GCSRequest {
        GCSRequest(
            .get, client.objectPath(name),
            query: "alt=media" + (generation.map { "&generation=\(percentEncoded($0))" } ?? ""))
    }
}

extension GCSStore {
    package var versions: (any VersionedStore)? {
        ServiceVersions(retry: configuration.retry) { version, key, path, observer in
            try await get(
                client.name(version.path), generation: version.id, as: key, toFileAt: path,
                observer: observer)
        }
    }
}
