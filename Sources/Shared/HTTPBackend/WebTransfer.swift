internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
internal import Storage

/// What is the same for every remote on a web server: files into bodies, bodies into files.
///
/// What is sent is hashed before, what arrives behind or after it: in both cases the second reading
/// comes from memory, and nothing ever gets a name that it should not have.
struct WebTransfer: Sendable {
    let client: WebClient
    private let threads: BlockingThreads

    private var name: String { client.configuration.name }

    /// Up to so many bytes a file is read into memory, and once only.
    private static let smallSize: Int64 = 256 << 10
    /// From so many bytes on the server is asked before the content is sent.
    private static let askFirstSize: Int64 = 1 << 20

    init(_ client: WebClient, _ threads: BlockingThreads = BlockingThreads()) {
        self.client = client
        self.threads = threads
    }

    /// The same by another client.
    func by(_ client: WebClient) -> WebTransfer { WebTransfer(client, threads) }

    // MARK: Sending

    /// Sends a file in one request and returns its size in bytes; `accepted` looks at each answer.
    ///
    /// `make`: a request without its body. Content that is not what `key` names is not sent.
    func send(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?,
        _ make: () -> HTTPRequest, accepted: (HTTPResponse) throws -> Void
    ) async throws -> Int64 {
        try Task.checkCancellation()
        let source: UploadSource
        do throws(SystemError) {
            source = try UploadSource(opening: path)
        } catch {
            throw StoreError(key, store: name, readingSource: error)
        }
        var request = make()
        request.headers.append(HTTPHeader("content-type", "application/octet-stream"))
        let moved = MovedBytes(observer)
        if source.size <= Self.smallSize {
            request.body = .bytes(try smallContent(of: source, key))
            try accepted(try await client.send(request, .upload, key))
            moved.tell(source.size)
            return source.size
        }
        let found = try await hash(source, like: key)
        try check(found, .upload, key)
        request.body = .file(descriptor: source.descriptor, range: 0..<source.size)
        request.isBulk = source.size >= Self.askFirstSize
        request.expectsContinue = source.size >= Self.askFirstSize
        let whole = request
        try await moved.during { observer in
            var request = whole
            request.observer = clipped(observer, to: source.size)
            try accepted(try await client.send(request, .upload, key))
        }
        // What was hashed is what was sent, unless somebody wrote to it in between.
        guard (try? source.isUnchanged()) == true else {
            throw StoreError(
                .upload, key, store: name,
                .failed("the file in the cache changed while it was sent"))
        }
        return source.size
    }

    private func smallContent(of source: UploadSource, _ key: ObjectKey) throws -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try source.file.readAll(limit: Int(source.size))
        } catch {
            throw StoreError(key, store: name, readingSource: error)
        }
        return try bytes.checked(.upload, key, store: name)
    }

    private func hash(_ source: UploadSource, like key: ObjectKey) async throws -> ObjectID {
        let name = name
        let found: ObjectID? = try await threads.run {
            var hasher = ContentHasher(key.oid.scheme)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
            defer { buffer.deallocate() }
            do throws(SystemError) {
                let count = try source.read(0..<source.size, into: buffer) { hasher.update($0) }
                guard count == source.size else { return nil }
            } catch {
                throw StoreError(key, store: name, readingSource: error)
            }
            return hasher.finish(isDirectory: key.oid.isDirectory)
        }
        if let found { return found }
        throw StoreError(
            .upload, key, store: name, .failed("the file in the cache became shorter meanwhile"))
    }

    // MARK: Receiving

    /// Writes an object to a new file and returns its size in bytes.
    ///
    /// `url`: where it is, if not at its own place.
    func get(
        _ key: ObjectKey, at url: String? = nil, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try Task.checkCancellation()
        return try await DownloadPlace.receive(at: path) { place in
            try await MovedBytes(observer).during { observer in
                try await receive(key, at: url, into: place, observer: observer)
            }
        }
    }

    private func receive(
        _ key: ObjectKey, at url: String?, into place: DownloadPlace,
        observer: (@Sendable (Int64) -> Void)?
    ) async throws -> Int64 {
        let target: DownloadTarget
        do throws(SystemError) {
            target = try place.opened()
        } catch {
            throw StoreError(.download, key, store: name, writing: error)
        }
        var request = client.request(.get, key.path)
        if let url { request.url = url }
        request.destination = .file(descriptor: target.descriptor, offset: 0, limit: Int64.max)
        let trailing = TrailingHash(target, threads.hashing, like: key.oid)
        defer { trailing.end() }
        request.observer = { count in
            trailing.note(count)
            observer?(count)
        }
        let response = try await client.send(request, .download, key, target: place.path)
        guard response.status == 200 else {
            throw client.failure(.download, key, response, .get)
        }
        let count = response.bodyCount
        do {
            try check(try await hash(target, count, trailing, like: key.oid), .download, key)
        } catch let error as SystemError {
            throw StoreError(.download, key, store: name, writing: error)
        }
        return count
    }

    /// The name of what has arrived.
    private func hash(
        _ target: DownloadTarget, _ count: Int64, _ trailing: TrailingHash, like oid: ObjectID
    ) async throws -> ObjectID {
        if let found = try await trailing.name(of: count) { return found }
        let hasher = WrittenFileHasher(target, like: oid)
        try await threads.run { try hasher.hash(0..<count) }
        return hasher.finish(isDirectory: oid.isDirectory)
    }

    func contents(of key: ObjectKey, at url: String? = nil, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        var request = client.request(.get, key.path)
        if let url { request.url = url }
        request.destination = .memory(limit: limit)
        let response = try await client.send(request, .read, key)
        guard response.status == 200 else { throw client.failure(.read, key, response, .get) }
        return try response.body.checked(.read, key, store: name)
    }

    private func check(
        _ found: ObjectID, _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) {
        guard found != key.oid else { return }
        throw StoreError(operation, key, store: name, .mismatch(found: found))
    }
}
