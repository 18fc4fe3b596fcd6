internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Storage
internal import Transfer

/// The remote that is asked before anything is removed from the cache.
struct GarbageRemote {
    enum List {
        case listing(DirectoryListing)
        /// A stage only reads it, or another repository has the data of an import.
        case notNeeded
        /// What to say after "is not in the cache".
        case unknown(String)
    }

    private let session: Session
    private let options: GarbageOptions
    private let workers: Workers
    private let chosen: Result<DVCRemote, any Error>

    init(
        _ session: Session, _ config: DVCConfig, _ options: GarbageOptions, _ workers: Workers
    ) {
        self.session = session
        self.options = options
        self.workers = workers
        chosen = Result {
            guard let name = options.remote?.lowercased() ?? config.defaultRemoteName else {
                throw UnaskableRemoteError(remote: nil)
            }
            let remote = try config.remote(named: name)
            if remote.isCloudVersioned { throw UnaskableRemoteError(remote: name) }
            return remote
        }
    }

    /// The list of a directory that the cache lacks, of either generation.
    func listing(of oid: ObjectID, isOnlyRead: Bool) async throws -> List {
        var reason = "and no remote is configured"
        if case .success(let remote) = chosen {
            let store = try session.store(for: remote, jobs: options.jobs)
            reason = "nor on remote '\(remote.name)'"
            for scheme in [oid.scheme, oid.scheme == .md5 ? .md5DosToUnix : .md5] {
                let list = ObjectID(
                    high: oid.high, low: oid.low, isDirectory: true, scheme: scheme)
                do {
                    if case .stored(let listing) = try await ListReader(cache: nil, store: store)
                        .read(list)
                    {
                        return .listing(listing)
                    }
                } catch let error as StoreError {
                    reason = "and remote '\(remote.name)' cannot tell (\(error.summary))"
                    break
                }
            }
        }
        return isOnlyRead ? .notNeeded : .unknown(reason)
    }

    /// Those objects that the remote lacks.
    ///
    /// Throws `StoreError`, `ConfigError`, ``UnaskableRemoteError``, `CancellationError`.
    func absent(among oids: [ObjectID]) async throws -> Set<ObjectID> {
        let remote = try chosen.get()
        if oids.isEmpty { return [] }
        let store = try session.store(for: remote, jobs: options.jobs)
        let blocks = store.traits.blocksThreads
        let jobs = session.jobs(
            options.jobs, remote: remote.jobs, blocksThreads: blocks,
            usual: store.traits.usualJobs)
        let meter = try options.progress.meterForChecks(oids.count)
        var isDone = false
        defer { meter?.finish(isComplete: isDone) }
        let asking = try Workers(threads: blocks ? jobs : nil)
        defer { asking.shutDown() }
        let absent = try await absentObjects(
            among: oids, from: store, jobs: jobs, on: asking, meter: meter
        ).absent
        isDone = true
        return Set(absent)
    }
}
