internal import Basics
internal import DVC
package import Git
package import Planning
package import Workspace

/// Brings the working copy to what its metafiles say, from the cache alone.
///
/// For `git dvc checkout`, and for hooks after Git has changed the metafiles.
package struct CheckoutWorkflow {
    /// Which outs are meant.
    package enum Scope: Sendable {
        /// What a user selects; without targets also what is no out any more is removed.
        case selection(DataSelection)
        /// Outs of metafiles that two commits have differently, and what the first had and the second
        /// has not. `nil` for `from` means that there was nothing.
        case changed(from: GitOID?, to: GitOID)
    }

    private let session: Session
    private let scope: Scope
    private let options: CheckoutOptions

    package init(_ session: Session, _ scope: Scope, _ options: CheckoutOptions) {
        self.session = session
        self.scope = scope
        self.options = options
    }

    /// Puts into place what differs.
    ///
    /// What is amiss with single outs is in the report. Throws what concerns all of it: `TargetError`,
    /// `SubprocessError`, `SystemError`, ``NotADVCRepositoryError``, ``LockBusyError``,
    /// `CancellationError`.
    package func run() async throws -> CheckoutReport {
        let standpoint = try session.standpoint()
        var report = CheckoutReport()
        guard let selection = try selection(below: standpoint) else { return report }
        let data = try DataCollector(session.repository, sources: session.configurationSources)
            .collect(selection.data, from: standpoint)
        report.errors = data.problems.map(\.error)
        report.warnings = data.warnings
        let placement = DataPlacement(session, root: standpoint.root, top: standpoint.top)
        let stale = selection.isWhole ? try placement.staleOuts(besides: data) : []
        let lock = try await RepositoryLock.acquire(
            in: standpoint.root.appending(".dvc"), of: WorkspaceDirectory(top: standpoint.top))
        let outs = data.outs.filter { selection.includes($0) }
        let done = try await placement.run(
            outs, stale: stale, keeping: Set(data.outs.map(\.needed.path)), options)
        _ = consume lock
        let (errors, warnings) = (report.errors, report.warnings)
        report = done
        report.errors = errors + done.errors
        report.warnings = warnings + done.warnings
        return report
    }

    /// A scope, made ready.
    private struct Selection {
        var data = DataSelection()
        var isWhole = true
        /// The metafiles whose outs are meant; `nil` for all.
        var metafiles: Set<FilePath>?

        func includes(_ out: CollectedOut) -> Bool {
            metafiles.map { names in out.needed.sources.contains { names.contains($0.path) } }
                ?? true
        }
    }

    /// What is to be looked at; `nil` when nothing can have changed.
    private func selection(below standpoint: Standpoint) throws -> Selection? {
        switch scope {
        case .selection(let data):
            return Selection(data: data, isWhole: data.targets.isEmpty)
        case .changed(let old, let new):
            let names = try session.repository.changedFiles(
                from: old ?? session.repository.emptyTree, to: new)
            let metafiles = names.filter { $0.isMetafile }
            // What these say may mean other outs, of whatever metafile.
            if names.contains(where: { $0.decidesAboutMetafiles }) { return Selection() }
            if metafiles.isEmpty { return nil }
            return Selection(metafiles: Set(metafiles))
        }
    }
}

extension GitRepository {
    /// The files that differ between two commits or trees, from the top; submodules among them.
    ///
    /// Throws `SubprocessError`.
    func changedFiles(from old: GitOID, to new: GitOID) throws(SubprocessError) -> [FilePath] {
        try output(
            ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "\(old)", "\(new)", "--"]
        ).split(separator: 0).map { FilePath(unchecked: Array($0)) }
    }
}

extension FilePath {
    fileprivate var isMetafile: Bool {
        hasSuffix(".dvc") || lastComponent == "dvc.yaml" || lastComponent == "dvc.lock"
    }

    /// Whether a change of the file may change what metafiles beside it mean, or which there are.
    fileprivate var decidesAboutMetafiles: Bool {
        let name = lastComponent
        if name == ".dvcignore" || name == "dvc.yaml" { return true }
        if name == "config" || name == "config.local" { return parent.lastComponent == ".dvc" }
        // Templates of a 'dvc.yaml' take values from these.
        return ["yaml", "yml", "json", "toml", "py"].contains { name.hasSuffix(".\($0)") }
            && name != "dvc.lock" && name.string.hasPrefix("params")
    }
}
