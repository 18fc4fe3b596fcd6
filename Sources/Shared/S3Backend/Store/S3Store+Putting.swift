package import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
package import Storage

extension S3Store {
    /// Up to so many bytes a file is read into memory, and once only.
    private static let smallSize: Int64 = 256 << 10
    /// From so many bytes on the service is asked before the content is sent.
    private static let askFirstSize: Int64 = 1 << 20

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try Task.checkCancellation()
        let source = try CheckedSource(path, as: key, store: traits.name, threads: threads)
        return try await source.send(observer) { moved in
            if source.size <= Self.smallSize {
                try await putSmall(source, key)
                moved.tell(source.size)
            } else if source.size < configuration.multipartThreshold {
                try await moved.during { try await putWhole(source, key, $0) }
            } else {
                try await putParts(source, key, moved)
            }
        }
    }

    private func putSmall(_ source: CheckedSource, _ key: ObjectKey) async throws {
        let (bytes, md5) = try source.content()
        var request = S3Request(.put, client.key(key.path))
        request.body = .bytes(bytes)
        request.payload = client.isSecure ? .unsigned : PayloadHash(of: bytes)
        try await store(request, md5: md5, key)
    }

    private func putWhole(
        _ source: CheckedSource, _ key: ObjectKey, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        let part = try await source.hashAll(signs: !client.isSecure)
        var request = S3Request(.put, client.key(key.path))
        request.body = .file(descriptor: source.descriptor, range: 0..<source.size)
        request.payload = PayloadHash(part)
        request.isBulk = source.size >= Self.askFirstSize
        request.expectsContinue = source.size >= Self.askFirstSize
        request.observer = moved
        try await store(request, md5: part.md5, key)
    }

    // MARK: One request

    /// Sends an object in one request.
    ///
    /// `md5`: of the bytes of the body, which the service compares with what arrives.
    private func store(
        _ request: S3Request, md5: ObjectID, _ key: ObjectKey
    ) async throws {
        var request = request
        request.headers.append(HTTPHeader("content-md5", base64(md5.digest)))
        request.headers += configuration.objectHeaders
        request.secrets += configuration.encryptionKeyHeaders
        let plain = request
        guard conditions.areUnderstood else { return try await storeAlways(plain, key) }
        request.headers.append(HTTPHeader("if-none-match", "*"))
        let response = try await send(request, .upload, key)
        switch response.status {
        case 200..<300: return
        case 412:
            // Somebody was faster, which is as good, unless what is there is damaged.
            if try await holds(key, size: request.body.count, md5: md5) { return }
        case 501: conditions.noteRefusal()
        case 400 where S3Refusal(response.body)?.code == "NotImplemented":
            conditions.noteRefusal()
        default: throw client.failure(.upload, key, response)
        }
        try await storeAlways(plain, key)
    }

    private func storeAlways(_ request: S3Request, _ key: ObjectKey) async throws {
        let response = try await send(request, .upload, key)
        guard (200..<300).contains(response.status) else {
            throw client.failure(.upload, key, response)
        }
    }

    /// Whether the object that is there is, for all that can be told without reading it, this one.
    private func holds(_ key: ObjectKey, size: Int64, md5: ObjectID) async throws -> Bool {
        let response = try await head(key)
        guard response.status == 200,
            response["content-length"].flatMap({ Int64($0) }) == size
        else { return false }
        // Only objects of one part without keys of their own have their MD5 for a tag.
        guard response["x-amz-server-side-encryption"] != "aws:kms",
            response["x-amz-server-side-encryption-customer-algorithm"] == nil,
            let tag = response["etag"]?.filter({ $0 != "\"" }), let found = ObjectID(tag)
        else { return true }
        return found.hasDigest(of: md5)
    }
}
