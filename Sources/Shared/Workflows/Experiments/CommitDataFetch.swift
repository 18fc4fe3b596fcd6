internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning
internal import Storage
internal import Transfer
internal import Workspace

/// Data that commits need and that no DVC remote is set up to give.
package struct NowhereToGetDataError: UserFacingError {
    let cause: any UserFacingError

    package var summary: String { cause.summary }

    package var advice: String? {
        "set one up with 'git dvc remote add -d <name> <url>', or leave the data out with "
            + "'--no-cache'"
    }
}

/// Brings the data of commits from DVC remotes into the cache; the working copy stays as it is.
struct CommitDataFetch {
    private let session: Session
    private let remote: String?
    private let jobs: Int?

    /// `remote`: only this DVC remote.
    init(_ session: Session, remote: String?, jobs: Int?) {
        self.session = session
        self.remote = remote
        self.jobs = jobs
    }

    /// What one remote is asked for, for one cache.
    struct Batch {
        let remote: DVCRemote
        let cache: any ObjectCache
        var outs: [NeededOut] = []
    }

    struct Plan {
        fileprivate var batches: [Batch] = []
        /// What is amiss with metafiles and single outs.
        fileprivate var errors: [any UserFacingError] = []
    }

    struct Outcome {
        var fetchedCount = 0
        var errors: [any UserFacingError] = []
        var warnings: [any UserFacingError] = []
    }

    // MARK: Planning

    /// Finds out what the commits need, and from where.
    ///
    /// `gitRemote`: whose `remote.<name>.dvcRemote` counts. Throws ``NowhereToGetDataError``,
    /// `SubprocessError`, `SystemError`.
    func plan(_ commits: [GitOID], _ gitRemote: String) async throws -> Plan {
        var plan = Plan()
        if commits.isEmpty { return plan }
        var revisions = RevisionSelection()
        revisions.commits = commits
        let found = try DataCollector(session.repository, sources: session.configurationSources)
            .collect(commits: revisions)
        plan.errors = found.problems.map(\.error)
        let selection = RemoteSelection(
            defaultName: session.config["remote.\(gitRemote).dvcremote"], only: remote)
        var positions: [String: Int] = [:]
        let limit = session.jobs(jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: limit)
        defer { workers.shutDown() }
        for out in found.outs where out.out.isCached {
            guard let directory = out.configuration.cacheDirectory else { continue }
            let cache = session.cache(
                at: directory, isShared: out.configuration.config.isCacheShared)
            switch try choice(for: out, selection) {
            case .notSelected: continue
            case .remote where out.metafileKind == .repositoryImport:
                let error = UnsupportedPullError(
                    place: out.needed.place, kind: .importedByExperiment)
                if try await !out.needed.isComplete(in: cache, jobs: limit, on: workers) {
                    plan.errors.append(error)
                }
            case .remote(let remote) where remote.isCloudVersioned:
                let error = UnsupportedPullError(
                    place: out.needed.place, kind: .versionedByExperiment)
                if try await !out.needed.isComplete(in: cache, jobs: limit, on: workers) {
                    plan.errors.append(error)
                }
            case .none:
                let error = NoRemoteError(place: out.needed.place, isPull: true)
                if try await !out.needed.isComplete(in: cache, jobs: limit, on: workers) {
                    throw NowhereToGetDataError(cause: error)
                }
            case .invalid(let error):
                if try await !out.needed.isComplete(in: cache, jobs: limit, on: workers) {
                    throw NowhereToGetDataError(cause: error)
                }
            case .remote(let remote):
                let key = "\(remote.canonicalURL) \(directory)"
                let position = positions[key] ?? plan.batches.count
                if position == plan.batches.count {
                    positions[key] = position
                    plan.batches.append(Batch(remote: remote, cache: cache))
                }
                plan.batches[position].outs.append(out.needed)
            }
        }
        return plan
    }

    /// Where an out's data is; the working copy's configuration serves where the commit's knows no
    /// remote.
    private func choice(
        for out: CollectedOut, _ selection: RemoteSelection
    ) throws -> RemoteChoice {
        try selection.choice(for: out) { name in
            let config = try session.configuration(of: out.root)
            let isUsable =
                name.map(config.remoteNames.contains) ?? (config.defaultRemoteName != nil)
            return isUsable ? config : nil
        }
    }

    // MARK: Fetching

    /// Fetches what the cache lacks.
    ///
    /// What goes wrong with single objects or remotes is in the outcome. Throws ``LockBusyError``,
    /// `CancellationError`, `SystemError`.
    func run(
        _ plan: Plan, includingRunCache: Bool, _ progress: ProgressMeter.Output
    ) async throws -> Outcome {
        var outcome = Outcome(errors: plan.errors)
        if plan.batches.isEmpty { return outcome }
        let standpoint = try session.standpoint()
        let lock = try await RepositoryLock.acquire(
            in: standpoint.root.appending(".dvc"), of: WorkspaceDirectory(top: standpoint.top))
        for batch in plan.batches {
            do {
                try await fetch(batch, includingRunCache, progress, &outcome)
            } catch let error as any UserFacingError {
                outcome.errors.append(error)
            }
        }
        _ = consume lock
        return outcome
    }

    private func fetch(
        _ batch: Batch, _ includesRunCache: Bool, _ progress: ProgressMeter.Output,
        _ outcome: inout Outcome
    ) async throws {
        let store = try session.store(for: batch.remote, jobs: jobs)
        if includesRunCache, let source = store.runCache, let target = batch.cache.runCache {
            let result = try await RunCacheTransfer(isDryRun: false).send(
                from: source, named: batch.remote.name, to: target)
            outcome.warnings += result.refused as [any UserFacingError]
        }
        let blocks = store.traits.blocksThreads
        let jobs = session.jobs(jobs, remote: batch.remote.jobs, blocksThreads: blocks)
        let workers = try Workers(threads: blocks ? jobs : nil)
        defer { workers.shutDown() }
        let fetch = Fetch(from: store, into: batch.cache, TransferOptions(jobs: jobs), on: workers)
        let oids = uniqued(batch.outs.map(\.oid))
        try await fetch.run(
            files: oids.filter { !$0.isDirectory }, directories: oids.filter(\.isDirectory)
        ) { count in
            try ProgressMeter(downloading: count, to: progress)
        }
        let result = fetch.result
        outcome.fetchedCount += result.fetchedCount
        outcome.errors += result.failures.map(\.error)
        for oid in result.missing {
            outcome.errors.append(
                MissingObjectError(
                    place: place(of: oid, in: batch, fetch), remote: batch.remote.name, flaw: nil,
                    isPush: false))
        }
    }

    /// The first out that needs an object, or a member of which it is.
    private func place(of oid: ObjectID, in batch: Batch, _ fetch: Fetch) -> ObjectPlace {
        if let out = batch.outs.first(where: { $0.oid == oid }) {
            return ObjectPlace(oid: oid, path: out.path, revision: out.revision)
        }
        let paths = Dictionary(
            batch.outs.map { ($0.oid, $0.path) }, uniquingKeysWith: { first, _ in first })
        let path = fetch.path(ofMember: oid, below: paths) ?? oid.storagePath
        let out = batch.outs.first { path.relative(to: $0.path) != nil }
        return ObjectPlace(oid: oid, path: path, revision: out?.revision ?? .workspace)
    }
}
