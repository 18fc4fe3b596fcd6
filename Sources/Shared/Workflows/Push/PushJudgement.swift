internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning
internal import StatusCache
internal import Storage

/// Decides what the outcomes of a push mean: which refs may go, what the user is told, what is
/// written down.
struct PushJudgement {
    private let plan: PushPlan
    private let outcomes: [StoreOutcome]
    private let source: PushSource
    /// Whether only one of the remotes was looked at.
    private let isPartial: Bool
    private let strictness: Strictness
    private let history: PushedHistory
    private var report: PushReport

    init(
        _ plan: PushPlan, _ outcomes: [StoreOutcome], source: PushSource, isPartial: Bool,
        strictness: Strictness, history: PushedHistory
    ) {
        self.plan = plan
        self.outcomes = outcomes
        self.source = source
        self.isPartial = isPartial
        self.strictness = strictness
        self.history = history
        report = PushReport(warnings: plan.warnings, notes: plan.notes, commits: plan.commits)
    }

    mutating func judge() throws -> PushReport {
        for problem in plan.problems {
            if source.isWorkspace, problem.isHistory {
                report.warnings.append(problem.error)
                continue
            }
            let live = try history.tipsStillHaving(plan.tips, problem.sources)
            add(problem.error, refusing: refused(live))
        }
        for outcome in outcomes { try judge(outcome) }
        return report
    }

    // MARK: What to remember

    /// The outs that are there and, when nothing at all is amiss, what that says about the tips.
    ///
    /// What was only looked up in the records keeps its age.
    func records() -> [StatusCache.Record] {
        let isFlawless =
            plan.problems.isEmpty && outcomes.allSatisfy(\.isFlawless) && !isPartial
        return outcomes.compactMap { outcome in
            let verified = Set(outcome.present)
            var news = verified.union(outcome.listed).subtracting(outcome.plan.recorded)
            var places: Set<FilePath> = []
            var record = StatusCache.Record(url: outcome.plan.remote.canonicalURL)
            for out in outcome.plan.outs {
                if news.remove(out.oid) != nil { record.objects.append(out.oid) }
                // Outs come newest first, and the newest list is the best start for the next.
                if out.oid.isDirectory, verified.contains(out.oid), places.insert(out.path).inserted
                {
                    record.directories.append((out.path, out.oid))
                }
            }
            if isFlawless, plan.coversHistory { record.tips = plan.tips.map(\.hex) }
            record.isBaseline = isFlawless && (plan.coversTips || plan.coversHistory)
            let isNews = !record.objects.isEmpty || !record.tips.isEmpty || record.isBaseline
            return isNews ? record : nil
        }
    }

    // MARK: Objects

    private mutating func judge(_ outcome: StoreOutcome) throws {
        let missing = outcome.missing.filter { !isElsewhere($0, outcome) }
        let failed = outcome.failures.map(\.oid)
        let named = missing + failed + outcome.untried + outcome.foreseen
        var occurrences = outcome.occurrences(of: named)
        for oid in named where occurrences[oid] == nil {
            // A member that only the list on the remote names: any of the directories may need it.
            occurrences[oid] = outcome.plan.outs.filter(\.oid.isDirectory).map { out in
                let place = ObjectPlace(oid: oid, path: out.path, revision: out.revision)
                return StoreOutcome.Occurrence(place: place, out: out)
            }
        }
        func places(_ oids: [ObjectID]) -> [ObjectPlace] {
            oids.compactMap { occurrences[$0]?.first?.place }.sorted { $0.path < $1.path }
        }
        var store = PushReport.StoreReport(remote: outcome.plan.remote.name)
        store.uploadedCount = outcome.uploadedCount
        store.uploadedBytes = outcome.uploadedBytes
        store.wouldUpload = places(outcome.foreseen)
        store.missing = places(missing)
        store.failed = places(failed)
        report.stores.append(store)

        for (oid, count) in outcome.withheld {
            guard let out = outcome.plan.outs.first(where: { $0.oid == oid }) else { continue }
            report.warnings.append(
                WithheldListError(place: out.place, path: out.path, store.remote, count))
        }
        if let error = outcome.blockedBy {
            let live = try liveTips(of: outcome.plan.outs)
            // A tip that no longer uses the store can do without it.
            add(error, refusing: source.isWorkspace || !live.isEmpty ? live : refused(live))
        }
        let causes = Dictionary(
            outcome.failures.map { ($0.oid, $0.error) }, uniquingKeysWith: { first, _ in first })
        for place in store.failed {
            guard let cause = causes[place.oid] else { continue }
            let outs = (occurrences[place.oid] ?? []).map(\.out)
            var file: FilePath?
            if case .mismatch = cause.reason, let cache = outcome.plan.cacheDirectory {
                file = place.oid.storagePath(below: cache)
            }
            let error = UploadError(place: place, cause: cause, damagedFile: file)
            add(error, refusing: try tipsNeeding(outs))
        }
        let untried = outcome.untried.flatMap { occurrences[$0] ?? [] }.map(\.out)
        if !untried.isEmpty, let error = report.errors.last {
            for tip in try tipsNeeding(untried) { refuse(tip, error) }
        }
        let flaws = Dictionary(
            outcome.plan.directories.map { ($0.oid, $0.flaw) },
            uniquingKeysWith: { first, _ in first })
        for place in store.missing {
            let outs = (occurrences[place.oid] ?? []).map(\.out)
            let error = MissingObjectError(
                place: place, remote: store.remote, flaw: flaws[place.oid] ?? nil,
                isPush: source.isGitPush && strictness != .none)
            add(error, refusing: refused(try liveTips(of: outs)))
        }
    }

