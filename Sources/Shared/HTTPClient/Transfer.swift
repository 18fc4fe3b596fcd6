internal import Basics
internal import CCurl
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One request under way.
///
/// A task makes it and hands it over to the engine's thread, which alone touches it until it
/// answers; but for ``markCancelled()``, which any thread may call.
final class Transfer: @unchecked Sendable {
    let request: HTTPRequest
    let host: String
    private let cancelled = Atomic(false)
    var waiter: CheckedContinuation<HTTPResponse, any Error>?
    var handle: UnsafeMutableRawPointer?

    // What libcurl reads while the request is under way.
    var headerList: UnsafeMutablePointer<curl_slist>?
    var sentBytes: UnsafeMutableRawBufferPointer?
    /// Where it says what is wrong with a secure connection, of `CURL_ERROR_SIZE` bytes.
    var errorWords: UnsafeMutablePointer<CChar>?

    // What has moved so far.
    private var sentCount: Int64 = 0
    private(set) var status = 0
    private(set) var headers = ResponseHeaders()
    private(set) var received: [UInt8] = []
    /// Where the body goes once it is too long for ``received``.
    private var spillFile: CInt?
    private(set) var receivedCount: Int64 = 0
    private(set) var hasMoved = false
    /// Since ``isStalled(_:_:)`` was last asked: the clock is read there, and not for each line.
    private var movesSinceCheck = false
    private var lastMove = ContinuousClock.now
    /// Why a callback ended the request.
    private(set) var failure: TransportError.Reason?

    /// How much of an answer that was not asked for is kept, in bytes.
    private static let headLimit = 64 << 10

    init(_ request: HTTPRequest, host: String) {
        self.request = request
        self.host = host
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func markCancelled() { cancelled.store(true, ordering: .releasing) }

    var activityTimeout: Duration { request.activityTimeout ?? request.peer.activityTimeout }

    func error(_ reason: TransportError.Reason) -> TransportError {
        TransportError(host: host, reason)
    }

    /// Wakes the task that waits; once.
    func answer(_ result: Result<HTTPResponse, any Error>) {
        waiter?.resume(with: result)
        waiter = nil
    }

    /// Frees what libcurl was lent.
    func release(_ curl: UnsafePointer<ccurl_functions>) {
        curl.pointee.slist_free_all(headerList)
        headerList = nil
        sentBytes?.deallocate()
        sentBytes = nil
        errorWords?.deallocate()
        errorWords = nil
        handle = nil
    }

    /// Whether nothing has moved for too long on a connection that is there.
    func isStalled(_ now: ContinuousClock.Instant, _ curl: UnsafePointer<ccurl_functions>) -> Bool {
        if !hasMoved {
            // Until there is a connection its own limit counts.
            var microseconds: curl_off_t = 0
            _ = ccurl_get_size(curl, handle, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
            hasMoved = microseconds > 0
            movesSinceCheck = true
        }
        if movesSinceCheck { lastMove = now }
        movesSinceCheck = false
        return hasMoved && now - lastMove > activityTimeout
    }

    // MARK: Callbacks

    private func noteMove(_ bytes: Int64) {
        hasMoved = true
        movesSinceCheck = true
        if bytes > 0 { request.observer?(bytes) }
    }

    /// Takes one line of the header.
    func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        noteMove(0)
        if let status = statusCode(inLine: line) {
            self.status = status
            headers.removeAll()
        } else {
            headers.append(line)
        }
        guard headers.count <= ResponseHeaders.limit else {
            failure = .tooLarge(limit: Int64(ResponseHeaders.limit))
            return false
        }
        return true
    }

    /// Takes the next bytes of the answer's body; returns whether to go on.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard request.acceptedStatuses.contains(status) else {
            noteMove(0)
            received.append(contentsOf: bytes.prefix(Self.headLimit - received.count))
            receivedCount += Int64(bytes.count)
            return true
        }
        let end = receivedCount + Int64(bytes.count)
        switch request.destination {
        case .memory(let limit):
            guard end <= limit else { return fail(.tooLarge(limit: Int64(limit))) }
            received.append(contentsOf: bytes)
        case .file(let descriptor, let offset, let limit):
            guard end <= limit else { return fail(.tooLarge(limit: limit)) }
            guard write(bytes, to: descriptor, at: offset + receivedCount) else { return false }
        case .memoryOrFile(let memory, let open):
            if spillFile == nil, end <= memory {
                received.append(contentsOf: bytes)
            } else {
                guard spill(bytes, open) else { return false }
            }
        }
        receivedCount = end
        noteMove(Int64(bytes.count))
        return true
    }

    /// Writes the next bytes to the file for what is too long for memory, after all before them.
    private func spill(
        _ bytes: UnsafeRawBufferPointer, _ open: () -> Result<CInt, SystemError>
    ) -> Bool {
        if spillFile == nil {
            switch open() {
            case .success(let descriptor): spillFile = descriptor
            case .failure(let error): return fail(.writing(code: error.code))
            }
        }
        guard let spillFile else { return false }
        if !received.isEmpty {
            guard received.withUnsafeBytes({ write($0, to: spillFile, at: 0) }) else {
                return false
            }
            received = []
        }
        return write(bytes, to: spillFile, at: receivedCount)
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at offset: Int64
    ) -> Bool {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = retryingInterrupts {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            }
            guard count > 0 else { return fail(.writing(code: count == 0 ? EIO : errno)) }
            done += count
        }
        return true
    }

    /// Gives the next bytes of a body that is or has a file; `nil` ends the request.
    func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let given: Int?
        switch request.body {
        case .none, .bytes: return 0
        case .file(let descriptor, let range):
            given = read(descriptor, range, from: sentCount, into: buffer)
        case .enclosedFile(let before, let descriptor, let range, let after):
            let start = sentCount - Int64(before.count)
            let rest = start - (range.upperBound - range.lowerBound)
            if start < 0 {
                given = copy(before[Int(sentCount)...], into: buffer)
            } else if rest < 0 {
                given = read(descriptor, range, from: start, into: buffer)
            } else {
                given = copy(after[Int(rest)...], into: buffer)
            }
        }
        guard let given else { return nil }
        sentCount += Int64(given)
        if given > 0 { noteMove(Int64(given)) }
        return given
    }

    private func copy(
        _ bytes: ArraySlice<UInt8>, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let piece = bytes.prefix(buffer.count)
        buffer.copyBytes(from: piece)
        return piece.count
    }

    private func read(
        _ descriptor: CInt, _ range: Range<Int64>, from start: Int64,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let wanted = min(Int64(buffer.count), range.upperBound - range.lowerBound - start)
        if wanted == 0 { return 0 }
        let count = retryingInterrupts {
            pread(descriptor, buffer.baseAddress, Int(wanted), off_t(range.lowerBound + start))
        }
        guard count > 0 else {
            _ = fail(count == 0 ? .sourceShrank : .reading(code: errno))
            return nil
        }
        return count
    }

    /// Starts the body again from a place, as on a connection that turned out to be closed.
    func rewindBody(to offset: Int64) {
        request.observer?(offset - sentCount)
        sentCount = offset
    }

    private func fail(_ reason: TransportError.Reason) -> Bool {
        failure = reason
        return false
    }
}
