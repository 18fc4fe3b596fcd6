package import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What a store on a server needs to know.
package struct SSHConfiguration: Sendable {
    /// The DVC remote's name.
    package var name: String
    /// The folder on the server, absolute.
    package var root: FilePath
    /// How many sessions at most.
    package var sessions = 4
    /// How long the sessions there are must have been busy, each, before another is opened.
    ///
    /// Long against what it costs to log in: a session that comes for the last objects only costs.
    package var patience = Duration.seconds(2)
    /// How many bytes may be in memory, on their way either way.
    package var heldBytes = 4 << 20
    /// How many objects are moved at a time unless the user says otherwise.
    ///
    /// Each waits for three answers of the server, one after the other, and that is all that most of
    /// them do. With 480 OpenSSH's server was seen to take a tenth more processor time for the same work.
    package var usualJobs = 256
    /// From so many bytes on it pays to look how they are encrypted, and for a file of that size to log in
    /// once more, which takes some 0.2 s.
    package var largeSize: Int64 = 64 << 20
    /// What is at the other end: for advice.
    package var peer = SFTPPeer.program

    package init(name: String, root: FilePath) {
        self.name = name
        self.root = root
    }
}

/// A folder on a server with DVC objects in it, by the SSH File Transfer Protocol, version 3.
///
/// An object is written to a temporary name beside its own and renamed once all of it was
/// acknowledged. Requests of many objects are under way at once on one session.
package struct SSHStore: ObjectStore {
    package let traits: StoreTraits
    let configuration: SSHConfiguration
    let pool: SessionPool
    let budget: ByteBudget
    let folders: RemoteFolders
    let threads: BlockingThreads
    let hashing: PieceHashing

    /// Starts nothing: the first request does.
    ///
    /// `transport`: how to open a session.
    package init(
        _ configuration: SSHConfiguration,
        _ transport: @escaping @Sendable (SessionNeed) throws(SystemError) -> SFTPTransport
    ) {
        self.configuration = configuration
        traits = StoreTraits(
            name: configuration.name, blocksThreads: false, answersRuns: true,
            runsSpanFolders: true, usualJobs: configuration.usualJobs)
        pool = SessionPool(
            limit: configuration.sessions, patience: configuration.patience, transport)
        budget = ByteBudget(configuration.heldBytes)
        folders = RemoteFolders()
        threads = BlockingThreads()
        hashing = PieceHashing()
    }

    package var runCache: (any RunCacheStore)? { SSHRunCache(store: self) }

    /// Starts ssh, whose log-in takes longer than all else that a small push does.
    package func getReady() { pool.open() }

    package func expect(_ bytes: Int64) {
        if bytes >= configuration.largeSize { pool.expectMuch() }
    }

    func path(of key: ObjectKey) -> FilePath { key.path(below: configuration.root) }

    /// The size in bytes, or `nil` when there is no such object.
    package func size(of key: ObjectKey) async throws -> Int64? {
        try await onServer(.find, key) { session in
            let answer = try await session.send(.stat(path(of: key))).value()
            return try await size(answer, key, session)
        }
    }

    /// What the answer to a question for an object means.
    func size(
        _ answer: SFTPResponse, _ key: ObjectKey, _ session: SFTPSession
    ) async throws -> Int64? {
        let place = path(of: key)
        switch answer {
        case .attributes(let attributes):
            guard !attributes.isDirectory else {
                throw SFTPRefusal(SFTPStatus(.failure, "it is a directory"), place)
            }
            folders.note(place.parent)
            return attributes.size ?? 0
        case .status(let status) where status.code == .noSuchFile:
            try await checkRoot(session)
            return nil
        default: throw SFTPRefusal(answer, place)
        }
    }

    /// Throws when something other than a folder is where the store should be.
    ///
    /// To a server an object below a file is as absent as any other; once is enough to tell them
    /// apart.
    func checkRoot(_ session: SFTPSession) async throws {
        guard folders.shouldCheckRoot() else { return }
        let answer = try await session.send(.stat(configuration.root)).value()
        if case .attributes(let attributes) = answer, attributes.isNoDirectory {
            throw NotADirectory(path: configuration.root)
        }
    }

    // MARK: Failures

    /// Runs work with a session; whatever fails becomes an error about the object.
    ///
    /// `isLarge`: it will keep a session busy for long.
    func onServer<Result>(
        _ operation: StoreError.Operation, _ key: ObjectKey,
        isLarge: Bool = false, _ body: (SFTPSession) async throws -> Result
    ) async throws -> Result {
        do {
            return try await pool.withSession(isLarge: isLarge, body)
        } catch {
            throw failure(operation, key, error)
        }
    }

    /// The error to throw; those that say it all already pass unchanged.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ error: any Error
    ) -> any Error {
        switch error {
        case let failure as SFTPSessionFailure:
            let (reason, remedy) = failure.reason(configuration.peer)
            return StoreError(operation, key, store: traits.name, reason, remedy: remedy)
        case let refusal as SFTPRefusal:
            return StoreError(
                operation, key, store: traits.name, refusal.reason(operation),
                remedy: refusal.remedy(operation, traits.name))
        case let place as NotADirectory:
            return StoreError(
                operation, key, store: traits.name,
                .unavailable("'\(printable(place.path.string))' on the server is not a directory"))
        default: return error
        }
    }
}

