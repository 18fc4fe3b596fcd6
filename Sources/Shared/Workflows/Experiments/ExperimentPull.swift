package import Basics
package import Git
internal import Planning

/// What a pull of experiments did.
package struct ExperimentPullReport: Sendable {
    package var pulled: [ExperimentRef] = []
    package var upToDate: [ExperimentRef] = []
    /// Those that are left alone, because another experiment has their name here.
    package var diverged: [ExperimentRef] = []
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    package var fetchedCount = 0
    /// With a dry run: the data that would be fetched, as keys of the remote.
    package var wouldFetch: [String] = []

    /// Whether nothing else went wrong than that objects are in no place that we know.
    package var onlyLacksObjects: Bool {
        !errors.isEmpty && errors.allSatisfy { $0 is MissingObjectError }
    }
}

/// A pull of experiments from beginning to end: the commits, the refs, then the data into the cache.
///
/// The working copy stays as it is.
package struct ExperimentPull {
    private let session: Session
    private let remote: ExperimentRemote
    private let options: ExperimentTransferOptions

    package init(
        _ session: Session, from remote: ExperimentRemote, _ options: ExperimentTransferOptions
    ) {
        self.session = session
        self.remote = remote
        self.options = options
    }

    /// Pulls.
    ///
    /// `listing`: the connection to ask what the remote has. When a DVC remote is needed and
    /// none is set up, no ref has changed. Throws what concerns all of it: `ExperimentError`,
    /// `GitRemoteError`, `SubprocessError`, ``NowhereToGetDataError``, `CancellationError`.
    package func run(
        from listing: consuming ExperimentRemote.Listing
    ) async throws -> ExperimentPullReport {
        let repository = session.repository
        let selection = try options.scope.selection(in: repository)
        let head = try repository.headCommit()
        // Both start while the remote thinks.
        let reader = RevisionReader(repository)
        try reader.begin()
        let local = try LocalExperiments(
            for: selection, ofHead: head, in: repository, isForced: options.isForced)
        let selected = try listing.finish(selection, head: head)
            .selected(by: selection, head: head, remote: remote.name)
        var report = ExperimentPullReport()
        if selected.isEmpty { return report }
        let here = Dictionary(
            try local.experiments(of: selected.map(\.ref), reader)
                .map { ($0.ref, $0.tip) }, uniquingKeysWith: { first, _ in first })
        report.upToDate = selected.filter { here[$0.ref] == $0.tip }.map(\.ref)
        let news = selected.filter { here[$0.ref] != $0.tip }
        let change: StartedRefChange?
        var found: Findings?
        if let check = try beginCheck(of: news, reader) {
            // It starts while Git looks at the commits, or gets them.
            change = try beginChange(for: news)
            // Mostly nothing is missing, and what they hold is read before Git has said so.
            found = try? await findings(about: selected, here, reader)
            if try !check.succeeds() {
                found = nil
                try remote.beginFetch(news.map(\.ref), into: repository).finish()
            }
        } else {
            let fetch = try remote.beginFetch(news.map(\.ref), into: repository)
            change = try beginChange(for: news)
            try fetch.finish()
        }
        let findings =
            if let found { found } else { try await findings(about: selected, here, reader) }
        reader.end()  // while the refs change
        try change?.make(findings.changes)
        report.pulled = findings.pulled
        report.diverged = findings.diverged
        report.warnings += findings.others
        guard let plan = findings.plan else { return report }
        let fetched = try await data(reader).run(plan)
        report.errors += fetched.errors
        report.warnings += fetched.warnings
        report.fetchedCount = fetched.fetchedCount
        report.wouldFetch = fetched.wouldFetch
        return report
    }

    private func beginChange(for news: [Experiment]) throws -> StartedRefChange? {
        news.isEmpty || options.isDryRun ? nil : try session.repository.beginChange()
    }

    /// What the commits of experiments tell of what to do.
    private struct Findings {
        var changes: [RefChange] = []
        var pulled: [ExperimentRef] = []
        var diverged: [ExperimentRef] = []
        /// Refs that name no commit.
        var others: [ExperimentError] = []
        /// `nil` where no data is asked for.
        var plan: CommitDataFetch.Plan?
    }

    /// `here`: the tips that refs of these names have.
    private func findings(
        about selected: [Experiment], _ here: [ExperimentRef: GitOID], _ reader: RevisionReader
    ) async throws -> Findings {
        let repository = session.repository
        let commits = try repository.commits(
            ofAny: selected, parents: try reader.firstParents(of: selected.map(\.tip)))
        var found = Findings()
        for experiment in selected
        where commits[experiment] != nil && here[experiment.ref] != experiment.tip {
            let (ref, old) = (experiment.ref, here[experiment.ref])
            guard
                try old == nil || options.isForced
                    || old.map({ try repository.isAncestor($0, of: experiment.tip) }) == true
            else {
                found.diverged.append(ref)
                continue
            }
            found.changes.append(.set(ref.description, to: experiment.tip, from: old))
            found.pulled.append(ref)
        }
        found.others = selected.filter { commits[$0] == nil }.map { .noCommit($0.ref) }
        // Whoever asks for all of a server's is not kept from the good ones.
        if let first = found.others.first, options.scope.meansNames { throw first }
        let left = Set(found.diverged)
        let wanted = selected.filter { !left.contains($0.ref) && commits[$0] != nil }
        if options.includesData {
            found.plan = try await data(reader).plan(uniqued(wanted.flatMap { commits[$0] ?? [] }))
        }
        return found
    }

    private func data(_ reader: RevisionReader) -> CommitDataFetch {
        CommitDataFetch(session, from: remote.name, options.pulling, reader)
    }

    /// Begins to find out whether the commits of these are here with all that they need, as where a
    /// `git fetch` has brought them under tracking refs; `nil` where one of them is not.
    ///
    /// A partial clone lacks much by its nature, and would get each of them by a connection of its own.
    private func beginCheck(
        of news: [Experiment], _ reader: RevisionReader
    ) throws -> CompletenessCheck? {
        if news.isEmpty || session.config.isOfPartialClone { return nil }
        let tips = uniqued(news.map(\.tip))
        guard try reader.commits(of: tips).allSatisfy({ $0 != nil }) else { return nil }
        return try session.repository.beginCompletenessCheck(of: tips)
    }
}