    /// Whether another part of this push found or put the object in the same storage.
    private func isElsewhere(_ oid: ObjectID, _ outcome: StoreOutcome) -> Bool {
        outcomes.contains { other in
            other.plan.remote.canonicalURL == outcome.plan.remote.canonicalURL
                && other.plan.cacheDirectory != outcome.plan.cacheDirectory
                && (other.present.contains(oid) || other.plan.recorded.contains(oid))
        }
    }

    // MARK: Verdicts

    /// Adds an error that keeps these tips back, or a warning when `refusing` is `nil`.
    private mutating func add(_ error: any UserFacingError, refusing: Set<GitOID>?) {
        guard let refusing else {
            report.warnings.append(error)
            return
        }
        report.errors.append(error)
        for tip in refusing { refuse(tip, error) }
    }

    private mutating func refuse(_ tip: GitOID, _ error: any UserFacingError) {
        if report.refusals[tip] == nil { report.refusals[tip] = error.summary }
    }

    /// The tips that a flaw keeps back when these tips still have it; `nil` makes it a warning.
    private func refused(_ live: Set<GitOID>) -> Set<GitOID>? {
        if source.isWorkspace { return strictness == .none ? nil : [] }
        return switch strictness {
        case .none: nil
        case .tips: live.isEmpty ? nil : live
        case .all: Set(plan.tips)
        }
    }

    private func liveTips(of outs: [NeededOut]) throws -> Set<GitOID> {
        var live: Set<GitOID> = []
        for sources in Set(outs.map(\.sources)) {
            live.formUnion(try history.tipsStillHaving(plan.tips, sources))
        }
        return live
    }

    /// The tips in whose history a commit of this push needs one of the outs.
    private func tipsNeeding(_ outs: [NeededOut]) throws -> Set<GitOID> {
        if plan.tips.count < 2 { return Set(plan.tips) }
        var commits: Set<GitOID> = []
        for out in outs {
            if case .commit(let commit) = out.revision { commits.insert(commit) }
        }
        if case .experiments(let experiments, _) = source {
            // An out that several have is given for one of them.
            let owners = experiments.filter { !commits.isDisjoint(with: $0.commits) }
            return try liveTips(of: outs).union(owners.map(\.experiment.tip))
        }
        guard case .refs(let updates, let remote) = source else { return Set(plan.tips) }
        let excluded = CommitRange(of: updates, to: remote)
        return Set(
            try plan.tips.filter { tip in
                let range = CommitRange(
                    tips: [tip], excluded: excluded.excluded, remoteName: excluded.remoteName)
                return try commits.contains(tip)
                    || !commits.isDisjoint(with: history.commits(range))
            })
    }
}

extension StoreOutcome {
    fileprivate var isFlawless: Bool {
        missing.isEmpty && failures.isEmpty && untried.isEmpty && blockedBy == nil
    }
}

extension PushSource {
    fileprivate var isWorkspace: Bool {
        if case .selection = self { true } else { false }
    }
}

extension PushSource {
    fileprivate var isGitPush: Bool {
        if case .refs = self { true } else { false }
    }
}

extension PlanProblem {
    /// Whether this is a metafile or configuration of a commit that nobody can change any more.
    fileprivate var isHistory: Bool {
        guard case .unreadable = cause, case .commit = revision else { return false }
        return true
    }

    var error: any UserFacingError {
        switch cause {
        case .unreadable(let error): error
        case .noMember(let out, let member): NoMemberError(place: out.place, member: member)
        case .noRemote(let out): NoRemoteError(place: out.place)
        case .cloudVersioned(let place): CloudVersionedError(place: place)
        case .missingBlob(let path): MissingBlobError(place: revision.place(of: path))
        }
    }
}
