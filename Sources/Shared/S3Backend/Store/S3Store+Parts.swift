internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
internal import Storage

/// An upload in parts, as far as it has come.
struct PartUpload: Sendable {
    let id: String
    /// Those that are there already, from an earlier run, by number.
    var known: [Int: S3Part] = [:]
}

extension S3Store {
    /// How long the service may take to put the parts together.
    private static let completionTimeout = Duration.seconds(300)

    /// A service takes no more parts than this.
    ///
    /// Source: Amazon S3 User Guide, "Multipart upload limits".
    private static let mostParts: Int64 = 10_000

    /// Sends a large object in parts, of which those that an earlier run sent are left out.
    ///
    /// The parts become an object only once all of them were read and their content is what the
    /// name says. What is interrupted stays for the next run; what can never become an object is
    /// taken away.
    func putParts(_ source: CheckedSource, _ key: ObjectKey, _ moved: MovedBytes) async throws {
        let path = client.key(key.path)
        let plan = PartPlan(
            size: source.size, wanted: configuration.partSize, mostParts: Self.mostParts)
        let upload: PartUpload
        if let known = try await pendingUpload(path, plan, key) {
            upload = known
        } else {
            upload = try await retrying { try await begin(path, key) }
        }
        defer { uploads.release(upload.id) }
        do {
            let tags = try await sendParts(of: source, plan, to: upload, path, key, moved)
            try source.checkUnchanged()
            try await retrying { try await complete(upload, tags, path, key, source.size) }
        } catch is UploadIsGone {
            // A new try, which the caller decides about, begins a new one.
            throw StoreError(
                .upload, key, store: traits.name,
                .interrupted("somebody else ended the upload of this object"))
        } catch let error as StoreError {
            if case .mismatch = error.reason { await abort(upload, path, key) }
            throw error
        }
    }

    /// Somebody else completed or aborted an upload: another run, or a rule of the bucket.
    private struct UploadIsGone: Error {}

    func retrying<Result>(_ request: () async throws -> Result) async throws -> Result {
        try await configuration.retry.retryingPiece(request)
    }

    // MARK: Beginning

    private func begin(_ path: String, _ key: ObjectKey) async throws -> PartUpload {
        var request = S3Request(.post, path, query: "uploads=")
        request.headers = configuration.objectHeaders
        request.secrets = configuration.encryptionKeyHeaders
        let response = try await send(request, .upload, key)
        guard response.status == 200,
            let id = try? firstText(of: "UploadId", in: response.body), !id.isEmpty
        else {
            // Of an answer without an id only that much can be said: it is not one of S3.
            throw client.failure(.upload, key, response)
        }
        _ = uploads.claim(id)
        return PartUpload(id: id)
    }

    /// The newest upload of this object that was begun and not completed, with its parts.
    ///
    /// That it cannot be found out, or not used, only means that all parts are sent.
    private func pendingUpload(
        _ path: String, _ plan: PartPlan, _ key: ObjectKey
    ) async throws -> PartUpload? {
        let query = "encoding-type=url&prefix=\(percentEncoded(path))&uploads="
        let response = try await send(S3Request(.get, nil, query: query), .upload, key)
        guard response.status == 200 else {
            if S3Refusal(response.body)?.code == "NoSuchBucket" {
                throw client.failure(.upload, key, response)
            }
            return nil
        }
        guard let uploads = try? S3PendingUpload.page(response.body).uploads else { return nil }
        let candidates = uploads.filter { $0.key == path && !$0.id.isEmpty }
        guard let newest = candidates.max(by: { $0.initiated < $1.initiated }),
            self.uploads.claim(newest.id)
        else { return nil }
        var upload = PartUpload(id: newest.id)
        var marker = 0
        while true {
            let query =
                "part-number-marker=\(marker)&uploadId=\(percentEncoded(upload.id))"
            let response: HTTPResponse
            do {
                response = try await send(S3Request(.get, path, query: query), .upload, key)
            } catch {
                self.uploads.release(upload.id)
                throw error
            }
            guard response.status == 200, let page = try? S3Part.page(response.body) else {
                self.uploads.release(upload.id)
                return nil
            }
            for part in page.parts { upload.known[part.number] = part }
            // A server that starts over would be asked for ever.
            guard let next = page.next, next > marker, next <= plan.count else { return upload }
            marker = next
        }
    }

    // MARK: Sending