/// A file where there should be a folder.
struct NotADirectory: Error {
    let path: FilePath
}

/// An answer of the server that is not the one that was asked for.
struct SFTPRefusal: Error {
    let status: SFTPStatus
    /// On the server.
    let path: FilePath
    /// Whether the server's disk has no room left.
    var isFull = false

    init(_ status: SFTPStatus, _ path: FilePath) {
        self.status = status
        self.path = path
    }

    init(_ answer: SFTPResponse, _ path: FilePath) {
        if case .status(let status) = answer {
            self.init(status, path)
        } else {
            self.init(SFTPStatus(.badMessage, "an answer of another kind"), path)
        }
    }

    private var words: String {
        let known =
            switch status.code {
            case .ok, .endOfFile: "an unexpected end"
            case .noSuchFile: "no such file or directory"
            case .permissionDenied: "permission denied"
            case .failure: "the server failed to do it"
            case .badMessage: "the server did not accept the request"
            case .unsupported: "the server cannot do it"
            case .noSpace: "no space left on the server"
            case .quotaExceeded: "the quota on the server is used up"
            case .other(let code): "error \(code)"
            }
        // Servers that have no words of their own repeat the name of the code.
        let usual = ["", "Failure", "No such file", "Permission denied", "Operation unsupported"]
        let more = usual.contains(status.message) ? "" : " (\(status.message))"
        return "\(known)\(more): '\(printable(path.string))'"
    }

    func reason(_ operation: StoreError.Operation) -> StoreError.Reason {
        if isFull { return .full("no space left on the server: '\(printable(path.string))'") }
        switch status.code {
        case .noSuchFile: return operation == .upload ? .failed(words) : .missing
        case .permissionDenied: return .denied(words)
        case .noSpace, .quotaExceeded: return .full(words)
        default: return .failed(words)
        }
    }

    func remedy(_ operation: StoreError.Operation, _ remote: String) -> String? {
        switch status.code {
        case .permissionDenied:
            "the user of remote '\(remote)' on the server must be allowed to do that"
        case .noSuchFile where operation == .upload:
            "nothing can be made there: check the url of remote '\(remote)' with 'git dvc remote list'"
        case .failure where operation == .upload && !isFull:
            "the protocol says no more: look on the server for a quota, a limit on the size of files, "
                + "or a disk that only can be read"
        default: nil
        }
    }
}

extension SFTPResponse {
    /// Throws unless it says that all is well.
    func checkOK(_ path: FilePath) throws(SFTPRefusal) {
        guard case .status(let status) = self, status.code == .ok else {
            throw SFTPRefusal(self, path)
        }
    }

    func handle(_ path: FilePath) throws(SFTPRefusal) -> SFTPHandle {
        guard case .handle(let handle) = self else { throw SFTPRefusal(self, path) }
        return handle
    }
}
