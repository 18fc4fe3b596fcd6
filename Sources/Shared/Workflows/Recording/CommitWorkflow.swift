package import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Workspace

/// What the user asked for.
package struct CommitOptions: Sendable {
    /// `-f`: what changed is recorded without a question.
    package var isForced = false
    /// `-R`: directories mean all metafiles below them.
    package var isRecursive = false
    /// `-d`: with all stages that the targets need.
    package var withDependencies = false
    /// `--data-only`: nothing of stages.
    package var isDataOnly = false
    /// `--no-relink` turns it off.
    package var relinks = true
    /// Asks whether a changed out is to be recorded; `nil` where nobody can be asked.
    package var confirm: (@Sendable (_ question: String) -> Bool)?

    package init() {}
}

/// Records what the outs of `.dvc` files and stages hold now, and puts it into the cache.
///
/// Source: `repo/commit.py` in DVC 3.67; observed.
package struct CommitWorkflow {
    private let recording: RecordingSession
    private let options: CommitOptions

    /// Throws ``NotADVCRepositoryError``, `ConfigError`, `SystemError`.
    package init(_ session: Session, _ options: CommitOptions) throws {
        recording = try RecordingSession(session)
        self.options = options
    }

    /// What one target means.
    private struct Choice {
        var data: [TrackedOut] = []
        var stages: [SelectedStage] = []
    }

    /// Records the targets, or everything without any; those before one that fails are recorded.
    ///
    /// `words`: metafiles, stages, outs, or what lies in them, relative to the directory the user is in.
    /// `report`: hears of what was done, also when an error follows.
    /// Throws ``RecordingTargetError``, ``AddError``, `UnaddableError`, `UncheckableError`,
    /// `MetafileError`, `SystemError`, ``LockBusyError``, `SubprocessError`, `CancellationError`.
    package func run(
        _ words: [FilePath], report: (RecordReport) -> Void
    ) async throws {
        let outs = try recording.session.trackedOuts(in: recording.root)
        let choices =
            try words.isEmpty ? [choice(nil, of: outs)] : words.map { try choice($0, of: outs) }
        let paths = choices.flatMap { $0.data.map(\.path) + $0.stages.flatMap(\.stage.outs) }
        let git =
            recording.isWithoutGit ? nil : try GitView(of: paths, in: recording.session.repository)
        let lock = try await recording.lock()
        for choice in choices {
            if let git,
                let tracked = choice.data.first(where: { $0.out.isCached && git.tracks($0.path) })
            {
                throw AddError(path: recording.shown(tracked.path), reason: .trackedByGit)
            }
            var adding = AddOptions()
            adding.relinks = options.relinks
            var recorder = OutRecorder(recording, git, adding)
            for out in choice.data {
                try await check(out)
                try await recorder.record(AddTarget(path: out.path, role: .tracked(out)))
            }
            report(recorder.report)
            var stages = StageRecorder(recording, git, options)
            do {
                try await stages.record(choice.stages)
            } catch {
                report(stages.report)
                throw error
            }
            report(stages.report)
        }
        _ = consume lock
    }

    /// What a target means; everything without one.
    private func choice(_ word: FilePath?, of outs: [TrackedOut]) throws -> Choice {
        var selection = DataSelection()
        selection.targets = word.map { [$0] } ?? []
        selection.withDependencies = options.withDependencies
        selection.isRecursive = options.isRecursive
        let session = recording.session
        var selected: [SelectedStage] = []
        do {
            selected = try StageCollector(session.repository, sources: session.configurationSources)
                .collect(selection, from: try session.standpoint()).stages
        } catch is TargetError {
            // Said below in the words of this command.
        }
        let stages = selected.filter { $0.stage.name != nil }
        guard let word else {
            return Choice(
                data: outs.filter { !$0.isPipeline }, stages: options.isDataOnly ? [] : stages)
        }
        if stages.isEmpty {
            return Choice(data: try self.outs(named: word, of: outs).filter { !$0.isPipeline })
        }
        let files = Set(selected.filter { $0.stage.name == nil }.map(\.stage.metafile))
        return Choice(
            data: outs.filter { !$0.isPipeline && files.contains($0.metafile) },
            stages: options.isDataOnly ? [] : stages)
    }

    private func outs(named word: FilePath, of outs: [TrackedOut]) throws -> [TrackedOut] {
        let unknown = RecordingTargetError(target: word.string, reason: .unknown)
        guard let path = recording.path(word) else { throw unknown }
        var found = outs.filter { $0.metafile == path }
        if found.isEmpty { found = outs.filter { path.relative(to: $0.path) != nil } }
        if found.isEmpty, options.isRecursive {
            found = outs.filter { $0.metafile.relative(to: path) != nil }
        }
        let exists = try recording.workspace.status(of: path) != nil
        if found.isEmpty, let stage = outs.first(where: { $0.out.stage == word.string }) {
            found = [stage]
        }
        guard !found.isEmpty || exists && (path.hasSuffix(".dvc") || options.isRecursive) else {
            throw unknown
        }
        return found
    }

    /// Throws when what is there is not what was recorded, unless that is what the user wants.
    private func check(_ out: TrackedOut) async throws {
        let name = recording.shown(out.path).string
        let below = out.path.relative(to: recording.root) ?? out.path
        let rules = try IgnoreRules.ofWorkspace(recording.reader.root, downTo: below)
        let content = try await recording.reader.content(
            of: below, scheme: out.out.oid?.scheme ?? .md5, ignoring: rules)
        if content?.oid == out.out.oid, content != nil { return }
        if out.isImport { throw RecordingTargetError(target: name, reason: .changedImport) }
        if !options.isForced {
            let question =
                "outputs ['\(name)'] of stage: '\(recording.shown(out.metafile))' changed. "
                + "Are you sure you want to commit it?"
            guard options.confirm?(question) == true else {
                throw RecordingTargetError(target: name, reason: .changed)
            }
        }
        if content == nil { throw RecordingTargetError(target: name, reason: .missing) }
    }
}
