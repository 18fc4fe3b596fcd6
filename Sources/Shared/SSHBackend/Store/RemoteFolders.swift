internal import Basics

/// What is known of the folders on a server, so that each is asked for and made only once.
final class RemoteFolders: Sendable {
    private struct State {
        var present: Set<FilePath> = []
        /// Those that were seen to be missing and are wanted.
        var absent: Set<FilePath> = []
        var making: [Making: [CheckedContinuation<Void, Never>]] = [:]
        var hasCheckedRoot = false
    }

    /// What one task does while others wait for it.
    private struct Making: Hashable {
        var folder: FilePath
        /// Of the session that is to know a folder which is there for others; `nil` for all.
        var session: ObjectIdentifier?
    }

    private let state = Locked(State())

    /// Whether nobody has asked yet what is where the store should be.
    func shouldCheckRoot() -> Bool {
        state.withLock { state in
            defer { state.hasCheckedRoot = true }
            return !state.hasCheckedRoot
        }
    }

    /// A folder that is there.
    func note(_ folder: FilePath) { state.withLock { _ = $0.present.insert(folder) } }

    /// A folder that is not there and will be needed.
    func noteAbsent(_ folder: FilePath) { state.withLock { _ = $0.absent.insert(folder) } }

    var present: [FilePath] { state.withLock { Array($0.present) } }

    private enum Turn {
        case nothingToDo
        case wait
        case make([FilePath], areAbsent: Bool)
    }

    /// Sees to it that a folder is there: `make` is called by one task for each, others wait for it.
    ///
    /// It is given all folders of which it is known that they must be made, when this is one of them.
    func prepare(
        _ folder: FilePath, _ make: ([FilePath], _ areAbsent: Bool) async throws -> Void
    ) async throws {
        while true {
            let turn = state.withLock { state -> Turn in
                if state.present.contains(folder) { return .nothingToDo }
                if state.making[Making(folder: folder)] != nil { return .wait }
                let isAbsent = state.absent.contains(folder)
                let batch = isAbsent ? Array(state.absent) : [folder]
                if isAbsent { state.absent = [] }
                for folder in batch { state.making[Making(folder: folder)] = [] }
                return .make(batch, areAbsent: isAbsent)
            }
            switch turn {
            case .nothingToDo: return
            case .wait: await finished(Making(folder: folder))
            case .make(let batch, let areAbsent):
                defer { finish(batch.map { Making(folder: $0) }) }
                try await make(batch, areAbsent)
                state.withLock { $0.present.formUnion(batch) }
                return
            }
        }
    }

    /// Runs `body` when nobody else does for the same folder and session.
    func oneAtATime(
        _ folder: FilePath, in session: SFTPSession, _ body: () async throws -> Void
    ) async throws {
        let making = Making(folder: folder, session: ObjectIdentifier(session))
        while true {
            let isMine = state.withLock { state in
                if state.making[making] != nil { return false }
                state.making[making] = []
                return true
            }
            if isMine { break }
            await finished(making)
        }
        defer { finish([making]) }
        try await body()
    }

    private func finished(_ making: Making) async {
        await withCheckedContinuation { waiter in
            let isOver = state.withLock { state in
                guard state.making[making] != nil else { return true }
                state.making[making]?.append(waiter)
                return false
            }
            if isOver { waiter.resume() }
        }
    }

    private func finish(_ batch: [Making]) {
        let waiters = state.withLock { state in
            batch.flatMap { state.making.removeValue(forKey: $0) ?? [] }
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension SSHStore {
    /// Sees to it that a folder and those above it are there.
    func prepare(_ folder: FilePath, _ session: SFTPSession) async throws {
        try await folders.prepare(folder) { batch, areAbsent in
            if !areAbsent, try await isFolder(folder, session) { return }
            try await makeAll(batch, session)
        }
    }

    /// Makes a folder, and those above it, of which it was thought that they are there.
    ///
    /// Many objects miss the same folders: one task asks for each and makes it, the others find it.
    func remake(_ folder: FilePath, _ session: SFTPSession) async throws {
        if folder.isEmpty || folder == "/" { return }
        try await folders.oneAtATime(folder, in: session) {
            if try await isFolder(folder, session) { return }
            try await remake(folder.parent, session)
            let answer = try await session.send(.mkdir(folder)).value()
            try await check(answer, made: folder, session)
        }
    }

    private func isFolder(_ path: FilePath, _ session: SFTPSession) async throws -> Bool {
        let answer = try await session.send(.stat(path)).value()
        switch answer {
        case .attributes(let attributes):
            if attributes.isNoDirectory { throw NotADirectory(path: path) }
            return true
        case .status(let status) where status.code == .noSuchFile: return false
        default: throw SFTPRefusal(answer, path)
        }
    }

    /// Makes folders, all at once.
    private func makeAll(_ batch: [FilePath], _ session: SFTPSession) async throws {
        for parent in Set(batch.map(\.parent)) where !parent.isEmpty {
            try await prepare(parent, session)
        }
        let replies = batch.map { (path: $0, reply: session.send(.mkdir($0))) }
        for (path, reply) in replies { try await make(path, reply, session) }
    }

    private func make(
        _ folder: FilePath, _ reply: SFTPReply, _ session: SFTPSession
    ) async throws {
        let answer = try await reply.value()
        if case .status(let status) = answer, status.code == .noSuchFile {
            // Another session made those above it, and this one keeps a picture of its own.
            return try await remake(folder, session)
        }
        try await check(answer, made: folder, session)
    }

    private func check(
        _ answer: SFTPResponse, made folder: FilePath, _ session: SFTPSession
    ) async throws {
        if case .status(let status) = answer, status.code == .ok { return }
        // Somebody else may have been faster, which servers do not tell from other failures.
        if try await isFolder(folder, session) { return }
        throw SFTPRefusal(answer, folder)
    }
}
