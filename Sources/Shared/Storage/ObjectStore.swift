package import Basics

/// Somewhere DVC objects live: a bucket, a directory, a server.
///
/// Implementations never retry (``RetryingStore`` does), keep no state about a transfer, and stop at
/// the next suspension point once their task is cancelled. Every method throws ``StoreError`` or
/// `CancellationError`, and may be called from many tasks at once.
package protocol ObjectStore: Sendable {
    var traits: StoreTraits { get }

    /// Where the store keeps the record of past runs; `nil` when it cannot.
    var runCache: (any RunCacheStore)? { get }

    /// What the store keeps under the names of the files, in versions; `nil` when it cannot.
    var versions: (any VersionedStore)? { get }

    /// Says how many bytes may have to be moved, as far as that is known; no request is made.
    func expect(_ bytes: Int64)

    /// Begins what the first request would wait for, such as a log-in, and returns at once.
    ///
    /// For whoever knows that requests will follow; what goes wrong is told to the first of them.
    func getReady()

    /// The size in bytes, or `nil` when there is no such object.
    func size(of key: ObjectKey) async throws -> Int64?

    /// Whether each object of the run is there, in the order of the run: ``size(of:)`` is not `nil`.
    ///
    /// For many objects at once. A store whose ``StoreTraits/answersRuns`` is set asks less than once
    /// for each, as by listing a prefix; of others it is what it says and no quicker.
    func presence(of run: ObjectRun) async throws -> [Bool]

    /// Stores the file at `path` under `key` and returns its size in bytes.
    ///
    /// A reader sees all of it or none of it. The bytes are hashed while they are sent: content that
    /// is not what `key` names is not stored and throws `mismatch`. An object that is there already
    /// may be replaced, by the same content.
    func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64

    /// Writes the object to a new file at `path` and returns its size in bytes.
    ///
    /// The bytes are hashed while they arrive; after an error nothing is left. After `mismatch` what
    /// arrived may be left at `path`, for the caller to look at or to remove.
    func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64

    /// The object's content in memory, hashed as in ``get(_:toFileAt:)``: for `.dir` lists.
    ///
    /// `limit` is in bytes; a larger object throws ``StoreError/Reason/tooLarge(limit:)``.
    func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8]

    /// Returns once everything that `put` stored survives a crash of this machine.
    ///
    /// Called only if something was put. Throws any `UserFacingError`, as no single object failed.
    func makeDurable() async throws
}

extension ObjectStore {
    /// HTTP has none, as there is no way to list it (dvc-compat 8.13).
    package var runCache: (any RunCacheStore)? { nil }

    package var versions: (any VersionedStore)? { nil }

    /// Most connect quickly, with the first request.
    package func getReady() {}

    /// Most move many bytes as they move few.
    package func expect(_ bytes: Int64) {}

    /// A request for each.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        var presence: [Bool] = []
        presence.reserveCapacity(run.count)
        for oid in run.oids { presence.append(try await size(of: ObjectKey(oid)) != nil) }
        return presence
    }

    package func put(fileAt path: FilePath, as key: ObjectKey) async throws -> Int64 {
        try await put(fileAt: path, as: key, observer: nil)
    }

    package func get(_ key: ObjectKey, toFileAt path: FilePath) async throws -> Int64 {
        try await get(key, toFileAt: path, observer: nil)
    }

    /// A service acknowledges what it has made durable, so most stores have nothing to do.
    package func makeDurable() async throws {}
}

/// What callers must know about a store to use it well.
package struct StoreTraits: Sendable {
    /// The DVC remote's name as users know it, or ``cacheName``.
    package let name: String

    /// Whether requests block a thread (a file system) instead of suspending a task (a network).
    ///
    /// The transfer engine then runs them on threads of their own.
    package let blocksThreads: Bool

    /// Whether ``ObjectStore/presence(of:)`` is quicker than a request for each object.
    package let answersRuns: Bool

    /// Whether a run may hold objects of any folder, so that one can hold all that are wanted.
    package let runsSpanFolders: Bool

    /// Whether asking for an object costs about as much as putting a small one, and nothing is
    /// cheaper: a web server that lists nothing.
    package let asksLikePuts: Bool

    /// How many requests at a time suit the store when nobody says otherwise; `nil` for the usual
    /// number.
    package let usualJobs: Int?

    /// Whether ``ObjectStore/put(fileAt:as:)`` costs next to nothing for an object that is there, so
    /// that one which is most likely new need not be asked for.
    package var putsOnlyNew = false

    /// What DVC's cache is called where a remote has its name: no remote has an empty one.
    package static let cacheName = ""

    package init(
        name: String, blocksThreads: Bool, answersRuns: Bool = false,
        runsSpanFolders: Bool = false, asksLikePuts: Bool = false, usualJobs: Int? = nil
    ) {
        self.name = name
        self.blocksThreads = blocksThreads
        self.answersRuns = answersRuns
        self.runsSpanFolders = runsSpanFolders
        self.asksLikePuts = asksLikePuts
        self.usualJobs = usualJobs
    }
}
