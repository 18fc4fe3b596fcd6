package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension AzureStore {
    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await get(
            client.name(key.path), version: nil, as: key, toFileAt: path, observer: observer)
    }

    /// `name`: in the container, with its prefix; `version`: `nil` for the newest.
    func get(
        _ name: String, version: String?, as key: ObjectKey, toFileAt path: FilePath,
        observer: ByteObserver?
    ) async throws -> Int64 {
        var download = RangedDownload(key, store: traits.name, threads: threads) { piece in
            var request = AzureRequest(.get, name)
            if let version { request.query = [("versionid", version)] }
            // The form that Microsoft's own libraries sign.
            request.headers = piece.rangeHeader.map { HTTPHeader("x-ms-range", $0.value) }
            // All pieces must be of one object, which somebody may replace meanwhile.
            if let tag = piece.tag { request.headers.append(HTTPHeader("if-match", tag)) }
            request.destination = piece.destination
            request.targetPath = piece.targetPath
            request.isBulk = piece.isBulk
            request.observer = piece.observer
            return try await send(request, .download, key)
        } failure: { response in
            client.failure(.download, key, response)
        }
        download.pieceSize = configuration.blockSize
        download.concurrency = configuration.blockConcurrency
        download.retry = configuration.retry
        download.checksum = { checksum($0) }
        return try await download.get(toFileAt: path, observer: observer)
    }

    /// Source: "Get Blob": of a range the header of that name is about the range.
    func checksum(_ response: HTTPResponse) -> ContentChecksum? {
        let text =
            response["x-ms-blob-content-md5"]
            ?? (response.status == 200 ? response["content-md5"] : nil)
        return text.flatMap { ObjectID(base64MD5: $0) }.map { .md5($0) }
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        var request = AzureRequest(.get, client.name(key.path))
        request.destination = .memory(limit: limit)
        let response = try await send(request, .read, key)
        guard response.status == 200 else { throw client.failure(.read, key, response) }
        return try response.body.checked(.read, key, store: traits.name)
    }
}

extension AzureStore {
    package var versions: (any VersionedStore)? {
        ServiceVersions(retry: configuration.retry) { version, key, path, observer in
            try await get(
                client.name(version.path), version: version.id, as: key, toFileAt: path,
                observer: observer)
        }
    }
}
