package import Basics
internal import Digests
internal import HTTPClient
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

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
        try Task.checkCancellation()
        let key = content.key
        let target: DownloadTarget
        do throws(SystemError) {
            target = try DownloadTarget(creating: path)
        } catch {
            throw StoreError(.download, key, store: traits.name, writing: error)
        }
        let moved = MovedBytes(observer)
        do {
            let size = try await download(content, to: target, moved)
            target.keep()
            return size
        } catch {
            moved.takeBack()
            target.keep(after: error)
            throw error
        }
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try Task.checkCancellation()
        var request = S3Request(.get, client.key(key.path))
        request.secrets = configuration.encryptionKeyHeaders
        request.destination = .memory(limit: limit)
        let response = try await send(request, .read, key)
        guard response.status == 200 else { throw client.failure(.read, key, response) }
        let oid = key.oid
        let found = objectID(
            of: response.body, isDirectory: oid.isDirectory, scheme: oid.scheme)
        try check(found, .read, key)
        return response.body
    }

    private func check(
        _ found: ObjectID, _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) {
        guard found != key.oid else { return }
        throw StoreError(operation, key, store: traits.name, .mismatch(found: found))
    }

    // MARK: In pieces

    /// Writes and hashes the object; returns its size in bytes.
    private func download(
        _ content: Content, to target: DownloadTarget, _ moved: MovedBytes
    ) async throws -> Int64 {
        let key = content.key
        let hasher = WrittenFileHasher(target, like: key.oid)
        let first = try await moved.during { try await firstPiece(content, target, $0) }
        let pieces = PartPlan(size: first.total, exactly: configuration.partSize)
        try await hash(0..<first.count, with: hasher, key)
        if first.count < first.total {
            try await rest(of: pieces, tag: first.tag, content, target, hasher, moved)
        }
        try check(hasher.finish(isDirectory: key.oid.isDirectory), .download, key)
        return first.total
    }

    private struct FirstPiece {
        var count: Int64
        var total: Int64
        var tag: String?
    }

    /// Most objects are no longer than one piece, and need one request.
    private func firstPiece(
        _ content: Content, _ target: DownloadTarget, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws -> FirstPiece {
        let key = content.key
        var request = S3Request(.get, content.name, query: content.query)
        request.secrets = configuration.encryptionKeyHeaders
        // A range of nothing is an error, so what must be empty is asked for as a whole.
        if !key.oid.isEmptyFile {
            request.headers = [HTTPHeader("range", "bytes=0-\(configuration.partSize - 1)")]
        }
        request.destination = .file(descriptor: target.descriptor, offset: 0, limit: .max)
        request.targetPath = target.file.path
        request.observer = moved
        let response = try await send(request, .download, key)
        let count = response.bodyCount
        switch response.status {
        case 200 where response["content-range"] == nil:
            return FirstPiece(count: count, total: count)
        case 200, 206:
            // rclone sends a range with the status of a whole.
            guard let range = ContentRange(response["content-range"]), range.start == 0,
                range.end == count, range.end == min(range.total, configuration.partSize)
            else { throw wrongRange(key) }
            return FirstPiece(count: count, total: range.total, tag: response["etag"])
        case 416: return FirstPiece(count: 0, total: 0)  // it is empty; its hash will tell
        default: throw client.failure(.download, key, response)
        }
    }

    /// Gets the other pieces side by side and hashes each as soon as all before it are there.
    private func rest(
        of plan: PartPlan, tag: String?, _ content: Content, _ target: DownloadTarget,
        _ hasher: WrittenFileHasher, _ moved: MovedBytes
    ) async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            func start(_ index: Int) {
                group.addTask {
                    try await retrying {
                        try await moved.during {
                            try await piece(plan.range(index), tag: tag, content, target, $0)
                        }
                    }
                    return index
                }
            }
            var next = 1
            while next < min(plan.count, 1 + configuration.partConcurrency) {
                start(next)
                next += 1
            }
            var arrived: Set<Int> = []
            var hashed = 1
            while let index = try await group.next() {
                arrived.insert(index)
                if next < plan.count {
                    start(next)
                    next += 1
                }
                while arrived.remove(hashed) != nil {
                    try await hash(plan.range(hashed), with: hasher, content.key)
                    hashed += 1
                }
            }
        }
    }

    private func piece(
        _ range: Range<Int64>, tag: String?, _ content: Content, _ target: DownloadTarget,
        _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        let key = content.key
        var request = S3Request(.get, content.name, query: content.query)
        request.secrets = configuration.encryptionKeyHeaders
        request.headers = [
            HTTPHeader("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        ]
        // All pieces must be of one object, which somebody may replace meanwhile.
        if let tag { request.headers.append(HTTPHeader("if-match", tag)) }
        request.destination = .file(
            descriptor: target.descriptor, offset: range.lowerBound, limit: Int64(range.count))
        request.targetPath = target.file.path
        request.isBulk = true
        request.observer = moved
        let response = try await send(request, .download, key)
        guard (200..<300).contains(response.status) else {
            throw client.failure(.download, key, response)
        }
        let sent = ContentRange(response["content-range"])
        guard let sent, sent.start == range.lowerBound, sent.end == range.upperBound,
            response.bodyCount == Int64(range.count)
        else { throw wrongRange(key) }
    }

    private func wrongRange(_ key: ObjectKey) -> StoreError {
        StoreError(
            .download, key, store: traits.name,
            .failed("the service answered with another range than was asked for"))
    }

    private func hash(
        _ range: Range<Int64>, with hasher: WrittenFileHasher, _ key: ObjectKey
    ) async throws {
        do {
            // A thread of its own is worth it for what takes longer than getting there.
            if range.count < 1 << 20 {
                try hasher.hash(range)
            } else {
                try await threads.run { try hasher.hash(range) }
            }
        } catch let error as SystemError {
            throw StoreError(.download, key, store: traits.name, writing: error)
        }
    }
}

extension ObjectID {
    /// Whether it names a file without content.
    fileprivate var isEmptyFile: Bool { self == objectID(of: [], scheme: scheme) }
}

/// `bytes 0-99/1000`, with the end after the last byte.
package struct ContentRange: Equatable {
    package let start: Int64
    package let end: Int64
    package let total: Int64

    package init?(_ text: String?) {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "/" })
        guard numbers.count == 3, let start = Int64(numbers[0]), let last = Int64(numbers[1]),
            let total = Int64(numbers[2]), start >= 0, last >= start, last < total
        else { return nil }
        (self.start, end, self.total) = (start, last + 1, total)
    }
}