extension ExperimentTransferOptions {
    fileprivate var pulling: PullOptions {
        var options = PullOptions(progress: progress)
        options.remote = dvcRemote
        options.jobs = jobs
        options.withRunCache = includesRunCache
        options.isDryRun = isDryRun
        return options
    }
}

/// The experiments here.
private struct LocalExperiments: ~Copyable {
    private let repository: GitRepository
    private let head: GitOID?
    private var question: RunningCommand?
    private let areNamed: Bool

    /// Asks for those of the commit that is checked out while the remote thinks, which are mostly meant;
    /// of those that were named, most are not here, and that is to be had for less.
    ///
    /// `isForced`: also what is broken counts, as it is to be replaced.
    init(
        for selection: ExperimentSelection, ofHead head: GitOID?, in repository: GitRepository,
        isForced: Bool
    ) throws(SubprocessError) {
        self.repository = repository
        self.head = head
        if case .names = selection { areNamed = !isForced } else { areNamed = false }
        question = nil
        if let head, !areNamed { question = try repository.beginExperiments(from: head) }
    }

    /// Those of the baselines of these refs, or none where none of the refs is here.
    consuming func experiments(
        of refs: [ExperimentRef], _ reader: RevisionReader
    ) throws -> [Experiment] {
        let names = refs.map(\.description)
        if areNamed, names.allSatisfy(\.isRefComponents), try !reader.hasAny(of: names) {
            return []
        }
        let baselines = uniqued(refs.map(\.baseline))
        guard baselines.count == 1, baselines.first == head, let question = question.take() else {
            return try repository.experiments(from: baselines)
        }
        return Experiment.parse(try question.outputIfSuccessful())
    }
}
