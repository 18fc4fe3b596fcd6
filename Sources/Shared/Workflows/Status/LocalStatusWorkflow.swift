internal import Basics
internal import DVC
internal import Git
internal import LocalBackend
package import Planning
internal import StatusCache
internal import Storage
internal import Workspace

/// Compares metafiles, working copy and cache; changes nothing but the record of files that were read.
///
/// Takes no lock: what changes meanwhile is seen before or after.
package struct LocalStatusWorkflow {
    private let session: Session
    private let selection: DataSelection
    private let asksSources: Bool

    /// `asksSources`: whether the repositories that data was imported from are asked for updates.
    package init(_ session: Session, _ selection: DataSelection, asksSources: Bool) {
        self.session = session
        self.selection = selection
        self.asksSources = asksSources
    }

    /// Looks at everything that the selection means.
    ///
    /// What cannot be read is an error of the report. Throws what concerns all of it: `TargetError`,
    /// `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, `CancellationError`.
    package func run() async throws -> LocalStatusReport {
        let standpoint = try session.standpoint()
        let selected = try StageCollector(session.repository, sources: session.configurationSources)
            .collect(selection, from: standpoint)
        var report = LocalStatusReport()
        report.tracksNothing = selected.tracksNothing
        report.warnings = session.settingWarnings
        for problem in selected.problems {
            if case .unreadable(let error) = problem.cause { report.errors.append(error) }
        }
        let states = FileStates(session.fileStatesFile)
        let threads = session.jobs(nil, remote: nil, blocksThreads: true)
        var comparisons: [FilePath: StageComparison] = [:]
        for root in Set(selected.stages.map(\.stage.root)) {
            comparisons[root] = StageComparison(
                root: standpoint.top.appending(root),
                cache: selected.cacheDirectories[root].map {
                    LocalStore(root: $0, name: StoreTraits.cacheName)
                },
                states: states, threads: threads)
        }
        let found = try await changes(of: selected.stages, comparisons)
        let updates = ImportUpdates(session.repository.git)
        for (one, changes) in zip(selected.stages, found) {
            add(one.stage, changes, updates, from: standpoint, to: &report)
        }
        return report
    }

    private func changes(
        of stages: [SelectedStage], _ comparisons: [FilePath: StageComparison]
    ) async throws -> [StageChanges] {
        let found = Locked([StageChanges](repeating: StageChanges(), count: stages.count))
        // A few at a time: each uses all processors where it has much to read.
        try await forEachIndexConcurrently(stages.count, limit: 4) { index in
            let one = stages[index].stage
            guard let stage = one.stage, let comparison = comparisons[one.root] else { return }
            let changes = try await comparison.changes(
                of: stage, in: one.metafile.parent.relative(to: one.root) ?? "",
                part: stages[index].part.flatMap { $0.relative(to: one.root) })
            found.withLock { $0[index] = changes }
        }
        return found.withLock { $0 }
    }

    private func add(
        _ collected: CollectedStage, _ found: StageChanges, _ updates: ImportUpdates,
        from standpoint: Standpoint, to report: inout LocalStatusReport
    ) {
        guard let stage = collected.stage else { return }
        let name = collected.shownName(from: standpoint.directory)
        var changes = found
        var isImport = false
        for case .repository(let source) in stage.state.inputs {
            isImport = true
            guard asksSources else { continue }
            do {
                guard try updates.hasMoved(source) else { continue }
                changes.inputs.append(
                    .init(.elsewhere("\(source.path) (\(source.url))"), .updateAvailable))
            } catch {
                changes.errors.append(error)
            }
        }
        if stage.state.isFrozen, !isImport {
            report.warnings.append(FrozenStageWarning(name: name))
        }
        report.errors += changes.errors.map { StageError(stage: name, cause: $0) }
        if changes.isEmpty { return }
        report.stages.append(
            LocalStatusReport.Stage(
                name: name, changes, in: collected.root, from: standpoint.directory))
    }
}

extension CollectedStage {
    /// As DVC shows it: a stage of the `dvc.yaml` in the current directory by its name alone.
    fileprivate func shownName(from directory: FilePath) -> String {
        let file = metafile.relativeName(from: directory)
        guard let name else { return file.string }
        return file == "dvc.yaml" ? name : "\(file):\(name)"
    }
}
