internal import Basics
internal import DVC
internal import Git
internal import Planning
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
    private let options: PullOptions
    private let reader: RevisionReader?

    /// `gitRemote`: where the commits came from, whose `remote.<name>.dvcRemote` counts.
    init(_ session: Session, from gitRemote: String?, _ progress: ProgressMeter.Output) {
        self.init(session, from: gitRemote, PullOptions(progress: progress))
    }

    /// The same with what the user asked for.
    ///
    /// `options`: which remote, how many transfers at a time, the run-cache, a dry run.
    /// `reader`: one that has started already.
    init(
        _ session: Session, from gitRemote: String?, _ options: PullOptions,
        _ reader: RevisionReader? = nil
    ) {
        var options = options
        options.defaultRemote = gitRemote.flatMap { session.config["remote.\($0).dvcremote"] }
        self.session = session
        self.options = options
        self.reader = reader
    }

    struct Plan {
        /// Those of which something is not in the cache.
        fileprivate var outs: [CollectedOut] = []
        /// What is amiss with metafiles.
        fileprivate var errors: [any UserFacingError] = []
    }

    /// Finds out what the commits need that the cache lacks, and whether there is a remote to ask.
    ///
    /// Throws ``NowhereToGetDataError``, `SubprocessError`, `SystemError`.
    func plan(_ commits: [GitOID]) async throws -> Plan {
        var plan = Plan()
        if commits.isEmpty { return plan }
        var revisions = RevisionSelection()
        revisions.commits = commits
        let found = try DataCollector(
            session.repository, sources: session.configurationSources, reader: reader
        ).collect(commits: revisions)
        plan.errors = found.problems.map(\.error)
        let limit = session.jobs(options.jobs, remote: nil, blocksThreads: true)
        let workers = try Workers(threads: limit)
        defer { workers.shutDown() }
        let outs = found.outs + found.unidentified.compactMap(\.listed)
        let remotes = FetchRemotes(session, options, outs)
        for out in outs where out.out.isCached {
            let cache = try session.cache(of: out)
            if try await out.needed.isComplete(in: cache, jobs: limit, on: workers) { continue }
            plan.outs.append(out)
            // Its data comes from where it was imported, whatever remotes there are here.
            if out.metafileKind == .repositoryImport { continue }
            switch try remotes.choice(for: out) {
            case .remote, .notSelected: continue
            case .none:
                throw NowhereToGetDataError(
                    cause: NoRemoteError(place: out.needed.place, isPull: true))
            case .invalid(let error): throw NowhereToGetDataError(cause: error)
            }
        }
        return plan
    }

    /// Fetches what the cache lacks.
    ///
    /// What goes wrong with single objects or remotes is in the report. Throws ``LockBusyError``,
    /// `CancellationError`, `SystemError`.
    func run(_ plan: Plan) async throws -> PullReport {
        var report = PullReport()
        report.errors = plan.errors
        if plan.outs.isEmpty, !options.withRunCache { return report }
        let standpoint = try session.standpoint()
        let lock = try await RepositoryLock.acquire(
            in: standpoint.root.appending(".dvc"), of: WorkspaceDirectory(top: standpoint.top))
        if options.withRunCache {
            let runs = RunCacheFetch(
                session: session, standpoint: standpoint,
                remote: options.remote ?? options.defaultRemote, isDryRun: options.isDryRun,
                jobs: options.jobs)
            try await runs.run(&report)
        }
        try await PullWorkflow(session, options).fetch(plan.outs, &report)
        _ = consume lock
        return report
    }
}
