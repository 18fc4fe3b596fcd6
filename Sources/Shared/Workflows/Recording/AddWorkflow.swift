package import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Planning
internal import Storage
internal import Workspace

/// What the user asked for.
package struct AddOptions: Sendable {
    /// `--no-commit` turns it off: the data does not get into the cache.
    package var commits = true
    /// `--no-relink` turns it off: files are not made links to the cache.
    package var relinks = true
    /// `--glob`: targets are patterns.
    package var hasPatterns = false

    package init() {}
}

/// What recording did.
package struct RecordReport: Sendable {
    /// Files for Git that were written, as the user would write their paths.
    package var changedFiles: [FilePath] = []
    /// Whether they are staged (`core.autostage`).
    package var areStaged = false
    /// Files for which no type of link in `cache.type` works.
    package var unlinked: [FilePath] = []
    /// Lock files that were not there before, and those in which something has changed.
    package var newLocks: [FilePath] = []
    package var changedLocks: [FilePath] = []
}

/// Puts files and directories under DVC: into the cache, a `.dvc` file, and out of Git's sight.
///
/// Source: `repo/add.py` in DVC 3.67; observed.
package struct AddWorkflow {
    private let recording: RecordingSession
    private let options: AddOptions

    /// Throws ``NotADVCRepositoryError``, `ConfigError`, `SystemError`.
    package init(_ session: Session, _ options: AddOptions) throws {
        recording = try RecordingSession(session)
        self.options = options
    }

    /// Adds the targets one after the other; those before one that fails are recorded.
    ///
    /// `words`: paths relative to the directory the user is in.
    /// Throws ``AddError``, `UnaddableError`, `MetafileError`, `SystemError`, ``LockBusyError``,
    /// `SubprocessError`, `CancellationError`.
    package func run(_ words: [FilePath]) async throws -> RecordReport {
        let words = options.hasPatterns ? try expanded(words) : words
        let finder = AddTargets(
            recording: recording, outs: try recording.session.trackedOuts(in: recording.root))
        var targets: [AddTarget] = []
        for word in words {
            let target = try finder.target(word)
            if !targets.contains(where: { $0.path == target.path }) { targets.append(target) }
        }
        try finder.checkOverlaps(targets)
        let git = try view(of: targets)
        let lock = try await recording.lock()
        var recorder = OutRecorder(recording, git, options)
        let result: Result<Void, any Error>
        do {
            for target in targets { try await recorder.record(target) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        _ = consume lock  // never held while git runs
        var report = recorder.report
        if recording.stages, !recorder.changed.isEmpty {
            try recording.stage(recorder.changed)
            report.areStaged = true
        }
        try result.get()
        return report
    }

    private func expanded(_ words: [FilePath]) throws -> [FilePath] {
        let found = try words.flatMap {
            try PathPattern($0).matches(in: recording.session.directory)
        }
        guard !found.isEmpty else {
            throw AddError(path: words.first ?? "", reason: .noMatches)
        }
        return found
    }

    private func view(of targets: [AddTarget]) throws -> GitView? {
        if recording.isWithoutGit { return nil }
        let view = try GitView(
            of: targets.flatMap { [$0.out, $0.metafile] }, in: recording.session.repository)
        for target in targets {
            let isCached: Bool
            switch target.role {
            case .new: isCached = true
            case .tracked(let out), .member(let out): isCached = out.out.isCached
            }
            if isCached, view.tracks(target.out) {
                throw AddError(path: recording.shown(target.out), reason: .trackedByGit)
            }
            if !view.tracks(target.metafile), view.ignores(target.metafile) {
                throw AddError(
                    path: recording.shown(target.path),
                    reason: .metafileIgnored(recording.shown(target.metafile)))
            }
        }
        return view
    }
}
