package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension AzureStore {
    /// Up to so many bytes a file is read into memory, and once only.
    private static let smallSize: Int64 = 256 << 10

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try Task.checkCancellation()
        let source = try CheckedSource(path, as: key, store: traits.name, threads: threads)
        return try await source.send(observer) { moved in
            if source.size >= configuration.blockThreshold {
                try await putBlocks(source, key, moved)
            } else if source.size <= Self.smallSize {
                let (bytes, md5) = try source.content()
                try await store(.bytes(bytes), md5, key, nil)
                moved.tell(source.size)
            } else {
                try await moved.during {
                    let md5 = try await source.hashAll().md5
                    let body = HTTPRequest.Body.file(
                        descriptor: source.descriptor, range: 0..<source.size)
                    try await store(body, md5, key, clipped($0, to: source.size))
                }
            }
        }
    }

    /// Sends an object in one request, if there is no such object yet ("Put Blob").
    ///
    /// `md5`: of the bytes of the body, which the service compares with what arrives and keeps.
    private func store(
        _ body: HTTPRequest.Body, _ md5: ObjectID, _ key: ObjectKey,
        _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        var request = AzureRequest(.put, client.name(key.path))
        request.headers = [
            HTTPHeader("content-md5", base64(md5.digest)),
            HTTPHeader("content-type", "application/octet-stream"),
            HTTPHeader("x-ms-blob-type", "BlockBlob"),
        ]
        request.body = body
        request.isBulk = body.count >= 1 << 20
        request.observer = moved
        try await sendIfNew(request, body.count, md5, key)
    }

    /// Makes an object with the last request for it, if there is none; replaces one that is damaged.
    func sendIfNew(
        _ request: AzureRequest, _ size: Int64, _ md5: ObjectID, _ key: ObjectKey
    ) async throws {
        var conditional = request
        conditional.headers.append(HTTPHeader("if-none-match", "*"))
        var response = try await send(conditional, .upload, key)
        let isThere =
            response.status == 412
            || response.status == 409 && client.refusal(response).code == "BlobAlreadyExists"
        if isThere {
            // Somebody was faster, which is as good, unless what is there is damaged.
            if try await holds(key, size, md5) { return }
            response = try await send(request, .upload, key)
        }
        guard (200..<300).contains(response.status) else {
            throw client.failure(.upload, key, response)
        }
        // Of a proxy's friendly page it is not known that anything was stored.
        guard response.status == 201 else { throw badAnswer(.upload, key) }
    }

    /// Whether the object that is there is, for all that can be told without reading it, this one.
    private func holds(_ key: ObjectKey, _ size: Int64, _ md5: ObjectID) async throws -> Bool {
        let response = try await head(key)
        guard response.status == 200,
            response["content-length"].flatMap({ Int64($0) }) == size
        else { return false }
        let found = response["content-md5"].flatMap { ObjectID(base64MD5: $0) }
        return found?.hasDigest(of: md5) ?? true
    }
}
