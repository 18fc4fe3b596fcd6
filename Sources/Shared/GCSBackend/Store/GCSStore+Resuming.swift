internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
internal import Storage

/// An upload that was begun: its URL without the service's address, and how much of it is there.
private struct UploadSession {
    let path: String
    let query: String
    /// In bytes, from the start of the object on.
    var received: Int64 = 0
}

/// What the service says about an upload.
private enum UploadState {
    case incomplete(received: Int64)
    case complete(HTTPResponse)
    /// The service forgot it, or somebody ended it.
    case gone
    /// There is such an object by now.
    case refused
}

/// Source: Cloud Storage, "Perform resumable uploads".
extension GCSStore {
    /// How long the service may take to answer to the last bytes.
    private static let completionTimeout = Duration.seconds(300)

    /// Sends a large object so that what is interrupted goes on where it ended, in another run too.
    ///
    /// The bytes are hashed ahead of sending, and the last of them are sent only when all of them are
    /// what the name says: without them there is no object.
    func putResumably(_ source: CheckedSource, _ key: ObjectKey, _ moved: MovedBytes) async throws {
        let name = client.name(key.path)
        let place = client.base + client.objectPath(name)
        let isOurs = uploads.claim(place)
        defer { if isOurs { uploads.release(place) } }
        var pending = isOurs ? try await pendingSession(place, source.size, key) : nil
        var mustBeNew = true
        for _ in 1...3 {
            var session: UploadSession?
            do {
                var begun: UploadSession
                if let known = pending.take() {
                    begun = known
                } else {
                    begun = try await configuration.retry.retryingPiece {
                        try await begin(name, place, source.size, key, mustBeNew: mustBeNew)
                    }
                }
                session = begun
                try await sendRest(of: source, to: &begun, key, moved)
                configuration.sessions?.forget(place)
                return
            } catch is UploadIsGone {
                configuration.sessions?.forget(place)
                moved.takeBack()
            } catch is ObjectExists {
                configuration.sessions?.forget(place)
                moved.takeBack()
                // Somebody was faster, which is as good, unless what is there is damaged.
                if try await isThere(source, key) { return moved.tell(source.size) }
                mustBeNew = false
            } catch let error as StoreError {
                // What can never become an object is not gone on with.
                if case .mismatch = error.reason, let session {
                    configuration.sessions?.forget(place)
                    await cancel(session, key)
                }
                throw error
            }
        }
        throw StoreError(
            .upload, key, store: traits.name,
            .failed("the service forgot the upload of this object again and again"),
            remedy: "run the command again later")
    }

    /// There is such an object, and the upload was only to be one if there was none.
    private struct ObjectExists: Error {}

    /// Whether the object that is there is what the file holds.
    private func isThere(_ source: CheckedSource, _ key: ObjectKey) async throws -> Bool {
        let part = try await source.hashAll()
        return try await object(key)?.holds(size: source.size, md5: part.md5) == true
    }

    /// The service does not know an upload any more, or not as it was.
    private struct UploadIsGone: Error {}

    private func begin(
        _ name: String, _ place: String, _ size: Int64, _ key: ObjectKey, mustBeNew: Bool
    ) async throws -> UploadSession {
        struct Metadata: Encodable {
            let name: String
            let md5Hash: String?
        }
        // A legacy object's name says nothing of the bytes; the answer at the end does.
        let md5 = key.oid.scheme == .md5 ? base64(key.oid.digest) : nil
        var request = GCSRequest(
            .post, client.uploadPath,
            query: "fields=size,generation,md5Hash,crc32c&uploadType=resumable"
                + "&name=\(percentEncoded(name))" + (mustBeNew ? "&ifGenerationMatch=0" : ""))
        request.headers = [
            HTTPHeader("content-type", "application/json; charset=UTF-8"),
            HTTPHeader("x-upload-content-length", "\(size)"),
        ]
        request.body = .bytes(json(Metadata(name: name, md5Hash: md5)))
        let response = try await send(request, .upload, key)
        if response.status == 412 { throw ObjectExists() }
        guard response.status == 200 || response.status == 201 else {
            throw client.failure(.upload, key, response)
        }
        guard let location = response["location"], let session = self.session(at: location) else {
            throw badAnswer(.upload, key)
        }
        configuration.sessions?.keep(location, of: place, size: size, now: client.connection.now)
        return session
    }

    /// `nil` for a URL that is not below the service's address: no token is sent there.
    private func session(at url: String) -> UploadSession? {
        guard url.hasPrefix(client.base + "/"), hostAndPort(ofURL: url) != nil else { return nil }
        let rest = url.dropFirst(client.base.count)
        let path = rest.prefix { $0 != "?" }
        return UploadSession(path: String(path), query: String(rest.dropFirst(path.count + 1)))
    }

    /// An upload that an earlier run began, if the service still knows it.
    private func pendingSession(
        _ place: String, _ size: Int64, _ key: ObjectKey
    ) async throws -> UploadSession? {
        guard let url = configuration.sessions?.url(of: place, size: size),
            var session = session(at: url)
        else { return nil }
        switch try await state(of: session, size, key) {
        case .incomplete(let received):
            session.received = received
            return session
        case .complete, .gone, .refused:
            // What is complete is put again: whether it is what it should be is not known.
            configuration.sessions?.forget(place)
            return nil
        }
    }

