package import Basics
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
    private let selection: RemoteSelection
    private let status: StatusCache?
    private let configurations: Configurations
    private let reader: RevisionReader
    private let collector: OutCollector

    /// `status`: `nil` when there is no usable record: everything is asked for.
    package init(
        _ repository: GitRepository, sources: ConfigurationSources, selection: RemoteSelection,
        status: StatusCache?
    ) {
        self.repository = repository
        self.selection = selection
        self.status = status
        configurations = Configurations(sources, in: repository)
        reader = RevisionReader(repository)
        collector = OutCollector(reader, configurations)
    }

    /// What pushing these refs needs.
    ///
    /// The outs touched by a commit of the range, and all outs of the tips when the range changes
    /// what metafiles mean or nothing is known about a store they go to (design 6).
    /// `remoteName`: as Git gives it to hooks: a Git remote's name, or a URL.
    /// Throws `SubprocessError`, `SystemError`, `DatabaseError`: nothing could be planned.
    package func plan(pushing updates: [RefUpdate], to remoteName: String) throws -> PushPlan {
        let tips = uniqued(updates.compactMap(\.newOID))
        let recorded = try tipsRecorded(forStoresOf: tips)
        let range = CommitRange(of: updates, to: remoteName, excluding: recorded)
        let changes = try range.changes(matching: metafilePathspecs, in: repository)
            .filter { MetafileRole($0.path) != nil }
        if changes.isEmpty { return PushPlan(tips: tips) }
        try collector.collect(changes.compactMap(\.place))
        let contextChanged = changes.contains { MetafileRole($0.path) == .context }
        if try contextChanged || !allStoresHaveRecords(tips) { try collectTips(tips) }
        return try finish(tips: tips)
    }

    /// What pushing the files of the working copy needs.
    ///
    /// `metafiles`: relative to the top of the repository.
    /// `root`: the DVC root to push; metafiles of other roots are left out.
    package func plan(workspace metafiles: [FilePath], in root: FilePath) throws -> PushPlan {
        try collector.collect(metafiles.map { MetafilePlace(.workspace, $0) })
        return try finish(tips: [], root: root)
    }

    /// Those of `tips` that still have any of these statements: all its metafiles, unchanged.
    package func tips(
        _ tips: [GitOID], stillHaving statements: [[MetafileVersion]]
    ) throws -> Set<GitOID> {
        let files = Array(Set(statements.joined()))
        var live: Set<GitOID> = []
        for tip in tips {
            let blobs = try reader.blobs(at: files.map(\.path), in: tip)
            let present = Set(zip(files, blobs).filter { $0.blob != nil && $0.blob == $1 }.map(\.0))
            if statements.contains(where: { $0.allSatisfy(present.contains) }) { live.insert(tip) }
        }
        return live
    }

    private func collectTips(_ tips: [GitOID]) throws {
        for tip in tips {
            let files = try TreeChange.files(of: tip, matching: metafilePathspecs, in: repository)
            try collector.collect(files.compactMap(\.place))
        }
    }

    // MARK: What is recorded

    /// Commits whose data is known to be on every store that the tips name as their default.
    private func tipsRecorded(forStoresOf tips: [GitOID]) throws -> [GitOID] {
        guard let status else { return [] }
        var common: Set<String>?
        for tip in tips {
            let place = RevisionPath(.commit(tip), ".dvc/config")
            guard let config = try reader.files(at: [place])[0],
                let configuration = try? configurations.configuration(
                    of: "", at: place.revision, bytes: config.bytes),  // reported when it matters
                let name = selection.only ?? selection.defaultName
                    ?? configuration.config.defaultRemoteName,
                let remote = try? configuration.config.remote(named: name)  // likewise
            else { return [] }
            let recorded = Set(try status.completeTips(in: remote.canonicalURL))
            common = common.map { $0.intersection(recorded) } ?? recorded
        }
        return (common ?? []).sorted().compactMap { GitOID($0) }
    }

    private func allStoresHaveRecords(_ tips: [GitOID]) throws -> Bool {
        guard let status else { return false }
        var urls: Set<String> = []
        for out in collector.outs {
            if case .remote(let remote) = try choice(for: out, tips) {
                urls.insert(remote.canonicalURL)
            }
        }
        return try urls.allSatisfy { url throws in try status.hasRecords(of: url) }
    }

    // MARK: From outs to stores

    private func choice(for collected: CollectedOut, _ tips: [GitOID]) throws -> RemoteChoice {
        try selection.choice(for: collected) {
            // A broken configuration of the tip is reported with the tip's own metafiles.
            tips.first.flatMap { try? tipConfiguration($0, root: collected.root) }
        }
    }

    private func tipConfiguration(_ tip: GitOID, root: FilePath) throws -> RootConfiguration? {
        let place = RevisionPath(.commit(tip), root.appending(".dvc/config"))
        guard let file = try reader.files(at: [place])[0] else { return nil }
        return try configurations.configuration(of: root, at: place.revision, bytes: file.bytes)
    }

    /// `root`: `nil` for all DVC roots of the repository.
    private func finish(tips: [GitOID], root: FilePath? = nil) throws -> PushPlan {
        var plan = PushPlan(
            problems: collector.problems, notes: uniqued(collector.notes), tips: tips)
        var builders: [StorePlanBuilder] = []
        var positions: [StorePlanBuilder.Key: Int] = [:]
        for collected in collector.outs
        where collected.isTransferred && (root == nil || collected.root == root) {
            func problem(_ cause: PlanProblem.Cause) {
                plan.problems.append(
                    PlanProblem(
                        cause: cause, sources: collected.needed.sources,
                        revision: collected.needed.revision))
            }
            switch try choice(for: collected, tips) {
            case .notSelected: continue
            case .none: problem(.noRemote(collected.needed))
            case .invalid(let error): problem(.unreadable(error))
            case .remote(let remote):
                if remote.isCloudVersioned || collected.out.isCloudVersioned {
                    problem(.cloudVersioned(collected.needed, remote: remote.name))
                    continue
                }
                let cache = collected.configuration.cacheDirectory
                let key = StorePlanBuilder.Key(url: remote.canonicalURL, cache: cache)
                if positions[key] == nil {
                    positions[key] = builders.count
                    builders.append(StorePlanBuilder(remote, cacheDirectory: cache))
                }
                if let position = positions[key] { builders[position].add(collected.needed) }
            }
        }
        plan.stores = try builders.map { builder in try builder.plan(knowing: status) }
        return plan
    }
}

extension CollectedOut {
    /// Whether a push is concerned with the out at all.
    ///
    /// Source: DVC 3.67, observed (dvc-compat 3.2, 3.3): what comes from another repository, what
    /// lives in Git and what must not be pushed is not.
    fileprivate var isTransferred: Bool {
        metafileKind != .repositoryImport && out.isCached && out.isPushable
    }
}

extension TreeChange {
    /// The metafile to read; `nil` when the change deleted it.
    fileprivate var place: MetafilePlace? {
        guard let commit else { return nil }
        // A deleted dvc.yaml or dvc.lock leaves a pipeline without outs: nothing to read either.
        guard let blob else { return nil }
        return MetafilePlace(.commit(commit), path, blob: blob)
    }
}

/// The elements without repetitions, each where it first stood.
func uniqued<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
}
