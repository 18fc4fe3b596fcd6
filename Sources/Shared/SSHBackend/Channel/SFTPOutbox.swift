internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What one session still has to write, and the pipe that it goes into; used by the session's thread alone.
struct SFTPOutbox {
    let pipe: CInt
    private var requests: [SFTPRequest] = []
    private var next = 0
    /// What is being written: small requests one behind the other, or large content from its place.
    private var block: [UInt8] = []
    private var written = 0
    /// What follows the block.
    private var largeContent: [UInt8]?
    /// Whether the pipe takes no more just now, and had better be left alone for a millisecond: else the
    /// thread would be woken for each of the 16 KiB at a time that OpenSSH's client reads.
    private var isResting = false
    /// Whether the pipe holds what is sent in a millisecond, however fast that is.
    private let hasLongPipe: Bool

    /// In bytes: what an unprivileged user can have on Linux.
    private static let longPipe: CInt = 1 << 20
    private static let blockSize = 64 << 10
    private static let spent = SFTPRequest.initialize

    init(_ pipe: CInt) {
        self.pipe = pipe
        _ = fcntl(pipe, F_SETFL, fcntl(pipe, F_GETFL) | O_NONBLOCK)
        hasLongPipe = Self.lengthenPipe(pipe, to: Self.longPipe)
        if !hasLongPipe { Self.lengthenPipe(pipe, to: 256 << 10) }
    }

    /// Larger pipes, fewer turns; `false` where the system refuses, which has its usual ones.
    @discardableResult
    static func lengthenPipe(_ pipe: CInt, to size: CInt) -> Bool {
        #if os(Linux)
        let setPipeSize: CInt = 1031  // F_SETPIPE_SZ
        return fcntl(pipe, setPipeSize, size) >= size
        #else
        return false
        #endif
    }

    var isEmpty: Bool {
        next == requests.count && written == block.count && largeContent == nil
    }

    mutating func add(_ more: [SFTPRequest]) {
        if next == requests.count {
            requests = more
            next = 0
            return
        }
        if next > 1024 {
            requests.removeFirst(next)
            next = 0
        }
        requests += more
    }

    /// Whether the pipe had better be left alone for a millisecond; once each time.
    mutating func takeRest() -> Bool {
        defer { isResting = false }
        return isResting
    }

    /// Writes as much as the pipe takes; `false` when nobody reads any more.
    mutating func write() -> Bool {
        while !isEmpty {
            if written == block.count { fillBlock() }
            let count = block[written...].withUnsafeBytes { rest in
                retryingInterrupts {
                    #if canImport(Darwin)
                    Darwin.write(pipe, rest.baseAddress, rest.count)
                    #else
                    Glibc.write(pipe, rest.baseAddress, rest.count)
                    #endif
                }
            }
            if count < 0 {
                let isFull = errno == EAGAIN
                isResting = isFull && hasLongPipe && block.count - written >= Self.blockSize
                return isFull
            }
            written += count
        }
        return true
    }

    /// The next bytes to write: large content as it is, or many small requests behind each other.
    private mutating func fillBlock() {
        written = 0
        if let content = largeContent.take() {
            block = content
            return
        }
        block.removeAll(keepingCapacity: block.capacity <= 2 * Self.blockSize)
        while next < requests.count {
            let request = requests[next]
            let isLarge = request.content.count >= Self.blockSize / 2
            let size = request.bytes.count + (isLarge ? 0 : request.content.count)
            guard block.isEmpty || block.count + size <= Self.blockSize else { return }
            block += request.bytes
            if isLarge { largeContent = request.content } else { block += request.content }
            // Its bytes are held no longer than needed: a queue can be some megabytes.
            requests[next] = Self.spent
            next += 1
            if isLarge { return }
        }
    }
}
