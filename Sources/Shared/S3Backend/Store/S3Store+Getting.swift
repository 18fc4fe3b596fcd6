package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension S3Store {
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await get(content(of: key), toFileAt: path, observer: observer)
    }

    /// What is read, by its name in the bucket.
    struct Content {
        /// What it must hold, and what errors are about.
        let key: ObjectKey
        /// In the bucket, with its prefix.
        let name: String
        /// Which version of it; percent-encoded.
        var query = ""
    }

    func content(of key: ObjectKey) -> Content { Content(key: key, name: client.key(key.path)) }

    func get(
        _ content: Content, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        let key = content.key
        var download = RangedDownload(key, store: traits.name, threads: threads) { piece in
            var request = S3Request(.get, content.name, query: content.query)
            request.headers = piece.rangeHeader
            // All pieces must be of one object, which somebody may replace meanwhile.
            if let tag = piece.tag { request.headers.append(HTTPHeader("if-match", tag)) }
            request.secrets = configuration.encryptionKeyHeaders
            request.destination = piece.destination
            request.targetPath = piece.targetPath
            request.isBulk = piece.isBulk
            request.observer = piece.observer
            return try await send(request, .download, key)
        } failure: { response in
            client.failure(.download, key, response)
        }
        download.pieceSize = configuration.partSize
        download.concurrency = configuration.partConcurrency
        download.retry = configuration.retry
        return try await download.get(toFileAt: path, observer: observer)
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        var request = S3Request(.get, client.key(key.path))
        request.secrets = configuration.encryptionKeyHeaders
        request.destination = .memory(limit: limit)
        let response = try await send(request, .read, key)
        guard response.status == 200 else { throw client.failure(.read, key, response) }
        return try response.body.checked(.read, key, store: traits.name)
    }
}
