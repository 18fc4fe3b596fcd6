package import Basics
internal import DVC
internal import Digests
internal import Workspace

/// What the user asked for.
package struct CommitOptions: Sendable {
    /// `-f`: what changed is recorded without a question.
    package var isForced = false
    /// `-R`: directories mean all metafiles below them.
    package var isRecursive = false
    /// `--data-only`: nothing of stages.
    package var isDataOnly = false
    /// `--no-relink` turns it off.
    package var relinks = true
    /// Asks whether a changed out is to be recorded; `nil` where nobody can be asked.
    package var confirm: (@Sendable (_ question: String) -> Bool)?

    package init() {}
}

/// Records what the outs of `.dvc` files hold now, and puts it into the cache.
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

    /// Records the targets, or everything without any.
    ///
    /// `words`: metafiles, outs, or what lies in them, relative to the directory the user is in.
    /// Throws ``RecordingTargetError``, ``AddError``, `UnaddableError`, `MetafileError`, `SystemError`,
    /// ``LockBusyError``, `SubprocessError`, `CancellationError`.
    package func run(_ words: [FilePath]) async throws -> RecordReport {
        let outs = try recording.session.trackedOuts(in: recording.root)
        let chosen = try words.isEmpty ? outs : words.flatMap { try self.outs(named: $0, of: outs) }
        if let stage = chosen.first(where: \.isPipeline), !options.isDataOnly {
            throw RecordingTargetError(
                target: recording.shown(stage.metafile).string, reason: .stage(stage.stageName))
        }
        let data = chosen.filter { !$0.isPipeline }
        let git =
            recording.isWithoutGit
            ? nil : try GitView(of: data.map(\.path), in: recording.session.repository)
        if let git, let tracked = data.first(where: { $0.out.isCached && git.tracks($0.path) }) {
            throw AddError(path: recording.shown(tracked.path), reason: .trackedByGit)
        }
        let lock = try await recording.lock()
        var adding = AddOptions()
        adding.relinks = options.relinks
        var recorder = OutRecorder(recording, git, adding)
        for out in data {
            try await check(out)
            try await recorder.record(AddTarget(path: out.path, role: .tracked(out)))
        }
        _ = consume lock
        return recorder.report
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
