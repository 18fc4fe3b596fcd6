internal import Basics
internal import DVC
package import Planning
package import Workspace

/// Brings the working copy to what its metafiles say, from the cache alone.
package struct CheckoutWorkflow {
    private let session: Session
    private let selection: DataSelection
    private let options: CheckoutOptions

    /// `selection`: what a user selects; without targets also what is no out any more is removed.
    package init(_ session: Session, _ selection: DataSelection, _ options: CheckoutOptions) {
        self.session = session
        self.selection = selection
        self.options = options
    }

    /// Puts into place what differs.
    ///
    /// What is amiss with single outs is in the report. Throws what concerns all of it: `TargetError`,
    /// `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, ``LockBusyError``,
    /// `CancellationError`.
    package func run() async throws -> CheckoutReport {
        let standpoint = try session.standpoint()
        let data = try DataCollector(session.repository, sources: session.configurationSources)
            .collect(selection, from: standpoint)
        let placement = DataPlacement(session, root: standpoint.root, top: standpoint.top)
        let stale = selection.targets.isEmpty ? try placement.staleOuts(besides: data) : []
        let lock = try await RepositoryLock.acquire(
            in: standpoint.root.appending(".dvc"), of: WorkspaceDirectory(top: standpoint.top))
        let (imported, unknown) = PartialImports(session, top: standpoint.top)
            .sorted(data.unidentified)
        let outs = data.outs + imported
        var report = try await placement.run(
            outs, stale: stale, keeping: Set(outs.map(\.needed.path)), options)
        _ = consume lock
        report.missing = (report.missing + unknown.map(\.path)).sorted()
        report.errors = data.problems.map(\.error) + report.errors
        let neverRun = unknown.filter { $0.importInput == nil }
        report.warnings =
            data.warnings + neverRun.map { NothingRecordedError(out: $0) } + report.warnings
        return report
    }
}
