package import Basics
internal import Digests
package import HTTPClient
package import Storage

/// Gets one object from a service that answers to ranges: large ones in pieces, side by side, of which
/// each is hashed as soon as all before it are there.
package struct RangedDownload: Sendable {
    /// One request for content.
    package struct Piece: Sendable {
        /// `nil`: all of it.
        package let range: Range<Int64>?
        /// What the first answer called this version of the object, so that all pieces are of one.
        package let tag: String?
        package let destination: HTTPRequest.Destination
        /// The file that the destination is, for errors.
        package let targetPath: FilePath
        /// Whether it is one of many, which deserves a connection of its own.
        package let isBulk: Bool
        package let observer: (@Sendable (Int64) -> Void)?

        /// What asks for the range.
        package var rangeHeader: [HTTPHeader] {
            guard let range else { return [] }
            return [HTTPHeader("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        }
    }

    /// What it must hold, and what errors are about.
    package let key: ObjectKey
    /// The remote's name.
    package let store: String
    /// In bytes, of the first piece; of very large objects the others have up to four times as many.
    package var pieceSize: Int64 = 8 << 20
    package var concurrency = 4
    /// For the pieces after the first, which are too many to start anew all of them.
    package var retry = RetryingStore.Policy()
    package let threads: BlockingThreads
    /// Sends the request for a piece and returns the answer, whatever its status; throws ``StoreError``.
    package let send: @Sendable (Piece) async throws -> HTTPResponse
    /// The error for an answer that is not what was asked for.
    package let failure: @Sendable (HTTPResponse) -> StoreError
    /// The object's version that an answer names.
    package var tag: @Sendable (HTTPResponse) -> String? = { $0["etag"] }
    /// What the service says of the bytes of the whole object.
    ///
    /// Only asked for where the object's own name does not say all of its bytes.
    package var checksum: @Sendable (HTTPResponse) -> ContentChecksum? = { _ in nil }

    package init(
        _ key: ObjectKey, store: String, threads: BlockingThreads,
        send: @escaping @Sendable (Piece) async throws -> HTTPResponse,
        failure: @escaping @Sendable (HTTPResponse) -> StoreError
    ) {
        self.key = key
        self.store = store
        self.threads = threads
        self.send = send
        self.failure = failure
    }

    /// Writes the object to a new file and returns its size in bytes; after an error nothing is left,
    /// unless its content has another name.
    package func get(toFileAt path: FilePath, observer: ByteObserver?) async throws -> Int64 {
        try Task.checkCancellation()
        let moved = MovedBytes.telling(observer)
        do {
            return try await DownloadPlace.receive(at: path) { try await download(to: $0, moved) }
        } catch {
            moved.takeBack()
            throw error
        }
    }

    private func download(to place: DownloadPlace, _ moved: MovedBytes) async throws -> Int64 {
        let first = try await moved.during { try await firstPiece(place, $0) }
        let target: DownloadTarget
        do throws(SystemError) {
            target = try place.opened()
            if let content = first.content { try target.file.write(content) }
        } catch {
            throw StoreError(.download, key, store: store, writing: error)
        }
        let found =
            if first.count < first.total, key.oid.scheme == .md5 {
                try await nameAfterRest(first, target, moved)
            } else if let content = first.content, first.count == first.total {
                objectID(of: content, isDirectory: key.oid.isDirectory, scheme: key.oid.scheme)
            } else {
                try await nameInOrder(first, target, moved)
            }
        guard found == key.oid else {
            throw StoreError(.download, key, store: store, .mismatch(found: found))
        }
        if key.oid.scheme == .md5DosToUnix { try await check(first, target) }
        return first.total
    }

    /// Hashes each piece before more of those that follow are asked for.
    private func nameInOrder(
        _ first: FirstPiece, _ target: DownloadTarget, _ moved: MovedBytes
    ) async throws -> ObjectID {
        let hasher = WrittenFileHasher(target, like: key.oid)
        try await hash(0..<first.count, with: hasher)
        try await rest(after: first, target, moved) { try await hash($0, with: hasher) }
        return hasher.finish(isDirectory: key.oid.isDirectory)
    }

    /// Has the file hashed beside the downloading, together with another one where there is one.
    private func nameAfterRest(
        _ first: FirstPiece, _ target: DownloadTarget, _ moved: MovedBytes
    ) async throws -> ObjectID {
        let hashing = threads.hashing
        let file = hashing.begin(target)
        defer { hashing.end(file) }
        hashing.note(file, arrivedTo: first.count, isWhole: false)
        try await rest(after: first, target, moved) { range in
            hashing.note(
                file, arrivedTo: range.upperBound, isWhole: range.upperBound == first.total)
        }
        do {
            return try await hashing.name(of: file, isDirectory: key.oid.isDirectory)
        } catch let error as SystemError {
            throw StoreError(.download, key, store: store, writing: error)
        }
    }

    private struct FirstPiece: Sendable {
        var count: Int64
        var total: Int64
        /// What is still to be written; `nil` when it is in the file.
        var content: [UInt8]?
        var tag: String?
        var checksum: ContentChecksum?
    }

    /// In bytes: what stays in memory until it is hashed.
    ///
    /// Longer pieces are written by the thread that all requests share, and read again. Dozens may be
    /// there at once.
    private static let smallSize = 32 << 10

    private static let emptyObjects = [HashScheme.md5, .md5DosToUnix].map {
        objectID(of: [], scheme: $0)
    }

    /// Most objects are no longer than one piece, and need one request.
    private func firstPiece(
        _ place: DownloadPlace, _ moved: (@Sendable (Int64) -> Void)?
    ) async throws -> FirstPiece {
        // A range of nothing is an error, so what must be empty is asked for as a whole.
        let isEmpty = Self.emptyObjects.contains(key.oid)
        // What a legacy object's name does not say is compared with the file.
        let isLegacy = key.oid.scheme == .md5DosToUnix
        let response = try await send(
            Piece(
                range: isEmpty ? nil : 0..<pieceSize, tag: nil,
                destination: .memoryOrFile(memory: isLegacy ? 0 : Self.smallSize) {
                    Result { () throws(SystemError) in try place.opened().descriptor }
                }, targetPath: place.path, isBulk: false, observer: moved))
        let count = response.bodyCount
        var first = FirstPiece(count: count, total: count)
        if response.body.count == count { first.content = response.body }
        if isLegacy { first.checksum = checksum(response) }
        let sent = response["content-range"]
        switch response.status {
        case 200 where sent == nil: return first
        case 200, 206:
            // rclone sends a range with the status of a whole.
            guard let range = ContentRange(sent), range.start == 0,
                range.end == count, range.end == min(range.total, pieceSize)
            else { throw wrongRange }
            first.total = range.total
            if first.total > count { first.tag = tag(response) }
            return first
        case 416: return FirstPiece(count: 0, total: 0)  // it is empty; its hash will tell
        default: throw failure(response)
        }
    }

    /// Gets the other pieces side by side and tells of each as soon as all before it are there.
    private func rest(
        after first: FirstPiece, _ target: DownloadTarget, _ moved: MovedBytes,
        _ arrived: (Range<Int64>) async throws -> Void
    ) async throws {
        if first.count == first.total { return }
        let plan = PartPlan(
            size: first.total - first.count, exactly: laterPieceSize(first.total - first.count))
        @Sendable func range(_ index: Int) -> Range<Int64> {
            let range = plan.range(index)
            return (range.lowerBound + first.count)..<(range.upperBound + first.count)
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            func start(_ index: Int) {
                group.addTask {
                    try await retry.retryingPiece {
                        try await moved.during {
                            try await piece(range(index), tag: first.tag, target, $0)
                        }
                    }
                    return index
                }
            }
            var next = 0
            while next < min(plan.count, concurrency) {
                start(next)
                next += 1
            }
            var early: Set<Int> = []
            var told = 0
            while let index = try await group.next() {
                early.insert(index)
                if next < plan.count {
                    start(next)
                    next += 1
                }
                while early.remove(told) != nil {
                    try await arrived(range(told))
                    told += 1
                }
            }
        }
    }

    /// In bytes, for an object of which so many are left.
    ///
    /// A request costs both sides more than its bytes, so there are no more than keep all connections
    /// busy to the end; and none so long that to send it again hurts.
    private func laterPieceSize(_ rest: Int64) -> Int64 {
        let share = rest / Int64(4 * max(1, concurrency))
        return pieceSize * min(4, max(1, share / max(1, pieceSize)))
    }

    private func piece(
        _ range: Range<Int64>, tag: String?, _ target: DownloadTarget,
        _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        let response = try await send(
            Piece(
                range: range, tag: tag,
                destination: .file(
                    descriptor: target.descriptor, offset: range.lowerBound,
                    limit: Int64(range.count)),
                targetPath: target.file.path, isBulk: true, observer: moved))
        guard (200..<300).contains(response.status) else { throw failure(response) }
        let sent = ContentRange(response["content-range"])
        guard let sent, sent.start == range.lowerBound, sent.end == range.upperBound,
            response.bodyCount == Int64(range.count)
        else { throw wrongRange }
    }

    private var wrongRange: StoreError {
        StoreError(
            .download, key, store: store,
            .failed("the service answered with another range than was asked for"))
    }

    // MARK: Hashing

    private func hash(_ range: Range<Int64>, with hasher: WrittenFileHasher) async throws {
        try await reading(range) { () throws(SystemError) in try hasher.hash(range) }
    }

    /// Compares the bytes with what the service says of them: the name of a legacy object is the same
    /// for two kinds of line ends.
    private func check(_ first: FirstPiece, _ target: DownloadTarget) async throws {
        guard let expected = first.checksum else { return }
        let range = 0..<first.total
        let isRight = try await reading(range) { () throws(SystemError) in
            try expected.isThat(of: target, range)
        }
        guard isRight else {
            throw StoreError(
                .download, key, store: store,
                .interrupted("the bytes that arrived are not those that the service sent"))
        }
    }

    private func reading<Result: Sendable>(
        _ range: Range<Int64>, _ body: @Sendable () throws(SystemError) -> Result
    ) async throws -> Result {
        do {
            // A thread of its own is worth it for what takes longer than getting there.
            if range.count < 1 << 20 { return try body() }
            return try await threads.run { try body() }
        } catch let error as SystemError {
            throw StoreError(.download, key, store: store, writing: error)
        }
    }
}