    // MARK: Sending

    private func sendRest(
        of source: CheckedSource, to session: inout UploadSession, _ key: ObjectKey,
        _ moved: MovedBytes
    ) async throws {
        let hasher = source.hasher()
        if session.received > 0 {
            _ = try await source.hash(0..<session.received, with: hasher)
            moved.tell(session.received)
        }
        var hashed = try await hashChunk(from: session.received, source, hasher)
        while true {
            let end = hashed
            let chunk = session.received..<end
            let isLast = end == source.size
            if isLast {
                try source.checkUnchanged()
                let md5 = try source.check(hasher)
                let answer = try await send(chunk, of: source, to: session, key, moved)
                guard let answer else { throw badAnswer(.upload, key) }
                return try await checkStored(answer, source.size, md5, key)
            }
            // While a chunk is sent, the next one is hashed.
            async let next = hashChunk(from: end, source, hasher)
            guard try await send(chunk, of: source, to: session, key, moved) == nil else {
                throw badAnswer(.upload, key)
            }
            session.received = end
            hashed = try await next
        }
    }

    /// Returns where the chunk ends.
    private func hashChunk(
        from start: Int64, _ source: CheckedSource, _ hasher: PartHasher
    ) async throws -> Int64 {
        let end = min(source.size, start + configuration.chunkSize)
        _ = try await source.hash(start..<end, with: hasher)
        return end
    }

    /// Sends a chunk, from where the service has it when it was interrupted; returns the answer to the
    /// last chunk, `nil` for others.
    private func send(
        _ chunk: Range<Int64>, of source: CheckedSource, to session: UploadSession,
        _ key: ObjectKey, _ moved: MovedBytes
    ) async throws -> HTTPResponse? {
        let start = Locked(chunk.lowerBound)
        let mustAsk = Locked(false)
        return try await configuration.retry.retryingPiece {
            if mustAsk.withLock({ $0 }) {
                switch try await state(of: session, source.size, key) {
                case .complete(let response): return response
                case .gone: throw UploadIsGone()
                case .refused: throw ObjectExists()
                case .incomplete(let received):
                    guard chunk.contains(received) || received == chunk.upperBound else {
                        throw UploadIsGone()
                    }
                    moved.tell(received - start.withLock { $0 })
                    start.withLock { $0 = received }
                }
            }
            mustAsk.withLock { $0 = true }
            while true {
                let range = start.withLock { $0 }..<chunk.upperBound
                if range.isEmpty, chunk.upperBound < source.size { return nil }
                let state = try await moved.during {
                    try await put(range, of: source, to: session, key, $0)
                }
                switch state {
                case .complete(let response): return response
                case .gone: throw UploadIsGone()
                case .refused: throw ObjectExists()
                case .incomplete(let received):
                    guard received > range.lowerBound, received <= range.upperBound else {
                        throw UploadIsGone()
                    }
                    // It may have kept less than all of it.
                    moved.tell(received - range.upperBound)
                    start.withLock { $0 = received }
                    if received == chunk.upperBound, received < source.size { return nil }
                }
            }
        }
    }

    private func put(
        _ range: Range<Int64>, of source: CheckedSource, to session: UploadSession,
        _ key: ObjectKey, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws -> UploadState {
        var request = GCSRequest(.put, session.path, query: session.query)
        let last = range.upperBound - 1
        request.headers = [
            HTTPHeader(
                "content-range",
                range.isEmpty
                    ? "bytes */\(source.size)"
                    : "bytes \(range.lowerBound)-\(last)/\(source.size)")
        ]
        request.body =
            range.isEmpty ? .none : .file(descriptor: source.descriptor, range: range)
        request.isBulk = true
        request.activityTimeout = Self.completionTimeout
        request.observer = clipped(moved, to: Int64(range.count))
        let response = try await send(request, .upload, key)
        return try meaning(of: response, key)
    }

    // MARK: Asking

    private func state(
        of session: UploadSession, _ size: Int64, _ key: ObjectKey
    ) async throws -> UploadState {
        var request = GCSRequest(.put, session.path, query: session.query)
        request.headers = [HTTPHeader("content-range", "bytes */\(size)")]
        return try meaning(of: try await send(request, .upload, key), key)
    }

    private func meaning(
        of response: HTTPResponse, _ key: ObjectKey
    ) throws(StoreError) -> UploadState {
        switch response.status {
        case 200, 201: return .complete(response)
        case 308:
            guard let text = response["range"] else { return .incomplete(received: 0) }
            guard text.hasPrefix("bytes=0-"), let last = Int64(text.dropFirst(8)), last >= 0 else {
                throw badAnswer(.upload, key)
            }
            // The service keeps whole multiples of 256 KiB; an emulator says this of nothing.
            return .incomplete(received: last == 0 ? 0 : last + 1)
        case 404, 410: return .gone
        case 412: return .refused
        default: throw client.failure(.upload, key, response)
        }
    }

    /// Takes back what was sent; when that fails, it goes away by itself after a week.
    private func cancel(_ session: UploadSession, _ key: ObjectKey) async {
        let request = GCSRequest(.delete, session.path, query: session.query)
        _ = try? await send(request, .upload, key)  // the error that led here is the one to tell
    }
}
