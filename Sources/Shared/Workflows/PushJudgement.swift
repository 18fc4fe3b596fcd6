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
    let plan: PushPlan
    let outcomes: [StoreOutcome]
    let source: PushSource
    let strictness: Strictness

    /// How many objects of a kind are named before the rest is only counted.
    private static let shownErrors = 10

    func report(_ planner: PushPlanner, in repository: GitRepository) throws -> PushReport {
        var report = PushReport(notes: plan.notes)
        for problem in plan.problems { try add(problem, to: &report, planner) }
        for outcome in outcomes { try add(outcome, to: &report, planner, repository) }
        return report
    }

    /// What to remember: the outs that are there and, when nothing at all is amiss, the tips.
    func records(isComplete: Bool) -> [StatusCache.Record] {
        outcomes.compactMap { outcome in
            let present = Set(outcome.present)
            // What was only looked up in the records keeps its age.
            var known = Set(outcome.plan.recorded)
            let isKnown = known
            var places: Set<FilePath> = []
            var record = StatusCache.Record(url: outcome.plan.remote.canonicalURL)
            for out in outcome.plan.outs
            where present.contains(out.oid) || isKnown.contains(out.oid) {
                if known.insert(out.oid).inserted { record.objects.append(out.oid) }
                // Outs come newest first, and the newest list is the best start for the next.
                if out.oid.isDirectory, places.insert(out.path).inserted {
                    record.directories.append((out.path, out.oid))
                }
            }
            if isComplete { record.tips = plan.tips.map(\.hex) }
            return record.objects.isEmpty && record.tips.isEmpty ? nil : record
        }
    }

    // MARK: Problems of metafiles

    private func add(
        _ problem: PlanProblem, to report: inout PushReport, _ planner: PushPlanner
    ) throws {
        let error: any UserFacingError =
            switch problem.cause {
            case .unreadable(let error): error
            case .noRemote(let out): NoRemoteError(out: out)
            case .cloudVersioned(let out, let remote): CloudVersionedError(out: out, remote: remote)
            }
        let live = try planner.tips(plan.tips, stillHaving: [problem.sources])
        add(error, refusing: refused(live), to: &report)
    }

    // MARK: Objects

    private func add(
        _ outcome: StoreOutcome, to report: inout PushReport, _ planner: PushPlanner,
        _ repository: GitRepository
    ) throws {
        let places = outcome.places(
            of: outcome.missing + outcome.failures.map(\.oid) + outcome.foreseen)
        func place(_ oid: ObjectID) -> ObjectPlace {
            places[oid] ?? ObjectPlace(oid: oid, path: oid.storagePath, revision: .workspace)
        }
        var store = PushReport.StoreReport(remote: outcome.plan.remote.name)
        store.uploadedCount = outcome.uploadedCount
        store.uploadedBytes = outcome.uploadedBytes
        store.wouldUpload = outcome.foreseen.map(place)
        store.missing = outcome.missing.map(place)
        store.failed = outcome.failures.map { place($0.oid) }
        report.stores.append(store)

        if let error = outcome.blockedBy { add(error, refusing: Set(plan.tips), to: &report) }
        let failed = Set(outcome.failures.map(\.oid))
        let affected = try tipsNeeding(failed, outcome, repository)
        let failures = outcome.failures.sorted { place($0.oid).path < place($1.oid).path }
        for failure in failures.prefix(Self.shownErrors) {
            let error = UploadError(place: place(failure.oid), cause: failure.error)
            add(error, refusing: affected, to: &report)
        }
        addRest(failures.count, "cannot be uploaded to", store.remote, affected, to: &report)
        try addMissing(store, outcome, to: &report, planner)
    }

    private func addMissing(
        _ store: PushReport.StoreReport, _ outcome: StoreOutcome, to report: inout PushReport,
        _ planner: PushPlanner
    ) throws {
        let flaws = Dictionary(
            outcome.plan.directories.compactMap { directory in
                directory.flaw.map { (directory.oid, $0) }
            }, uniquingKeysWith: { first, _ in first })
        var occurrences: [ObjectID: [[MetafileVersion]]] = [:]
        outcome.forEachOccurrence(of: Set(outcome.missing)) { oid, _, out in
            occurrences[oid, default: []].append(out.sources)
        }
        var shown: [Bool: Int] = [:]
        for place in store.missing.sorted(by: { $0.path < $1.path }) {
            if outcome.plan.uncertain.contains(place.oid) { continue }
            let live = try planner.tips(plan.tips, stillHaving: occurrences[place.oid] ?? [])
            let refusing = refused(live)
            shown[refusing == nil, default: 0] += 1
            if shown[refusing == nil, default: 0] > Self.shownErrors { continue }
            let error = MissingObjectError(
                place: place, remote: store.remote, flaw: flaws[place.oid])
            add(error, refusing: refusing, to: &report)
        }
        addRest(shown[false] ?? 0, "neither in the cache nor on", store.remote, [], to: &report)
        addRest(shown[true] ?? 0, "neither in the cache nor on", store.remote, nil, to: &report)
    }

    private func addRest(
        _ count: Int, _ state: String, _ remote: String, _ refusing: Set<GitOID>?,
        to report: inout PushReport
    ) {
        guard count > Self.shownErrors else { return }
        let rest = counted(count - Self.shownErrors, "more object")
        let verb = count - Self.shownErrors == 1 ? "is" : "are"
        let text = state.hasPrefix("cannot") ? state : "\(verb) \(state)"
        add(
            FurtherErrors(summary: "\(rest) \(text) remote '\(remote)'"), refusing: refusing,
            to: &report)
    }

    // MARK: Verdicts

    /// Adds an error that keeps these tips back, or a warning when `refusing` is `nil`.
    private func add(
        _ error: any UserFacingError, refusing: Set<GitOID>?, to report: inout PushReport
    ) {
        guard let refusing else {
            report.warnings.append(error)
            return
        }
        report.errors.append(error)
        for tip in refusing where report.refusals[tip] == nil {
            report.refusals[tip] = error.summary
        }
    }

    /// The tips that a flaw keeps back when these tips still have it; `nil` makes it a warning.
    private func refused(_ live: Set<GitOID>) -> Set<GitOID>? {
        if case .workspace = source { return strictness == .none ? nil : [] }
        return switch strictness {
        case .none: nil
        case .tips: live.isEmpty ? nil : live
        case .all: Set(plan.tips)
        }
    }

    /// The tips in whose history a commit of this push needs one of the objects.
    private func tipsNeeding(
        _ oids: Set<ObjectID>, _ outcome: StoreOutcome, _ repository: GitRepository
    ) throws -> Set<GitOID> {
        guard !oids.isEmpty, plan.tips.count > 1, case .refs(let updates, let remote) = source
        else {
            return Set(plan.tips)
        }
        var commits: Set<GitOID> = []
        outcome.forEachOccurrence(of: oids) { _, _, out in
            if case .commit(let commit) = out.revision { commits.insert(commit) }
        }
        return Set(
            try plan.tips.filter { tip in
                let range = CommitRange(
                    of: updates.map {
                        RefUpdate(
                            localName: $0.localName, newOID: tip, remoteRef: $0.remoteRef,
                            oldOID: $0.oldOID)
                    }, to: remote)
                return try !commits.isDisjoint(with: range.commits(in: repository))
            })
    }
}

extension PushReport {
    /// Whether nothing at all is amiss, so that the tips need never be looked at again.
    var isFlawless: Bool {
        errors.isEmpty && stores.allSatisfy { $0.missing.isEmpty && $0.failed.isEmpty }
            && !warnings.contains { $0 is MissingObjectError || $0 is NoRemoteError }
    }
}
