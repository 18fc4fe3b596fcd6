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
        // All of these start while the remote thinks.
        var local = try LocalExperiments(ofHead: head, in: repository)
        let reader = RevisionReader(repository)
        try reader.begin()
        let early = try EarlyFetch(
            listing.isNear ? selection.likelyRefs(head: head) : [], from: remote, besides: &local,
            into: repository)
        let selected = try listing.finish(selection, head: head)
            .selected(by: selection, head: head, remote: remote.name)
        var report = ExperimentPullReport()
        if selected.isEmpty { return report }
        let here = Dictionary(
            try local.experiments(from: uniqued(selected.map(\.ref.baseline)))
                .map { ($0.ref, $0.tip) }, uniquingKeysWith: { first, _ in first })
        let news = selected.filter { here[$0.ref] != $0.tip }
        report.upToDate = selected.filter { here[$0.ref] == $0.tip }.map(\.ref)
        if try !early.brings(news, reader) { try remote.fetch(news.map(\.ref), into: repository) }
        let commits = try repository.commits(
            ofAny: selected, parents: try reader.firstParents(of: selected.map(\.tip)))
        var changes: [RefChange] = []
        for experiment in news where commits[experiment] != nil {
            let (ref, old) = (experiment.ref, here[experiment.ref])
            guard
                try old == nil || options.isForced
                    || old.map({ try repository.isAncestor($0, of: experiment.tip) }) == true
            else {
                report.diverged.append(ref)
                continue
            }
            changes.append(.set(ref.description, to: experiment.tip, from: old))
            report.pulled.append(ref)
        }
        let others = selected.filter { commits[$0] == nil }.map { ExperimentError.noCommit($0.ref) }
        // Whoever asks for all of a server's is not kept from the good ones.
        if let first = others.first, case .names = selection { throw first }
        report.warnings += others
        let left = Set(report.diverged)
        let wanted = selected.filter { !left.contains($0.ref) && commits[$0] != nil }
        let data = CommitDataFetch(session, from: remote.name, options.pulling, reader)
        let change = changes.isEmpty || options.isDryRun ? nil : try repository.beginChange()
        let plan =
            options.includesData
            ? try await data.plan(uniqued(wanted.flatMap { commits[$0] ?? [] })) : nil
        try change?.make(changes)
        guard let plan else { return report }
        let fetched = try await data.run(plan)
        report.errors += fetched.errors
        report.warnings += fetched.warnings
        report.fetchedCount = fetched.fetchedCount
        report.wouldFetch = fetched.wouldFetch
        return report
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

/// The experiments here; those of the commit that is checked out, which are mostly meant, are asked for
/// while the remote thinks.
private struct LocalExperiments: ~Copyable {
    private let repository: GitRepository
    private let head: GitOID?
    private var question: RunningCommand?
    private var answer: [Experiment] = []

    init(ofHead head: GitOID?, in repository: GitRepository) throws(SubprocessError) {
        self.repository = repository
        self.head = head
        if let head {
            question = try repository.beginExperiments(from: head)
        } else {
            question = nil
        }
    }

    /// Those of the commit that is checked out.
    mutating func ofHead() throws(SubprocessError) -> [Experiment] {
        if let question = question.take() {
            answer = Experiment.parse(try question.outputIfSuccessful())
        }
        return answer
    }

    mutating func experiments(
        from baselines: [GitOID]
    ) throws(SubprocessError) -> [Experiment] {
        guard baselines.count == 1, baselines.first == head else {
            return try repository.experiments(from: baselines)
        }
        return try ofHead()
    }
}

/// A fetch of what is most likely meant, while the remote is asked what it has.
private struct EarlyFetch: ~Copyable {
    private let refs: Set<ExperimentRef>
    private var command: RunningCommand?

    /// `likely`: of those the ones that are not here are fetched.
    init(
        _ likely: [ExperimentRef], from remote: ExperimentRemote,
        besides local: inout LocalExperiments, into repository: GitRepository
    ) throws(SubprocessError) {
        let here = likely.isEmpty ? [] : Set(try local.ofHead().map(\.ref))
        let refs = likely.filter { !here.contains($0) }
        let command = refs.isEmpty ? nil : try remote.beginFetch(refs, into: repository)
        self.refs = Set(refs)
        self.command = command
    }

    /// Waits for it, and says whether it brought all of these.
    ///
    /// What went wrong is found again by whoever fetches them then; and a ref may have moved meanwhile.
    consuming func brings(_ news: [Experiment], _ reader: RevisionReader) throws -> Bool {
        guard let command = command.take(), try command.finish().status.isSuccess,
            news.allSatisfy({ refs.contains($0.ref) })
        else { return false }
        return try reader.commits(of: news.map(\.tip)).allSatisfy { $0 != nil }
    }
}
