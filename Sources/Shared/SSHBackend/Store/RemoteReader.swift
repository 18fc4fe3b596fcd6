internal import Basics
internal import Storage

/// Reads a file on the server in order, with many requests under way.
///
/// One task uses it.
struct RemoteReader: ~Copyable {
    private struct Piece {
        let reply: SFTPReply
        let offset: Int64
        let count: Int
    }

    /// In bytes, as the server says it; `nil` when it does not.
    let size: Int64?
    private let path: FilePath
    private let handle: SFTPHandle
    private let session: SFTPSession
    private let budget: ByteBudget
    private let longest: Int
    private var pieces: [Piece] = []
    private var nextOffset: Int64 = 0
    private var isAtEnd = false

    /// Opens the file; throws ``SFTPRefusal`` when that is not possible.
    init(_ path: FilePath, _ session: SFTPSession, _ budget: ByteBudget) async throws {
        let examined = session.send(.stat(path))
        let opened = session.send(.open(path, .read))
        let status = try await examined.value()
        let handle = try await opened.value().handle(path)
        if case .attributes(let attributes) = status {
            if attributes.isDirectory {
                session.send(.close(handle))
                throw SFTPRefusal(SFTPStatus(.failure, "it is a directory"), path)
            }
            size = attributes.size
        } else {
            size = nil
        }
        self.path = path
        self.handle = handle
        self.session = session
        self.budget = budget
        longest = session.abilities.longestRead
    }

    deinit {
        session.send(.close(handle))  // only read: whatever the answer, nothing is lost
        // What was asked for and nobody will take is given back when it comes.
        for piece in pieces { budget.giveBack(piece.count) }
    }

    /// The next bytes of the file; `nil` at its end.
    mutating func next() async throws -> [UInt8]? {
        while true {
            try await ask()
            guard let piece = pieces.first else { return nil }
            let answer = try await piece.reply.value()
            pieces.removeFirst()
            budget.giveBack(piece.count)
            switch answer {
            case .data(let bytes) where bytes.count > piece.count:
                throw SFTPRefusal(SFTPStatus(.badMessage, "more than was asked for"), path)
            case .data(let bytes) where bytes.isEmpty: isAtEnd = true
            case .data(let bytes) where bytes.count == piece.count: return bytes
            case .data(let bytes):
                return bytes + (try await rest(of: piece, from: bytes.count))
            case .status(let status) where status.code == .endOfFile: isAtEnd = true
            default: throw SFTPRefusal(answer, path)
            }
        }
    }

    /// Asks for more while there is room for it; one piece is asked for however long that takes.
    private mutating func ask() async throws {
        while !isAtEnd, nextOffset < size ?? .max {
            let count = Int(min(Int64(longest), (size ?? .max) - nextOffset))
            if pieces.isEmpty {
                try await budget.take(count)
            } else {
                // Without a size the end is only found by asking, and so never far ahead.
                guard size != nil, !session.transport.movesPiecesInTurn, budget.takeNow(count)
                else {
                    return
                }
            }
            pieces.append(
                Piece(
                    reply: session.send(.read(handle, at: nextOffset, count: count)),
                    offset: nextOffset, count: count))
            nextOffset += Int64(count)
        }
    }

    /// What a server left out that gave less than it was asked for.
    private func rest(of piece: Piece, from start: Int) async throws -> [UInt8] {
        var rest: [UInt8] = []
        while start + rest.count < piece.count {
            let wanted = piece.count - start - rest.count
            let offset = piece.offset + Int64(start + rest.count)
            let answer = try await session.send(.read(handle, at: offset, count: wanted)).value()
            switch answer {
            case .data(let bytes) where bytes.count <= wanted && !bytes.isEmpty: rest += bytes
            case .status(let status) where status.code == .endOfFile: return rest
            default: throw SFTPRefusal(answer, path)
            }
        }
        return rest
    }
}
