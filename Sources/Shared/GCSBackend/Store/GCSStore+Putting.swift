package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension GCSStore {
    /// Up to so many bytes a file is read into memory, and once only.
    private static let smallSize: Int64 = 256 << 10

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try Task.checkCancellation()
        let source = try CheckedSource(path, as: key, store: traits.name, threads: threads)
        return try await source.send(observer) { moved in
            if source.size >= configuration.resumableThreshold {
                try await putResumably(source, key, moved)
            } else if source.size <= Self.smallSize {
                try await putSmall(source, key)
                moved.tell(source.size)
            } else {
                try await moved.during { try await putWhole(source, key, $0) }
            }
        }
    }

    private func putSmall(_ source: CheckedSource, _ key: ObjectKey) async throws {
        let (bytes, md5) = try source.content()
        let document = UploadDocument(client.name(key.path), md5: md5, crc32c: crc32c(bytes))
        let body = HTTPRequest.Body.bytes(document.start + bytes + UploadDocument.end)
        try await store(document.request(client.uploadPath, body), source.size, md5, key)
    }

    private func putWhole(
        _ source: CheckedSource, _ key: ObjectKey, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        let part = try await source.hashAll()
        let document = UploadDocument(client.name(key.path), md5: part.md5)
        var request = document.request(
            client.uploadPath,
            .enclosedFile(
                before: document.start, descriptor: source.descriptor, range: 0..<source.size,
                after: UploadDocument.end))
        request.isBulk = source.size >= 1 << 20
        request.observer = clipped(moved, to: source.size)
        try await store(request, source.size, part.md5, key)
    }

    // MARK: One request

    /// Sends an object in one request, if there is no such object yet.
    ///
    /// `md5`: of the bytes, which the service compares with what arrives.
    private func store(
        _ request: GCSRequest, _ size: Int64, _ md5: ObjectID, _ key: ObjectKey
    ) async throws {
        var conditional = request
        conditional.query += "&ifGenerationMatch=0"
        let response = try await send(conditional, .upload, key)
        if response.status == 412 {
            // Somebody was faster, which is as good, unless what is there is damaged.
            if try await object(key)?.holds(size: size, md5: md5) == true { return }
            let response = try await send(request, .upload, key)
            return try await checkStored(response, size, md5, key)
        }
        try await checkStored(response, size, md5, key)
    }

    /// Makes sure that what the service says it has stored are the bytes that were sent; if not, takes
    /// the object away.
    func checkStored(
        _ response: HTTPResponse, _ size: Int64, _ md5: ObjectID, _ key: ObjectKey
    ) async throws {
        guard (200..<300).contains(response.status) else {
            throw client.failure(.upload, key, response)
        }
        guard let object = try? GCSObject(response.body), object.size != nil else {
            throw badAnswer(.upload, key)
        }
        if object.holds(size: size, md5: md5) { return }
        if let generation = object.generation {
            let request = GCSRequest(
                .delete, client.objectPath(client.name(key.path)),
                query: "ifGenerationMatch=\(generation)")
            _ = try? await send(request, .upload, key)  // the error below is the one to tell
        }
        throw StoreError(
            .upload, key, store: traits.name,
            .interrupted("the service stored other bytes than were sent"))
    }
}

/// A document of two parts: what the service must know of an object, and its bytes.
///
/// Source: JSON API, "Multipart upload"; the service refuses bytes that are not as the first part says.
struct UploadDocument {
    /// Up to the bytes.
    let start: [UInt8]
    /// What follows them.
    static let end = Array("\r\n--\(boundary)--\r\n".utf8)

    /// Long enough not to be in a file by chance; who puts it there only breaks their own upload, which
    /// is then found to have other bytes.
    private static let boundary = "git-dvc-dbd05c3d5a5b4ad39d2c7a6a35c9c2e4"

    init(_ name: String, md5: ObjectID, crc32c: UInt32? = nil) {
        struct Metadata: Encodable {
            let name: String
            let md5Hash: String
            let crc32c: String?
        }
        let metadata = Metadata(
            name: name, md5Hash: base64(md5.digest), crc32c: crc32c.map { base64(crc32c: $0) })
        let head = "--\(Self.boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
        let middle = "\r\n--\(Self.boundary)\r\nContent-Type: application/octet-stream\r\n\r\n"
        start = Array(head.utf8) + json(metadata) + Array(middle.utf8)
    }

    func request(_ path: String, _ body: HTTPRequest.Body) -> GCSRequest {
        var request = GCSRequest(
            .post, path, query: "fields=size,generation,md5Hash,crc32c&uploadType=multipart")
        request.headers = [
            HTTPHeader("content-type", "multipart/related; boundary=\(Self.boundary)")
        ]
        request.body = body
        return request
    }
}
