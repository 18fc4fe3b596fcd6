internal import Basics
internal import DVC
internal import Digests
package import Git
package import StatusCache

/// Finds out what a push needs: refs in, what to ask each data remote for out.
///
/// Talks to Git, the local files and the record of what is where; to no remote. Used from one task
/// at a time.
package final class PushPlanner {
    private let repository: GitRepository
    private let selections: [RemoteSelection]
    private let status: StatusCache?
    private let configurations: Configurations
    private let reader: RevisionReader
    private let collector: OutCollector
    /// Called for each remote that will be asked for something, as soon as that is known.
    package var onDemand: OnDemand = { _, _ in }
    /// What the working copy says of a DVC root, where that counts.
    private var workspaceConfiguration: (FilePath) throws -> DVCConfig? = { _ in nil }
    /// Which tips still have a set of files as it was; asked again for every object it concerns.
    private var liveTips: [LivenessQuestion: Set<GitOID>] = [:]

    private struct LivenessQuestion: Hashable {
        let tips: [GitOID]
        let files: [MetafileVersion]
    }

    /// Plans with what is known of this repository.
    ///
    /// `selections`: every out goes where each of them says. `status`: `nil` when there is no usable
    /// record, and everything is asked for.
    package init(
        _ repository: GitRepository, sources: ConfigurationSources, selections: [RemoteSelection],
        status: StatusCache?, _ reader: RevisionReader? = nil
    ) {
        self.repository = repository
        self.selections = selections
        self.status = status
        configurations = Configurations(sources, in: repository)
        self.reader = reader ?? RevisionReader(repository)
        collector = OutCollector(self.reader, configurations)
    }

    /// What pushing these refs needs.
    ///
    /// The outs touched by a commit of the range, and all outs of the tips when the range changes
    /// what metafiles mean, or no whole commit was ever seen complete on a store they go to
    /// (design 6).
    /// Throws `SubprocessError`, `SystemError`, `DatabaseError`: nothing could be planned.
    package func plan(pushing updates: [RefUpdate], to remote: PushedRemote) throws -> PushPlan {
        var plan = PushPlan()
        let pushed = uniqued(updates.compactMap(\.newOID))
        for (oid, commit) in zip(pushed, try reader.commits(of: pushed)) {
            plan.commits[oid] = commit
        }
        plan.tips = uniqued(pushed.compactMap { plan.commits[$0] })
        let recorded = try recordedTips(&plan)
        let range = CommitRange(of: updates, to: remote, excluding: recorded)
        let watched = try range.changes(matching: pushPathspecs, in: repository)
        let changes = watched.filter { MetafileRole($0.path) != nil }
        if watched.isEmpty { return plan }
        try collector.collect(changes.compactMap(\.place))
        try collectPipelines(touchedBy: changes, in: plan.tips)
        try collectPipelines(whoseParametersChangeIn: range, plan.tips)
        if changes.isEmpty, collector.isEmpty { return plan }
        plan.coversHistory = try range.isBounded(by: recorded, in: repository)
        let contextChanged = changes.contains { MetafileRole($0.path) == .context }
        if try contextChanged || !haveBaselines(plan.tips) {
            for tip in plan.tips {
                let files = try TreeChange.files(
                    of: tip, matching: metafilePathspecs, in: repository)
                try collector.collect(files.compactMap(\.place))
            }
            plan.coversTips = true
        }
        var found = CollectedData()
        found.outs = collector.outs
        found.unidentified = collector.unidentified
        found.problems = collector.problems
        found.notes = collector.notes
        return try finish(plan, found)
    }

    /// What pushing a selection needs.
    ///
    /// Throws ``TargetError`` as well: a target that names nothing.
    package func plan(
        pushing data: DataSelection, from standpoint: Standpoint
    ) throws -> PushPlan {
        let found = try DataCollector(repository, reader, configurations)
            .collect(data, from: standpoint)
        considerWorkspaceConfiguration()
        return try finish(PushPlan(), found)
    }

    /// What pushing all outs of these commits needs, whatever was pushed before.
    ///
    /// `tips`: those of the commits that become visible.
    package func plan(pushingAllOf commits: [GitOID], tips: [GitOID]) throws -> PushPlan {
        var revisions = RevisionSelection()
        revisions.commits = commits
        let found = try DataCollector(repository, reader, configurations)
            .collect(commits: revisions)
        var plan = PushPlan()
        plan.tips = tips
        for tip in tips { plan.commits[tip] = tip }
        plan.coversTips = true
        considerWorkspaceConfiguration()
        return try finish(plan, found)
    }

    /// Lets a remote that only the working copy knows serve for commits from before it was set up.
    private func considerWorkspaceConfiguration() {
        workspaceConfiguration = { [configurations, reader] root in
            // What is wrong with it is reported with the workspace's own metafiles.
            let place = RevisionPath(.workspace, root.appending(".dvc/config"))
            guard case .file(let file) = try reader.files([.init(place)])[0] else { return nil }
            return try? configurations.configuration(of: root, at: .workspace, file).config
        }
    }

    /// Those of `tips` in which none of these files has changed.
    package func tips(_ tips: [GitOID], stillHaving files: [MetafileVersion]) throws -> Set<GitOID>
    {
        let question = LivenessQuestion(tips: tips, files: files)
        if let known = liveTips[question] { return known }
        let live = try tips.filter { tip in
            try zip(files, reader.blobs(at: files.map(\.path), in: tip)).allSatisfy {
                $0.blob == $1
            }
        }
        liveTips[question] = Set(live)
        return Set(live)
    }

    /// Reads the tips' own version of every pipeline that the range touches.
    ///
    /// A merge that takes `dvc.lock` from one side and `dvc.yaml` from the other is listed by
    /// neither file, because each equals one parent's.
    private func collectPipelines(touchedBy changes: [TreeChange], in tips: [GitOID]) throws {
        let locks = uniqued(
            changes.filter { [.pipeline, .lock].contains(MetafileRole($0.path)) }
                .map { $0.path.parent.appending("dvc.lock") })
        for tip in tips { try collector.collect(locks.map { MetafilePlace(.commit(tip), $0) }) }
    }

    /// Reads pipelines in the commits of the range that change a file from which their templates take
    /// values: the same `dvc.yaml` then means other outs, or other remotes for them.
    ///
    /// Which files these are is what the tips' pipelines say, and those that were read already.
    private func collectPipelines(
        whoseParametersChangeIn range: CommitRange, _ tips: [GitOID]
    ) throws {
        let scout = OutCollector(reader, configurations)
        for tip in tips {
            let files = try TreeChange.files(
                of: tip, matching: pipelinePathspecs, in: repository)
            try scout.collect(files.compactMap(\.place))
        }
        var pipelines = collector.pipelinesByParameters
        pipelines.merge(scout.pipelinesByParameters) { $0.union($1) }
        let files = pipelines.keys.filter { !$0.string.hasPrefix("../") && !$0.isAbsolute }
        if files.isEmpty { return }
        let changes = try range.changes(
            matching: files.sorted().map { ":(top,literal)\($0.string)" }, in: repository)
        for change in changes {
            guard let commit = change.commit else { continue }
            try collector.collect(
                (pipelines[change.path] ?? []).sorted().map { MetafilePlace(.commit(commit), $0) })
        }
    }

    // MARK: What is recorded

    /// Commits whose whole history is known to be on every store that the tips name as their default.
    private func recordedTips(_ plan: inout PushPlan) throws -> [GitOID] {
        guard let status, let selection = selections.first, selection.only == nil else { return [] }
        let places = plan.tips.map { RevisionPath(.commit($0), ".dvc/config") }
        var recordedAt: [String: Set<String>] = [:]
        var beliefs: [Belief] = []
        for (place, answer) in zip(places, try reader.files(places.map { .init($0) })) {
            // What is wrong with a configuration is reported when something depends on it.
            guard case .file(let file) = answer,
                let config = try? configurations.configuration(of: "", at: place.revision, file)
                    .config,
                let name = selection.defaultName ?? config.defaultRemoteName,
                let remote = try? config.remote(named: name)
            else { return [] }
            let url = remote.canonicalURL
            if recordedAt[url] != nil { continue }
            recordedAt[url] = Set(try status.completeTips(in: url))
            beliefs.append(Belief(remote: remote, oids: try status.sample(of: url, limit: 100)))
        }
        let common = recordedAt.values.reduce(recordedAt.values.first ?? []) { $0.intersection($1) }
        if !common.isEmpty { plan.beliefs += beliefs }
        return common.sorted().compactMap { GitOID($0) }
    }

    /// Whether each store that an out of the range goes to once had all of a whole commit.
    private func haveBaselines(_ tips: [GitOID]) throws -> Bool {
        guard let status else { return false }
        var urls: Set<String> = []
        for out in collector.outs {
            for selection in selections {
                guard case .remote(let remote) = try choice(for: out, selection, tips) else {
                    continue
                }
                urls.insert(remote.canonicalURL)
            }
        }
        return try urls.allSatisfy { url throws in try status.hasBaseline(url) }
    }

    // MARK: From outs to stores

    private func choice(
        for collected: CollectedOut, _ selection: RemoteSelection, _ tips: [GitOID]
    ) throws -> RemoteChoice {
        try selection.choice(for: collected) { name in
            if let config = try workspaceConfiguration(collected.root), config.knows(name) {
                return config
            }
            return try tips.lazy.compactMap { try self.tipConfiguration($0, root: collected.root) }
                .first { $0.knows(name) }
        }
    }

    private func tipConfiguration(_ tip: GitOID, root: FilePath) throws -> DVCConfig? {
        let place = RevisionPath(.commit(tip), root.appending(".dvc/config"))
        guard case .file(let file) = try reader.files([.init(place)])[0] else { return nil }
        // A broken configuration of the tip is reported with the tip's own metafiles.
        return try? configurations.configuration(of: root, at: place.revision, file).config
    }

    /// Targets in directories whose lists have no such member, in none of the revisions.
    private func absentMembers(of stores: [StorePlan]) -> [PlanProblem] {
        var found = Set(stores.flatMap(\.outs).map(\.meantPath))
        return stores.flatMap(\.withoutMember).filter { found.insert($0.meantPath).inserted }.map {
            PlanProblem(
                cause: .noMember($0, member: $0.meantPath), sources: $0.sources,
                revision: $0.revision)
        }
    }

    private func finish(_ started: PushPlan, _ found: CollectedData) throws -> PushPlan {
        var plan = started
        plan.problems = found.problems
        plan.notes = uniqued(found.notes)
        plan.warnings = found.warnings
        for out in found.unidentified where out.needsVersions {
            plan.problems.append(
                PlanProblem(
                    cause: .cloudVersioned(place: out.revision.place(of: out.path)),
                    sources: out.sources,
                    revision: out.revision))
        }
        var choices = RemoteChoices()
        var builders: [StorePlanBuilder] = []
        var positions: [StorePlanBuilder.Key: Int] = [:]
        for collected in found.outs where collected.isTransferred {
            for selection in selections {
                func add(_ cause: PlanProblem.Cause) {
                    plan.problems.append(
                        PlanProblem(
                            cause: cause, sources: collected.needed.sources,
                            revision: collected.needed.revision))
                }
                let choice = try choices.choice(for: collected, selection) {
                    try self.choice(for: collected, selection, plan.tips)
                }
                switch choice {
                case .notSelected: continue
                case .none: add(.noRemote(collected.needed))
                case .invalid(let error): add(.unreadable(error))
                case .remote(let remote)
                where remote.isCloudVersioned || collected.out.isCloudVersioned:
                    if !collected.out.hasAllVersions {
                        add(.cloudVersioned(place: collected.needed.place))
                    }
                case .remote(let remote):
                    let cache = collected.configuration.cacheDirectory
                    let key = StorePlanBuilder.Key(url: remote.canonicalURL, cache: cache)
                    let position = positions[key] ?? builders.count
                    if position == builders.count {
                        positions[key] = position
                        builders.append(StorePlanBuilder(remote, cacheDirectory: cache))
                    }
                    builders[position].add(collected.needed)
                }
            }
        }
        plan.stores = try builders.map { builder in
            try builder.plan(knowing: status, onDemand: onDemand)
        }
        plan.problems += absentMembers(of: plan.stores)
        plan.beliefs += plan.stores.map { Belief(remote: $0.remote, oids: $0.recorded + $0.bases) }
        return plan
    }
}

extension TreeChange {
    /// The metafile to read; `nil` when the change deleted it.
    fileprivate var place: MetafilePlace? {
        guard let commit, let blob else { return nil }
        return MetafilePlace(.commit(commit), path, blob: blob)
    }
}