    /// Returns the parts' tags in order.
    private func sendParts(
        of source: CheckedSource, _ plan: PartPlan, to upload: PartUpload, _ path: String,
        _ key: ObjectKey, _ moved: MovedBytes
    ) async throws -> [String] {
        let hasher = source.hasher(signs: !client.isSecure)
        let tags = Locked([String](repeating: "", count: plan.count))
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            for index in 0..<plan.count {
                // While some parts are sent, the next one is hashed.
                let part = try await source.hash(plan.range(index), with: hasher)
                if let known = upload.known[index + 1], known.isSame(as: part) {
                    tags.withLock { $0[index] = known.tag }
                    moved.tell(Int64(part.range.count))
                    continue
                }
                if underWay == configuration.partConcurrency {
                    try await group.next()
                    underWay -= 1
                }
                underWay += 1
                group.addTask {
                    let tag = try await retrying {
                        try await moved.during { moved in
                            try await send(
                                part, index + 1, of: source, to: upload, path, key, moved)
                        }
                    }
                    tags.withLock { $0[index] = tag }
                }
            }
            while try await group.next() != nil {}
        }
        try source.check(hasher)
        return tags.withLock { $0 }
    }

    private func send(
        _ part: PartHasher.Part, _ number: Int, of source: CheckedSource, to upload: PartUpload,
        _ path: String, _ key: ObjectKey, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws -> String {
        var request = S3Request(
            .put, path, query: "partNumber=\(number)&uploadId=\(percentEncoded(upload.id))")
        request.headers = [HTTPHeader("content-md5", base64(part.md5.digest))]
        request.secrets = configuration.encryptionKeyHeaders
        request.body = .file(descriptor: source.descriptor, range: part.range)
        request.payload = PayloadHash(part)
        request.isBulk = true
        request.observer = moved
        let response = try await send(request, .upload, key)
        if response.status == 404, S3Refusal(response.body)?.code == "NoSuchUpload" {
            throw UploadIsGone()
        }
        guard response.status == 200, let tag = response["etag"], !tag.isEmpty else {
            throw client.failure(.upload, key, response)
        }
        return tag
    }

    // MARK: Ending

    private func complete(
        _ upload: PartUpload, _ tags: [String], _ path: String, _ key: ObjectKey, _ size: Int64
    ) async throws {
        var document = "<CompleteMultipartUpload>"
        for (index, tag) in tags.enumerated() {
            document +=
                "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(escaped(tag))</ETag></Part>"
        }
        document += "</CompleteMultipartUpload>"
        var request = S3Request(
            .post, path, query: "uploadId=\(percentEncoded(upload.id))")
        let body = Array(document.utf8)
        request.headers = [HTTPHeader("content-type", "application/xml")]
        request.secrets = configuration.encryptionKeyHeaders
        request.body = .bytes(body)
        request.payload = PayloadHash(of: body)
        request.activityTimeout = Self.completionTimeout
        let response = try await completing(request, upload, path, key, size)
        if response.status == 404, S3Refusal(response.body)?.code == "NoSuchUpload" {
            // The answer to the first try may have been lost, or another run was faster.
            if try await self.size(of: key) == size { return }
            throw UploadIsGone()
        }
        guard response.status == 200 else { throw client.failure(.upload, key, response) }
    }

    /// Completes an upload if there is no such object yet, where the service understands that.
    private func completing(
        _ plain: S3Request, _ upload: PartUpload, _ path: String, _ key: ObjectKey, _ size: Int64
    ) async throws -> HTTPResponse {
        if conditions.areUnderstood {
            var request = plain
            request.headers.append(HTTPHeader("if-none-match", "*"))
            var response = try await answer(toCompletion: request, key)
            switch response.status {
            case 412:
                // Somebody was faster, which is as good, unless what is there is damaged.
                if try await self.size(of: key) == size {
                    await abort(upload, path, key)
                    response.status = 200
                    return response
                }
            case 501: conditions.noteRefusal()
            case 400 where S3Refusal(response.body)?.code == "NotImplemented":
                conditions.noteRefusal()
            default: return response
            }
        }
        return try await answer(toCompletion: plain, key)
    }

    private func answer(
        toCompletion request: S3Request, _ key: ObjectKey
    ) async throws -> HTTPResponse {
        var response = try await send(request, .upload, key)
        // What goes wrong after the service began to answer comes with the status of success.
        if response.status == 200, let refusal = S3Refusal(response.body) {
            switch refusal.code {
            case "NoSuchUpload": response.status = 404
            case "PreconditionFailed": response.status = 412
            default: response.status = 500
            }
        }
        return response
    }

    /// Takes back what was sent; when that fails, a rule of the bucket has to.
    private func abort(_ upload: PartUpload, _ path: String, _ key: ObjectKey) async {
        let request = S3Request(
            .delete, path, query: "uploadId=\(percentEncoded(upload.id))")
        _ = try? await send(request, .upload, key)  // the error that led here is the one to tell
    }
}

extension S3Part {
    /// Whether the service has exactly these bytes.
    ///
    /// Encrypted with a key of its own, a part has another tag than its MD5, and is sent again.
    fileprivate func isSame(as part: PartHasher.Part) -> Bool {
        size == Int64(part.range.count)
            && ObjectID(tag.filter { $0 != "\"" }.lowercased())?.hasDigest(of: part.md5) == true
    }
}

extension PayloadHash {
    init(_ part: PartHasher.Part) { self = part.sha256.map { .signed($0) } ?? .unsigned }
}

/// Text fit to stand in an element.
private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
