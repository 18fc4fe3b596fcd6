package import Basics
internal import Git
internal import Planning
internal import Workspace

/// Unsaved changes that the user does not want to be put aside.
package struct UnsavedChangesError: UserFacingError {
    package let experiment: String

    package var summary: String {
        "there are changes that are not committed, so '\(experiment)' is not applied"
    }

    package var advice: String? { "commit them, or leave '--no-force' out: then they are stashed" }
}

/// What the user asked for when applying an experiment.
package struct ExperimentApplyOptions: Sendable {
    /// `--force`: data that is saved nowhere is overwritten.
    package var replacesData = false
    /// `--no-force`: Git's files must have no changes.
    package var refusesChanges = false
    package var progress: ProgressMeter.Output

    package init(progress: ProgressMeter.Output) { self.progress = progress }
}

/// What came of applying an experiment.
package struct ExperimentApplyReport: Sendable {
    /// Where the changes are that were in the way; `nil` when there were none.
    package var stash: String?
    /// Data that is saved nowhere, because of which nothing was done.
    package var unsaved: [FilePath] = []
    /// Outs that are not in place, because the cache lacks something.
    package var missing: [FilePath] = []
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []
}

/// Brings the files of an experiment into the working copy: what Git tracks, and the data.
///
/// The data is fetched first, then what would be lost is looked for, then Git's files change, then the
/// data. What Git does not know to be saved is stashed, as by DVC, which also keeps the refs that tell
/// what was done.
package struct ExperimentApply {
    private static let stashRef = "refs/exps/apply/stash"
    private static let headRef = "refs/exps/apply/ORIG_HEAD"

    private let session: Session
    private let options: ExperimentApplyOptions
    private var repository: GitRepository { session.repository }

    package init(_ session: Session, _ options: ExperimentApplyOptions) {
        self.session = session
        self.options = options
    }

    /// Applies what `word` names: an experiment, its ref, or any commit.
    ///
    /// Throws what concerns all of it: `ExperimentError`, `WorkspaceFilesError`, `SubprocessError`,
    /// `SystemError`, ``LockBusyError``, `CancellationError`.
    package func run(_ word: String) async throws -> ExperimentApplyReport {
        let standpoint = try session.standpoint()
        guard let head = try repository.headCommit() else {
            throw ExperimentError.notOfAnExperiment(word)
        }
        let commit: GitOID
        do {
            commit = try repository.commitOrExperiment(named: word)
        } catch ExperimentError.unknownRevision {
            throw ExperimentError.notOfAnExperiment(word)
        }
        var report = ExperimentApplyReport()
        try await fetch(commit, &report)
        report.unsaved = try await unsavedData(against: commit, below: standpoint)
        if !report.unsaved.isEmpty, !options.replacesData { return report }
        report.unsaved = []
        try replaceFiles(head, commit, word, &report)
        try await placeData(&report)
        if report.errors.isEmpty, report.missing.isEmpty {
            try note(ExperimentRef.appliedRef, commit)
        }
        return report
    }

    /// Gets what the cache lacks of the commit's data, as far as the user wants that; what is nowhere is
    /// told by its absence later.
    private func fetch(_ commit: GitOID, _ report: inout ExperimentApplyReport) async throws {
        guard CheckoutData(session) == .auto else { return }
        let fetch = CommitDataFetch(session, from: nil, options.progress)
        do {
            let fetched = try await fetch.run(try await fetch.plan([commit]))
            // Metafiles that cannot be read are told when the data is placed.
            report.warnings += fetched.warnings + fetched.errors
        } catch let error as NowhereToGetDataError {
            report.warnings.append(error)
        }
    }

    /// The files of outs whose content would be lost.
    private func unsavedData(
        against commit: GitOID, below standpoint: Standpoint
    ) async throws -> [FilePath] {
        var revisions = RevisionSelection()
        revisions.commits = [commit]
        let collector = DataCollector(repository, sources: session.configurationSources)
        let outs = try collector.collect(commits: revisions).outs
            .filter { $0.root == standpoint.root }
        let placement = DataPlacement(session, root: standpoint.root, top: standpoint.top)
        return try await placement.unsaved(outs)
    }

    private func replaceFiles(
        _ head: GitOID, _ commit: GitOID, _ word: String, _ report: inout ExperimentApplyReport
    ) throws {
        let files = WorkspaceFiles(repository, at: head, replacedBy: commit)
        let note = "dvc-exp-apply:\(head):\(commit):\(word)"
        let unsaved = try files.unsaved(message: note)
        if unsaved.needsStash, options.refusesChanges {
            throw UnsavedChangesError(experiment: word)
        }
        try self.note(Self.headRef, head)
        if unsaved.needsStash {
            let place = try repository.headName() ?? "(no branch)"
            try files.keep(unsaved, as: Self.stashRef, message: "On \(place): \(note)")
            report.stash = Self.stashRef
        }
        try files.replace(unsaved)
    }

    private func placeData(_ report: inout ExperimentApplyReport) async throws {
        var settings = CheckoutOptions()
        settings.unsaved = options.replacesData ? .replace : .keep
        let done = try await CheckoutWorkflow(session, DataSelection(), settings).run()
        report.errors += done.errors
        // What came into the way since it was looked for.
        report.errors += done.unsaved.map { UnsavedFileError(path: $0) } as [any UserFacingError]
        report.warnings += done.warnings + done.notices
        report.missing = done.missing
    }

    private func note(_ ref: String, _ commit: GitOID) throws {
        let old = try repository.target(ofRef: ref)
        try repository.change([.set(ref, to: commit, from: old)])
    }
}

extension GitRepository {
    /// The branch that is checked out; `nil` for none.
    fileprivate func headName() throws -> String? {
        let result = try command(["symbolic-ref", "--quiet", "--short", "HEAD"]).run()
        guard result.status.isSuccess else { return nil }
        return String(decoding: result.output.dropLast(), as: UTF8.self)
    }
}
