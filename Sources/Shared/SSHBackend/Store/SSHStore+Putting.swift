package import Basics
internal import Digests
package import Storage

extension SSHStore {
    /// Up to so many bytes a file is read and hashed before anything is sent.
    private static let smallSize: Int64 = 128 << 10
    /// From so many bytes on the server is asked to write a file to its disk: for smaller ones that
    /// would take longer than all else.
    private static let durableSize: Int64 = 1 << 20

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await observed(observer) { moved in
            try Task.checkCancellation()
            let source = try open(path, key)
            if source.size > Self.smallSize {
                let isLarge = source.size >= configuration.largeSize
                return try await onServer(.upload, key, isLarge: isLarge) { session in
                    try await putLarge(source, key, session, moved)
                }
            }
            let held = Int(source.size) + 512
            try await budget.take(held)
            defer { budget.giveBack(held) }
            let content = try read(source, key)
            try await onServer(.upload, key) { session in
                try await put(content, at: self.path(of: key), session)
            }
            moved?(Int64(content.count))
            return Int64(content.count)
        }
    }

    private func open(_ path: FilePath, _ key: ObjectKey) throws -> UploadSource {
        do throws(SystemError) {
            return try UploadSource(opening: path)
        } catch {
            throw StoreError(key, store: traits.name, readingSource: error)
        }
    }

    /// The content of a small file, which is what its name says.
    private func read(_ source: UploadSource, _ key: ObjectKey) throws -> [UInt8] {
        let content: [UInt8]
        do throws(SystemError) {
            // What was added meanwhile is not read: the name tells whether this is all of it.
            content = try source.file.read(upTo: Int(source.size))
        } catch {
            throw StoreError(key, store: traits.name, readingSource: error)
        }
        let found = objectID(
            of: content, isDirectory: key.oid.isDirectory, scheme: key.oid.scheme)
        try check(found, key)
        return content
    }

    private func check(_ found: ObjectID, _ key: ObjectKey) throws(StoreError) {
        guard found != key.oid else { return }
        throw StoreError(.upload, key, store: traits.name, .mismatch(found: found))
    }

    // MARK: Small

    /// Writes a file whose content is in memory.
    func put(_ content: [UInt8], at target: FilePath, _ session: SFTPSession) async throws {
        guard session.abilities.offers(.posixRename), !session.transport.movesPiecesInTurn else {
            return try await putInTurn(content, at: target, session)
        }
        try await prepare(target.parent, session)
        do {
            try await SmallUpload(content, to: target, on: session).run()
        } catch let refusal as SFTPRefusal where refusal.status.code == .noSuchFile {
            // Somebody has removed the folder since; or this session, where each keeps a picture of
            // its own, does not know it yet.
            try await remake(target.parent, session)
            try await SmallUpload(content, to: target, on: session).run()
        }
    }

    /// The same for a server that needs more than one request to rename, or to be waited for.
    private func putInTurn(
        _ content: [UInt8], at target: FilePath, _ session: SFTPSession
    ) async throws {
        try await throughTemporary(target, session) { temporary, handle, close in
            let longest = session.abilities.longestWrite
            var replies: [SFTPReply] = []
            var offset = 0
            while offset < content.count {
                let end = min(content.count, offset + longest)
                let piece =
                    offset == 0 && end == content.count
                    ? content : Array(content[offset..<end])
                replies.append(session.send(.write(handle, at: Int64(offset), piece)))
                offset = end
                if session.transport.movesPiecesInTurn {
                    try await checkWritten(replies.removeLast(), temporary, session)
                }
            }
            // Behind the content and not after its answer: a server keeps the order for one file.
            let closed = close()
            for reply in replies { try await checkWritten(reply, temporary, session) }
            try await checkWritten(closed, temporary, session)
        }
    }

    /// Runs `body` with a new file beside `target`, which it must close, then renames it.
    private func throughTemporary(
        _ target: FilePath, _ session: SFTPSession,
        _ body: (FilePath, SFTPHandle, _ close: () -> SFTPReply) async throws -> Void
    ) async throws {
        let temporary = temporaryPath(in: target.parent)
        let handle = try await create(temporary, session)
        var isClosed = false
        do {
            try await body(temporary, handle) {
                isClosed = true
                return session.send(.close(handle))
            }
            try await rename(temporary, to: target, session)
        } catch {
            // Never a second time: the server may call another file by the same handle by now.
            if !isClosed { session.send(.close(handle)) }
            let removed = session.send(.remove(temporary))
            // The error that ended the work is the one to tell.
            _ = try? await session.lastAnswer(removed)
            throw error
        }
    }

    private func create(_ path: FilePath, _ session: SFTPSession) async throws -> SFTPHandle {
        try await prepare(path.parent, session)
        var answer = try await session.send(.open(path, .create)).value()
        if case .status(let status) = answer, status.code == .noSuchFile {
            try await remake(path.parent, session)
            answer = try await session.send(.open(path, .create)).value()
        }
        if case .handle(let handle) = answer { return handle }
        throw await explained(SFTPRefusal(answer, path), session)
    }

    private func checkWritten(
        _ reply: SFTPReply, _ path: FilePath, _ session: SFTPSession
    ) async throws {
        let answer = try await reply.value()
        do throws(SFTPRefusal) {
            try answer.checkOK(path)
        } catch {
            throw await explained(error, session)
        }
    }

    /// A failure without words may be one for lack of space: then the server's disk says so.
    private func explained(_ refusal: SFTPRefusal, _ session: SFTPSession) async -> SFTPRefusal {
        guard refusal.canBeExplained(on: session) else { return refusal }
        // Whatever keeps it from answering, the failure itself is still the one to tell.
        let answer = try? await session.send(.statvfs(refusal.path.parent)).value()
        return refusal.explained(by: answer)
    }

    // MARK: Large

    private func putLarge(
        _ source: UploadSource, _ key: ObjectKey, _ session: SFTPSession,
        _ moved: ((Int64) -> Void)?
    ) async throws -> Int64 {
        let size = source.size
        keepFreedMemory()
        try await throughTemporary(path(of: key), session) { temporary, handle, close in
            var upload = LargeUpload(
                source, like: key.oid, to: handle, on: session, budget, hashing: hashing)
            do {
                while let written = try await upload.sendNext(threads) {
                    try await upload.checkAnswered(all: session.transport.movesPiecesInTurn) {
                        try await checkWritten($0, temporary, session)
                    }
                    moved?(written)
                }
            } catch let error as SystemError {
                throw StoreError(key, store: traits.name, readingSource: error)
            }
            let found = upload.finish(isDirectory: key.oid.isDirectory)
            try check(found, key)
            if session.abilities.offers(.fsync), size >= Self.durableSize {
                upload.send(.fsync(handle), isSlow: true)
            }
            upload.expect(close())
            try await upload.checkAll { try await checkWritten($0, temporary, session) }
            guard (try? source.isUnchanged()) == true else {
                throw StoreError(
                    .upload, key, store: traits.name,
                    .failed("the file in the cache changed while it was sent"))
            }
        }
        return size
    }

    // MARK: Renaming

    private func rename(
        _ temporary: FilePath, to target: FilePath, _ session: SFTPSession
    ) async throws {
        if session.abilities.offers(.posixRename) {
            let answer = try await session.send(.posixRename(temporary, to: target)).value()
            return try answer.checkOK(target)
        }
        let answer = try await session.send(.rename(temporary, to: target)).value()
        if case .status(let status) = answer, status.code == .ok { return }
        // Most servers do not rename to what is there, and none says that this was it.
        let existing = try await session.send(.stat(target)).value()
        guard case .attributes(let attributes) = existing, !attributes.isDirectory else {
            throw SFTPRefusal(answer, target)
        }
        if try await isIntact(target, attributes, session) {
            // Somebody was faster, and what is there is what its name says.
            return try await session.send(.remove(temporary)).value().checkOK(temporary)
        }
        // Damaged: between the two steps there is none, which is better than a wrong one.
        try await session.send(.remove(target)).value().checkOK(target)
        try await session.send(.rename(temporary, to: target)).value().checkOK(target)
    }
}

