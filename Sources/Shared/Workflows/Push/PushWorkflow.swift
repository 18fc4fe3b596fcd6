internal import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning
internal import StatusCache
internal import Storage
internal import Transfer

/// A push of data from beginning to end: plan, ask the remotes, upload, write down.
package struct PushWorkflow {
    private let session: Session
    private let options: PushOptions
    private let reader: RevisionReader?
    private let stores: PushStores

    /// `reader`: one that has started already.
    package init(_ session: Session, _ options: PushOptions, _ reader: RevisionReader? = nil) {
        self.session = session
        self.options = options
        self.reader = reader
        stores = PushStores(session, jobs: options.jobs)
    }

    /// Uploads what `source` needs.
    ///
    /// What goes wrong with single objects or files is in the report. Throws what concerns all of it:
    /// `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``; and ``Interrupted`` with what was
    /// done until then.
    package func run(_ source: PushSource) async throws -> PushReport {
        var warnings: [any UserFacingError] = []
        let status = openStatus(&warnings)
        do {
            return try await run(source, status, warnings)
        } catch let error as DatabaseError {
            // Found while planning, so nothing is uploaded yet.
            guard error.isCorruption else {
                return try await run(source, nil, warnings + [unusableNote(error)])
            }
            try StatusCache.discard(session.statusFile)
            return try await run(source, openStatus(&warnings), warnings + [rebuildingNote])
        }
    }

    private func run(
        _ source: PushSource, _ status: StatusCache?, _ warnings: [any UserFacingError]
    ) async throws -> PushReport {
        var warnings = warnings
        let believed = options.checksMembers ? nil : status
        var planner = planner(for: source, believed)
        var plan = try self.plan(source, planner)
        if let believed {
            let stale = try await staleStores(of: plan)
            if !stale.isEmpty {
                // Something that was recorded is gone; what else is, only the remote can say.
                for remote in stale {
                    try believed.forget(remote.canonicalURL)
                    if let flaw = remote.directoryFlaw {
                        warnings.append(
                            RemoteDirectoryError(
                                remote: flaw.remote, path: flaw.path, flaw: .remade))
                    }
                }
                planner = self.planner(for: source, believed)
                plan = try self.plan(source, planner)
            }
        }
        let runs = try await pushRunCache()
        var outcomes: [StoreOutcome] = []
        for store in plan.stores {
            let flaw = store.isSatisfied ? nil : store.remote.directoryFlaw
            let outcome = try await push(store)
            if !outcome.missing.isEmpty, let flaw { warnings.append(flaw) }
            outcomes.append(outcome)
        }
        var judgement = PushJudgement(
            plan, outcomes, source: source, isPartial: !options.remotes.isEmpty,
            strictness: Strictness(session.config["dvc.strict"], &warnings),
            history: PushedHistory(planner, in: session.repository))
        var report = try judgement.judge()
        report.warnings.insert(contentsOf: session.settingWarnings + warnings, at: 0)
        if let runs { report.add(runs, isDryRun: options.isDryRun) }
        if !options.isDryRun, let status {
            do throws(DatabaseError) {
                try status.add(judgement.records())
            } catch {
                // The push itself is done; the next one only has more to ask for.
                if error.isCorruption { try StatusCache.discard(session.statusFile) }
                report.warnings.append(error.isCorruption ? rebuildingNote : unusableNote(error))
            }
        }
        return report
    }

    private func openStatus(_ warnings: inout [any UserFacingError]) -> StatusCache? {
        switch session.openStatusCache() {
        case .success(let status):
            if status.wasRebuilt { warnings.append(rebuildingNote) }
            return status
        case .failure(let error):
            warnings.append(unusableNote(error))
            return nil
        }
    }

    private var rebuildingNote: StatusCacheNote {
        StatusCacheNote(summary: "'\(session.statusFile)' was damaged and is built anew")
    }

    private func unusableNote(_ error: any Error) -> StatusCacheNote {
        StatusCacheNote(summary: "\(summary(of: error)); asking the remotes for everything")
    }

    // MARK: Planning

    private func planner(for source: PushSource, _ status: StatusCache?) -> PushPlanner {
        var defaultName: String?
        if let name = source.gitRemoteName {
            defaultName = session.config["remote.\(name).dvcremote"]
        }
        var selections = options.remotes.map { RemoteSelection(only: $0) }
        if selections.isEmpty { selections = [RemoteSelection(defaultName: defaultName)] }
        let planner = PushPlanner(
            session.repository, sources: session.configurationSources, selections: selections,
            status: status, reader)
        planner.onDemand = stores.expect
        return planner
    }

    private func plan(_ source: PushSource, _ planner: PushPlanner) throws -> PushPlan {
        switch source {
        case .refs(let updates, let remote):
            return try planner.plan(pushing: updates, to: remote)
        case .selection(let selection):
            return try planner.plan(pushing: selection, from: session.standpoint())
        case .experiments(let experiments, _):
            return try planner.plan(
                pushingAllOf: uniqued(experiments.flatMap(\.commits)),
                tips: uniqued(experiments.map(\.experiment.tip)))
        }
    }

    /// The stores in which something that is recorded as being there is not there.
    ///
    /// Only stores where asking costs next to nothing: a file system. Other records age.
    private func staleStores(of plan: PushPlan) async throws -> [DVCRemote] {
        var stale: [DVCRemote] = []
        for belief in plan.beliefs {
            // A remote that cannot be used is found out when something is to be uploaded.
            guard let store = try? session.store(for: belief.remote, jobs: options.jobs),
                store.traits.blocksThreads
            else { continue }
            for oid in belief.oids where await isAbsent(oid, from: store) {
                stale.append(belief.remote)
                break
            }
        }
        return stale
    }

    /// Whether the store answers that it has no such object; an error is no answer.
    private func isAbsent(_ oid: ObjectID, from store: any ObjectStore) async -> Bool {
        do {
            return try await store.size(of: ObjectKey(oid)) == nil
        } catch {
            return false
        }
    }

    // MARK: The run-cache

    /// Brings the record of past runs to the remotes, before any data, as DVC does (dvc-compat 4.6).
    private func pushRunCache() async throws -> RunCachePush.Outcome? {
        guard options.includesRunCache else { return nil }
        return try await RunCachePush(
            session: session, remotes: options.remotes, isDryRun: options.isDryRun,
            jobs: options.jobs
        ).run()
    }

    // MARK: Uploading

    /// Brings one store what it lacks; store errors end up in the outcome.
    private func push(_ plan: StorePlan) async throws -> StoreOutcome {
        var outcome = StoreOutcome(plan: plan)
        if plan.isSatisfied { return outcome }
        do {
            let store = try stores.store(for: plan.remote)
            let blocks = store.traits.blocksThreads
            let jobs = session.jobs(
                options.jobs, remote: plan.remote.jobs, blocksThreads: blocks,
                usual: store.traits.usualJobs)
            let cache = plan.cacheDirectory.map { session.cache(at: $0, isShared: false) }
            var transfer = TransferOptions(jobs: jobs, checksMembers: options.checksMembers)
            if !options.isDryRun { transfer.sourceOfNew = cache }
            let workers = try Workers(threads: blocks ? jobs : nil)
            defer { workers.shutDown() }
            let request = TransferRequest(
                files: plan.files,
                directories: plan.directories.map {
                    .init(oid: $0.oid, listing: $0.listing, wantedMembers: $0.wantedMembers)
                })
            var missing = try await findMissing(of: request, in: store, transfer, on: workers)
            outcome.withhold(from: &missing)
            outcome.listed = missing.listed
            if options.isDryRun {
                try await outcome.foresee(missing, cache)
                return outcome
            }
            if missing.isEmpty {
                outcome.present = missing.present
                return outcome
            }
            try await upload(missing, from: cache, to: store, transfer, workers, &outcome)
        } catch let error as Interrupted {
            throw error
        } catch let error as any UserFacingError {
            outcome.blockedBy = error
        }
        return outcome
    }

    private func upload(
        _ missing: MissingSet, from cache: (any ObjectCache)?, to store: any ObjectStore,
        _ transfer: TransferOptions, _ workers: Workers, _ outcome: inout StoreOutcome
    ) async throws {
        let meter = try await meter(for: missing, cache)
        let upload = Upload(from: cache, to: store, transfer, on: workers, meter: meter)
        do {
            try await upload.run(missing)
        } catch is CancellationError {
            meter?.finish(isComplete: false)
            let result = upload.result
            throw Interrupted(uploadedCount: result.uploadedCount, outOf: missing.count)
        } catch {
            // What was uploaded may not survive a crash, so none of it counts.
            outcome.uploadedCount = upload.result.uploadedCount
            outcome.uploadedBytes = upload.result.uploadedBytes
            throw error
        }
        let result = upload.result
        meter?.finish(isComplete: result.isComplete)
        outcome.take(result)
    }

    private func meter(
        for missing: MissingSet, _ cache: (any ObjectCache)?
    ) async throws -> ProgressMeter? {
        if options.progress.isNowhere { return nil }
        var bytes: Int64 = 0
        if options.progress.file != nil, let cache {
            for oid in missing.files + missing.directories.map(\.oid) {
                bytes += try await cache.size(of: ObjectKey(oid)) ?? 0
            }
        }
        return try ProgressMeter(
            .init(
                title: "Uploading DVC objects", direction: "upload", totalObjects: missing.count,
                totalBytes: options.progress.file == nil ? nil : bytes),
            to: options.progress)
    }
}

/// A transfer that a signal ended early.
package struct Interrupted: UserFacingError {
    package let uploadedCount: Int
    package let outOf: Int

    package var summary: String {
        "interrupted after \(uploadedCount) of \(counted(outOf, "object")); nothing is half-written"
    }

    package var advice: String? { "run the command again to upload the rest" }
}

/// Something about the record of what is where; never a reason to stop.
struct StatusCacheNote: UserFacingError {
    let summary: String
}
