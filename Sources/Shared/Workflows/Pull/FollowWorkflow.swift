package import Basics
internal import DVC
internal import Git
internal import Planning
internal import Workspace

/// `dvc.checkoutData`: what happens to the data of the working copy when Git changes the metafiles.
enum CheckoutData: String {
    /// From the cache, and what that lacks from the remotes.
    case auto
    case cache, never

    /// A word that is none of these counts as the first.
    init(_ session: Session) {
        self =
            session.config["dvc.checkoutdata"].flatMap { Self(rawValue: $0.lowercased()) } ?? .auto
    }
}

/// Brings the data in the working copy to what the metafiles there say, after Git changed them.
///
/// What `post-checkout`, `post-merge` and `post-rewrite` run when there may be work.
package struct FollowWorkflow {
    private let session: Session
    private let setting: CheckoutData
    private let options: PullOptions
    private let snapshot: MetafileSnapshot?

    /// `snapshot`: the bytes of one that was taken before, to save the time of taking it.
    package init(
        _ session: Session, _ snapshot: [UInt8]? = nil, progress: ProgressMeter.Output
    ) {
        self.session = session
        self.snapshot = snapshot.map { MetafileSnapshot(taken: $0) }
        setting = CheckoutData(session)
        options = PullOptions(progress: progress)
    }

    /// What became of the data.
    package struct Report: Sendable {
        /// Outs that were put into place, changed or removed.
        package var changedCount = 0
        package var errors: [any UserFacingError] = []
        package var warnings: [any UserFacingError] = []
    }

    /// Git waits for us: three seconds are what DVC itself allows.
    private static let lockPatience = Duration.seconds(3)

    /// Does it in all DVC roots, and writes down when nothing is left to be done.
    ///
    /// Data that is missing, or in the way of something unsaved, is in the report. Throws what concerns
    /// all of it, as ``PullWorkflow/run()`` does.
    package func run() async throws -> Report {
        var report = Report()
        report.warnings = session.settingWarnings
        guard setting != .never, let top = session.repository.workTree else { return report }
        // Before anything is read: what is changed meanwhile looks different the next time.
        let snapshot = try snapshot ?? MetafileSnapshot(of: session.repository)
        if snapshot.isEmpty || snapshot.hasConflicts { return report }
        let cone = try SparseCone(of: session.repository)
        var outs: [FilePath] = []
        let files = try session.workspaceFiles()
        for root in roots(of: files) {
            outs += try await follow(root, top, files, cone, &report)
        }
        let directory = session.repository.gitDirectory
        if report.errors.isEmpty {
            try MaterialisedState(snapshot, outs: outs).write(in: directory)
        } else {
            try MaterialisedState.remove(from: directory)
        }
        return report
    }

    /// Returns the outs that should be there.
    private func follow(
        _ root: FilePath, _ top: FilePath, _ files: MetafileNames, _ cone: SparseCone?,
        _ report: inout Report
    ) async throws -> [FilePath] {
        let data = try DataCollector(
            session.repository, sources: session.configurationSources, files: files
        ).collect(DataSelection(), from: Standpoint(top: top, directory: root, root: root))
        report.warnings += data.warnings
        report.errors += data.problems.map(\.error)
        // What `--no-download` left out is not asked for, but what was pulled since comes back.
        let imports = PartialImports(session, top: top)
        let imported = try await imports.pulledBefore(data.unidentified)
        let listed = data.unidentified.compactMap(\.listed)
        let outs = (data.outs + listed + imported).filter { out in
            out.out.isCached && cone?.contains(out.needed.path, of: out.metafile) ?? true
        }
        let placement = DataPlacement(session, root: root, top: top)
        let stale = try placement.staleOuts(besides: data)
        let lock = try await RepositoryLock.acquire(
            in: root.appending(".dvc"), of: WorkspaceDirectory(top: top),
            patience: Self.lockPatience)
        var settings = CheckoutOptions()
        settings.unsaved = .keep
        let kept = Set((data.outs + outs).map(\.needed.path))
        // The cache has it all most of the time, and to ask it for every object first takes longer.
        var done = try await placement.run(outs, stale: stale, keeping: kept, settings)
        report.changedCount += done.entries.count
        let missing = Set(done.missing)
        if setting == .auto, !missing.isEmpty {
            report.add(done)
            report.changedCount -= done.entries.count { missing.contains($0.path) }
            let wanted = outs.filter { missing.contains($0.needed.path) }
            var fetched = PullReport()
            let partial = Set(imported.map(\.needed.path)).intersection(missing)
            _ = try await imports.fetch(
                data.unidentified.filter { partial.contains($0.path) }, &fetched)
            try await PullWorkflow(session, options).fetch(
                wanted.filter { !partial.contains($0.needed.path) }, &fetched)
            report.errors += fetched.errors
            report.warnings += fetched.warnings
            done = try await placement.run(wanted, keeping: kept, settings)
            report.changedCount += done.entries.count
        }
        report.add(done)
        // A remote that is not there is told of without the outs that need it.
        if report.errors.allSatisfy({ $0 is RemoteDirectoryError }) {
            report.errors += done.missing.map { NotInCacheError(path: $0) } as [any UserFacingError]
        }
        _ = consume lock
        return outs.map(\.needed.path)
    }

    /// The DVC roots that have metafiles, relative to the top.
    private func roots(of files: MetafileNames) -> [FilePath] {
        let folders = Set(files.metafiles.map(\.parent))
        return Set(folders.compactMap { session.repository.dvcRoot(of: $0) }).sorted()
    }
}

extension FollowWorkflow.Report {
    fileprivate mutating func add(_ done: CheckoutReport) {
        errors += done.errors
        errors += done.unsaved.map { UnsavedFileError(path: $0) } as [any UserFacingError]
        warnings += done.warnings + done.notices
    }
}

extension SparseCone {
    /// Whether an out is where its user wants files: in the cone, or beside its metafile, which is.
    fileprivate func contains(_ out: FilePath, of metafile: FilePath) -> Bool {
        out.parent == metafile.parent || holdsFiles(of: out.parent)
    }
}
