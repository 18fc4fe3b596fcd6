internal import Basics
internal import Digests
internal import Storage

/// A file on its way to the server: read, hashed and sent piece by piece.
///
/// Its pieces are acknowledged while later ones are read. One task uses it.
struct LargeUpload: ~Copyable {
    private let source: UploadSource
    private let handle: SFTPHandle
    private let session: SFTPSession
    private let budget: ByteBudget
    private let hasher: PieceHasher
    private let longest: Int
    private var replies: [SFTPReply] = []
    private var answered = 0
    private var offset: Int64 = 0

    init(
        _ source: UploadSource, like oid: ObjectID, to handle: SFTPHandle,
        on session: SFTPSession, _ budget: ByteBudget, hashing: PieceHashing
    ) {
        self.source = source
        self.handle = handle
        self.session = session
        self.budget = budget
        hasher = PieceHasher(oid.scheme, sharing: hashing)
        longest = session.abilities.longestWrite
    }

    /// Sends the next piece and returns its size in bytes; `nil` at the end of the file.
    ///
    /// Throws `SystemError` when the file cannot be read.
    mutating func sendNext(_ threads: BlockingThreads) async throws -> Int64? {
        let held = longest
        try await budget.take(held)
        let (source, handle, session, offset) = (source, handle, session, offset)
        let (budget, hasher) = (budget, hasher)
        let piece: (reply: SFTPReply, count: Int)?
        do {
            piece = try await threads.run {
                let content = try source.file.read(upTo: held)
                if content.isEmpty { return nil }
                let reply = session.send(
                    .write(handle, at: offset, content), onFinish: { _ in budget.giveBack(held) })
                // While the session's thread sends them.
                hasher.update(content)
                return (reply, content.count)
            }
        } catch {
            budget.giveBack(held)
            throw error
        }
        guard let piece else {
            budget.giveBack(held)
            return nil
        }
        self.offset += Int64(piece.count)
        replies.append(piece.reply)
        return Int64(piece.count)
    }

    mutating func send(_ request: SFTPRequest, isSlow: Bool = false) {
        replies.append(session.send(request, isSlow: isSlow))
    }

    /// Counts the answer to a request that somebody else sent.
    mutating func expect(_ reply: SFTPReply) { replies.append(reply) }

    /// Checks the answers that have come; or waits for all of them.
    mutating func checkAnswered(
        all: Bool, _ check: (SFTPReply) async throws -> Void
    ) async throws {
        while answered < replies.count, all || replies[answered].isFinished {
            try await next(check)
        }
    }

    /// Waits for all answers and checks them.
    mutating func checkAll(_ check: (SFTPReply) async throws -> Void) async throws {
        while answered < replies.count { try await next(check) }
    }

    private mutating func next(_ check: (SFTPReply) async throws -> Void) async throws {
        try await check(replies[answered])
        answered += 1
        if answered == 256 {
            replies.removeFirst(answered)
            answered = 0
        }
    }

    func finish(isDirectory: Bool) -> ObjectID { hasher.finish(isDirectory: isDirectory) }
}
