package import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning
internal import StatusCache
internal import Workspace

/// `dvc.commitCheck`: what happens when data changed and no metafile says so.
enum CommitCheck: String {
    case warn, refuse, none
}

/// What a commit should know of the data.
package struct CommitCheckReport: Sendable {
    /// An error for each out that changed.
    package var changes: [any UserFacingError] = []
    /// What could not be compared.
    package var warnings: [any UserFacingError] = []
    package var isRefused = false
}

/// Finds the outs whose content is not what their metafile says: a commit would not have them.
///
/// Data that is not there at all was not changed. Asks neither cache nor remotes, and reads only files
/// that look different from what was last read.
package struct CommitCheckWorkflow {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// Compares all outs of the working copy, in all DVC roots.
    ///
    /// Throws `SubprocessError`, `SystemError`, `CancellationError`.
    package func run() async throws -> CommitCheckReport {
        let setting =
            session.config["dvc.commitcheck"].flatMap { CommitCheck(rawValue: $0.lowercased()) }
            ?? .warn
        var report = CommitCheckReport()
        report.warnings = session.settingWarnings
        guard setting != .none, let top = session.repository.workTree else { return report }
        let collector = OutCollector(
            RevisionReader(session.repository),
            Configurations(session.configurationSources, in: session.repository))
        try collector.collect(
            try session.workspaceFiles().metafiles.map { MetafilePlace(.workspace, $0) })
        for problem in collector.problems {
            if case .unreadable(let error) = problem.cause { report.warnings.append(error) }
        }
        let states = FileStates(session.fileStatesFile)
        let threads = session.jobs(nil, remote: nil, blocksThreads: true)
        for out in collector.outs where out.out.isCached {
            do {
                let root = top.appending(out.root)
                let reader = WorkspaceReader(root: root, states: states, threads: threads)
                if try await isChanged(out, reader) {
                    report.changes.append(UnrecordedChangeError(out))
                }
            } catch let error as any UserFacingError {
                report.warnings.append(error)
            }
        }
        report.isRefused = setting == .refuse && !report.changes.isEmpty
        return report
    }

    private func isChanged(_ out: CollectedOut, _ reader: WorkspaceReader) async throws -> Bool {
        guard let path = out.needed.path.relative(to: out.root) else { return false }
        let place = reader.root.appending(path)
        guard try fileStatus(place) != nil else { return false }
        let oid = out.needed.oid
        if directoryExists(place) != oid.isDirectory { return true }
        let rules =
            oid.isDirectory
            ? try IgnoreRules.ofWorkspace(reader.root, downTo: path) : IgnoreRules()
        let name = try await reader.name(of: path, scheme: oid.scheme, ignoring: rules)
        return name.map { $0 != oid } ?? false
    }
}

/// Data that the commit does not record.
struct UnrecordedChangeError: UserFacingError {
    private let path: FilePath
    private let isPipeline: Bool

    init(_ out: CollectedOut) {
        path = out.needed.path
        isPipeline = out.out.stage != nil
    }

    var summary: String { "'\(path)' has changes that its metafile does not record" }

    var advice: String? {
        isPipeline
            ? "record them with 'git dvc commit' or 'dvc repro', then commit the 'dvc.lock'"
            : "record them with 'git dvc add', then commit the '.dvc' file"
    }
}
