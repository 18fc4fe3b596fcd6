internal import Basics
internal import DVC
internal import Planning
internal import Storage
internal import Transfer

/// What one store must have, by what a selection means.
struct StoreDemand {
    let remote: DVCRemote
    /// `nil` in a repository without a working copy.
    let cacheDirectory: FilePath?
    /// In the order in which they were collected.
    var outs: [CollectedOut] = []

    /// The demands on each store, in the order in which they first occur.
    ///
    /// What has no usable remote becomes an error. Throws `SystemError`.
    static func demands(
        of data: CollectedData, _ selection: RemoteSelection,
        _ errors: inout [any UserFacingError]
    ) throws -> [StoreDemand] {
        var demands: [StoreDemand] = []
        var positions: [Key: Int] = [:]
        for collected in data.outs where collected.isTransferred {
            let place = collected.needed.place
            let choice = try selection.choice(for: collected) { name in
                // A commit from before the remote was set up goes where later ones go
                // (docs/decisions/0005).
                data.outs.lazy.filter { $0.root == collected.root }.map(\.configuration.config)
                    .first { config in
                        name.map(config.remoteNames.contains) ?? (config.defaultRemoteName != nil)
                    }
            }
            switch choice {
            case .notSelected: continue
            case .none: errors.append(NoRemoteError(place: place))
            case .invalid(let error): errors.append(error)
            case .remote(let remote)
            where remote.isCloudVersioned || collected.out.isCloudVersioned:
                errors.append(VersionedLookupError(place: place))
            case .remote(let remote):
                let cache = collected.configuration.cacheDirectory
                let key = Key(url: remote.canonicalURL, cache: cache)
                let position = positions[key] ?? demands.count
                if position == demands.count {
                    positions[key] = position
                    demands.append(StoreDemand(remote: remote, cacheDirectory: cache))
                }
                demands[position].outs.append(collected)
            }
        }
        return demands
    }

    private struct Key: Hashable {
        let url: String
        let cache: FilePath?
    }
}

/// A store that is being asked, and who asks it.
struct StoreAccess {
    let store: any ObjectStore
    let cache: (any ObjectCache)?
    let jobs: Int
    let workers: Workers
}

extension Session {
    /// Opens the store of a demand for the time that `body` takes.
    ///
    /// `jobs`: `-j`. Throws `UnsupportedRemoteError`, `SystemError`, and what `body` throws.
    func withStore<Result>(
        of demand: StoreDemand, jobs option: Int?, _ body: (StoreAccess) async throws -> Result
    ) async throws -> Result {
        let store = try store(for: demand.remote, jobs: option)
        let blocks = store.traits.blocksThreads
        let jobs = jobs(
            option, remote: demand.remote.jobs, blocksThreads: blocks,
            usual: store.traits.usualJobs)
        let workers = try Workers(threads: blocks ? jobs : nil)
        defer { workers.shutDown() }
        let cache = demand.cacheDirectory.map { self.cache(at: $0, isShared: false) }
        return try await body(
            StoreAccess(store: store, cache: cache, jobs: jobs, workers: workers))
    }
}

/// An out that only a cloud-versioned remote has, under a name that is not its content's.
struct VersionedLookupError: UserFacingError {
    let place: String

    var summary: String {
        "\(place) is kept in versions by its remote, where nothing can be looked up yet"
    }
    var advice: String? { "look it up with 'dvc data status' or 'git dvc status -c'" }
}

extension ProgressMeter.Output {
    /// Shows how many of the objects that a remote is asked for it was asked for.
    func meterForChecks(_ count: Int) throws -> ProgressMeter? {
        if isNowhere || count == 0 { return nil }
        return try ProgressMeter(
            .init(
                title: "Checking DVC objects", direction: "verify", totalObjects: count,
                totalBytes: nil),
            to: self)
    }
}
