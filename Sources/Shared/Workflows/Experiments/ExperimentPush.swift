package import Basics
package import Git
internal import Planning

/// What a push of experiments did.
package struct ExperimentPushReport: Sendable {
    package var pushed: [ExperimentRef] = []
    package var upToDate: [ExperimentRef] = []
    /// Those that are left alone, because the remote has another experiment of that name.
    package var diverged: [ExperimentRef] = []
    /// What keeps an experiment from being pushed, or a ref from being taken.
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
    package var uploadedCount = 0
    /// Whether nothing else went wrong than that objects are in no place that we know.
    package var onlyLacksObjects = false
    /// What the Git server said.
    package var words: [String] = []
}

/// A push of experiments from beginning to end: compare, upload the data, then move the refs.
///
/// An experiment whose data cannot be brought to its remote is not pushed, and keeps none of the others
/// back. DVC moves the refs first (dvc-compat 6.4).
package struct ExperimentPush {
    private let session: Session
    private let remote: ExperimentRemote
    private let options: ExperimentTransferOptions

    package init(
        _ session: Session, to remote: ExperimentRemote, _ options: ExperimentTransferOptions
    ) {
        self.session = session
        self.remote = remote
        self.options = options
    }

    /// Pushes.
    ///
    /// `listing`: the connection to ask what the remote has. Throws what concerns all of it:
    /// `ExperimentError`, `GitRemoteError`, `SubprocessError`, ``Interrupted``.
    package func run(
        comparingWith listing: consuming ExperimentRemote.Listing
    ) async throws -> ExperimentPushReport {
        let (selected, parents) = try options.scope.localExperimentsWithParents(
            in: session.repository)
        if selected.isEmpty { return ExperimentPushReport() }
        // It starts while the remote thinks.
        let reader = RevisionReader(session.repository)
        if options.includesData { try reader.begin() }
        let there = Dictionary(
            try listing.finish(.these(selected), head: nil).map { ($0.ref, $0.tip) },
            uniquingKeysWith: { first, _ in first })
        let report = try await run(selected, there: there, parents: parents, reader)
        try remember(selected, report.pushed)
        return report
    }

    /// Writes down what the remote has now, as a push of commits does that experiments follow: what somebody
    /// takes away there does not go by itself again.
    private func remember(
        _ experiments: [Experiment], _ pushed: [ExperimentRef]
    ) throws(SystemError) {
        let isNamed = !session.config.values("remote.\(remote.name).url").isEmpty
        if options.isDryRun || !isNamed { return }
        if session.config.followingScope(to: remote.name) == .none { return }
        let pushed = Set(pushed)
        try SeenExperiments(on: remote.name, in: session.repository.commonDirectory)
            .record(there: [:], sent: experiments.filter { pushed.contains($0.ref) })
    }

    /// Pushes those of these refs that are experiments.
    ///
    /// `there`: the tips that the remote has of them. `parents`: first parents of tips, as far as they are
    /// known. Throws as ``run(comparingWith:)``.
    func run(
        _ candidates: [Experiment], there: [ExperimentRef: GitOID],
        parents: [GitOID: GitOID] = [:], _ reader: RevisionReader? = nil
    ) async throws -> ExperimentPushReport {
        let repository = session.repository
        var report = ExperimentPushReport()
        // Where no data goes along, what has a parent needs no further look: only commits have any.
        let commits = try repository.commits(
            ofAny: options.includesData ? candidates : candidates.filter { parents[$0.tip] == nil },
            parents: parents)
        func isCommit(_ experiment: Experiment) -> Bool {
            commits[experiment] != nil || parents[experiment.tip] != nil
        }
        let others = candidates.filter { !isCommit($0) }.map { ExperimentError.noCommit($0.ref) }
        // Whoever asks for all is not kept from the good ones.
        if let first = others.first, options.scope.meansNames { throw first }
        report.warnings += others
        let selected = candidates.filter(isCommit)
        if selected.isEmpty { return report }
        var updates: [ExperimentRemote.Update] = []
        for experiment in selected {
            let (ref, tip, old) = (experiment.ref, experiment.tip, there[experiment.ref])
            if old == tip {
                report.upToDate.append(ref)
            } else if try old == nil || old.map({ try repository.isAncestor($0, of: tip) }) == true
            {
                updates.append(.init(ref, from: old, to: tip))
            } else if options.isForced {
                updates.append(.init(ref, from: old, to: tip, isForced: true))
            } else {
                report.diverged.append(ref)
            }
        }
        let left = Set(report.diverged)
        let staying = selected.filter { !left.contains($0.ref) }
        let withheld = try await pushData(of: staying, commits, reader, &report)
        updates.removeAll { withheld.contains($0.ref) }
        if options.isDryRun {
            report.pushed = updates.map(\.ref)
            return report
        }
        try send(updates, &report)
        return report
    }

    /// Moves the refs of the remote.
    private func send(
        _ updates: [ExperimentRemote.Update], _ report: inout ExperimentPushReport
    ) throws {
        let (repository, config) = (session.repository, session.config)
        var words: [String] = []
        let refusals = try remote.send(updates, from: repository, config) { words.append($0) }
        let settled = remote.alreadyMade(
            of: updates.filter { refusals[$0.ref] != nil }, in: repository, config)
        // What the server says of a race that was lost to the same would be taken for a failure.
        let isSettled = !settled.isEmpty && settled.count == refusals.count
        report.words = isSettled ? words.filter { !$0.hasPrefix("remote: error:") } : words
        for update in updates {
            guard let why = refusals[update.ref] else {
                report.pushed.append(update.ref)
                continue
            }
            if settled.contains(update.ref) {
                report.upToDate.append(update.ref)
                continue
            }
            report.onlyLacksObjects = false
            report.errors.append(
                RefusedExperimentError(experiment: update.ref, remote: remote.name, why: why))
        }
    }

    /// Uploads the data of the experiments, and says which of them must not be pushed.
    private func pushData(
        of experiments: [Experiment], _ commits: [Experiment: [GitOID]], _ reader: RevisionReader?,
        _ report: inout ExperimentPushReport
    ) async throws -> Set<ExperimentRef> {
        guard options.includesData, !experiments.isEmpty else { return [] }
        var push = PushOptions(progress: options.progress)
        push.remotes = options.dvcRemote.map { [$0] } ?? []
        push.jobs = options.jobs
        push.includesRunCache = options.includesRunCache
        push.isDryRun = options.isDryRun
        let source = experiments.map {
            PushedExperiment(experiment: $0, commits: commits[$0] ?? [$0.tip])
        }
        let data = try await PushWorkflow(session, push, reader).run(
            .experiments(source, to: remote))
        report.uploadedCount = data.uploadedCount
        report.warnings += data.warnings
        report.errors += data.errors
        report.onlyLacksObjects =
            !data.errors.isEmpty && data.errors.allSatisfy { $0 is MissingObjectError }
        var withheld: Set<ExperimentRef> = []
        for experiment in experiments where data.refusals[experiment.tip] != nil {
            withheld.insert(experiment.ref)
            if !report.upToDate.contains(experiment.ref) {
                report.errors.append(WithheldExperimentError(experiment: experiment.ref))
            }
        }
        return withheld
    }
}