extension SFTPRefusal {
    /// Whether the server can say more about its disk than about this failure.
    func canBeExplained(on session: SFTPSession) -> Bool {
        status.code == .failure && session.abilities.offers(.statvfs)
    }

    /// `answer`: what the server says of its disk; `nil` when it said nothing.
    func explained(by answer: SFTPResponse?) -> SFTPRefusal {
        guard case .extended(let bytes) = answer, let space = RemoteSpace(bytes) else {
            return self
        }
        var refusal = self
        refusal.isFull = space.isFull
        return refusal
    }
}

/// What a server says of its disk.
struct RemoteSpace {
    /// Whether nothing, or next to nothing, fits there any more.
    let isFull: Bool

    /// Source: OpenSSH's PROTOCOL, section 4.2.
    init?(_ bytes: [UInt8]) {
        var fields = SFTPFields(bytes[...], type: 201)
        guard (try? fields.longNumber()) != nil,  // the block size of files
            let fragment = try? fields.longNumber(), (try? fields.longNumber()) != nil,
            (try? fields.longNumber()) != nil, let free = try? fields.longNumber(),
            let files = try? fields.longNumber(), (try? fields.longNumber()) != nil,
            let freeFiles = try? fields.longNumber()
        else { return nil }
        let (room, overflows) = free.multipliedReportingOverflow(by: fragment)
        // Some file systems have no number of files, and say 0 of 0.
        isFull = !overflows && room < 256 << 10 || files > 0 && freeFiles == 0
    }
}
