package import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning
internal import StatusCache
package import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Two outs that one path belongs to, so that nobody can say what should be there.
struct OverlappingOutsError: UserFacingError {
    let outer: CollectedOut
    let inner: CollectedOut

    var summary: String {
        "'\(inner.needed.path.escaped)' of '\(inner.metafile)' and '\(outer.needed.path.escaped)' of "
            + "'\(outer.metafile)' overlap; neither is checked out"
    }
    var advice: String? { "let only one metafile have it" }
}

/// Brings the working copy to what outs of its metafiles say, from the cache.
///
/// The caller holds DVC's lock.
struct DataPlacement {
    private let session: Session
    private let root: FilePath
    private let workspace: WorkspaceDirectory

    /// `root`: the DVC root, `top`: of the working copy.
    init(_ session: Session, root: FilePath, top: FilePath) {
        self.session = session
        self.root = root
        workspace = WorkspaceDirectory(top: top)
    }

    /// What was placed once and no metafile has any more; asks Git, so before the lock is taken.
    ///
    /// `data`: all there is in the working copy of this DVC root. Throws `SubprocessError`.
    func staleOuts(besides data: CollectedData) throws -> [FilePath] {
        // A metafile that cannot be read may have them.
        guard data.problems.isEmpty else { return [] }
        let known = Set(data.outs.map(\.needed.path)).union(data.unidentified.map(\.path))
        let gone = PlacedOuts(in: session.repository.gitDirectory, root: root).all
            .filter { path in
                !known.contains(path) && fileExists(workspace.top.appending(path))
                    && !path.ancestors.contains(where: known.contains)
            }
        if gone.isEmpty { return [] }
        // What Git keeps now is Git's.
        let tracked = try session.repository.output(
            ["--literal-pathspecs", "ls-files", "-z", "--"] + gone.map(\.string)
        ).split(separator: 0).map { FilePath(unchecked: Array($0)) }
        return gone.filter { path in !tracked.contains { $0.relative(to: path) != nil } }.sorted()
    }

    /// Puts outs into place, those of the working copy's own metafiles.
    ///
    /// `kept`: the paths of all outs there are. Throws `SystemError`, `CancellationError`.
    func run(
        _ outs: [CollectedOut], stale: [FilePath] = [], keeping kept: Set<FilePath> = [],
        _ options: CheckoutOptions
    ) async throws -> CheckoutReport {
        var report = CheckoutReport()
        let wanted = withoutOverlaps(
            outs.filter { $0.out.isCached && $0.needed.revision == .workspace }, &report)
        // A target may be in another DVC root, which has settings and a cache of its own.
        for root in Set(wanted.map(\.root)).union([self.root]).sorted() {
            let own = wanted.filter { $0.root == root }
            let done = try await run(
                own, in: root, stale: root == self.root ? stale : [], keeping: kept, options)
            report.add(done)
            if options.unsaved == .refuse, !done.unsaved.isEmpty { return report }
        }
        return report
    }

    private func run(
        _ outs: [CollectedOut], in root: FilePath, stale: [FilePath], keeping kept: Set<FilePath>,
        _ options: CheckoutOptions
    ) async throws -> CheckoutReport {
        if outs.isEmpty, stale.isEmpty { return CheckoutReport() }
        let checkout = try checkout(of: outs, in: root)
        let report = try await checkout.run(
            outs.map(\.wanted), stale: stale, keeping: kept, options)
        let isRefused = options.unsaved == .refuse && !report.unsaved.isEmpty
        if !isRefused { try remember(outs, in: root, stale) }
        return report
    }

    /// The files that are in the way of these outs, of whatever revision, and saved nowhere.
    ///
    /// Throws `SystemError`, `CancellationError`.
    func unsaved(_ outs: [CollectedOut]) async throws -> [FilePath] {
        var report = CheckoutReport()
        let wanted = withoutOverlaps(outs.filter(\.out.isCached), &report)
        if wanted.isEmpty { return [] }
        return try await checkout(of: wanted, in: root).unsaved(against: wanted.map(\.wanted))
    }

    private func checkout(of outs: [CollectedOut], in root: FilePath) throws -> Checkout {
        // All outs of a DVC root that are read from the disk have the same configuration.
        let configuration =
            try outs.first?.configuration
            ?? Configurations(session.configurationSources, in: session.repository)
            .ofWorkspace(root, below: workspace.top)
        let cache = session.cache(
            at: configuration.cacheDirectory
                ?? workspace.top.appending(root).appending(".dvc/cache"),
            isShared: configuration.config.isCacheShared)
        return Checkout(
            workspace, root: root, cache: cache, types: configuration.config.linkTypes,
            states: FileStates(session.fileStatesFile),
            threads: max(2, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))))
    }

    private func remember(
        _ outs: [CollectedOut], in root: FilePath, _ stale: [FilePath]
    ) throws {
        var placed = PlacedOuts(in: session.repository.gitDirectory, root: root)
        for out in outs where fileExists(workspace.top.appending(out.needed.path)) {
            placed.insert(out.needed.path)
        }
        for path in stale where !fileExists(workspace.top.appending(path)) { placed.remove(path) }
        try placed.save()
    }

    /// Each out once, and none that lies in another.
    private func withoutOverlaps(
        _ outs: [CollectedOut], _ report: inout CheckoutReport
    ) -> [CollectedOut] {
        let first = Dictionary(
            outs.map { ($0.needed.path, $0) }, uniquingKeysWith: { first, _ in first })
        var bad: Set<FilePath> = []
        for out in outs {
            let path = out.needed.path
            let rival =
                first[path].flatMap { $0.needed.oid == out.needed.oid ? nil : $0 }
                ?? path.ancestors.lazy.compactMap { first[$0] }.first
            guard let rival else { continue }
            report.errors.append(OverlappingOutsError(outer: rival, inner: out))
            bad.formUnion([path, rival.needed.path])
        }
        var seen: Set<WantedOut> = []
        return outs.filter { !bad.contains($0.needed.path) && seen.insert($0.wanted).inserted }
    }
}

extension CollectedOut {
    fileprivate var wanted: WantedOut {
        WantedOut(
            path: needed.path, oid: needed.oid, isExecutable: out.isExecutable,
            part: needed.part.path)
    }
}

extension CheckoutReport {
    mutating func add(_ other: CheckoutReport) {
        // One out, of which several parts were asked for, is one.
        entries += other.entries.filter { entry in !entries.contains { $0.path == entry.path } }
        counts += other.counts
        missing += other.missing
        unsaved += other.unsaved
        unlinked += other.unlinked
        errors += other.errors
        warnings += other.warnings
    }

    /// What the user should know of what was done.
    package var notices: [any UserFacingError] {
        unlinked.isEmpty ? [] : [TooManyLinksError(paths: unlinked)]
    }

    /// The lines that DVC prints for changed outs, in its order: `A<tab>data/`.
    ///
    /// `directory`: where the user is, from the top.
    package func lines(from directory: FilePath) -> [String] {
        let named = entries.map { entry in
            (entry, printable(entry.path.relativeName(from: directory).string))
        }
        return [Change.modified, .added, .deleted].flatMap { change in
            let group = named.filter { $0.0.change == change }
            let directories = group.filter(\.0.isDirectory).map { $0.1 + "/" }.sorted()
            let files = group.filter { !$0.0.isDirectory }.map(\.1).sorted()
            return (directories + files).map { "\(change.rawValue)\t\($0)" }
        }
    }
}

extension FilePath {
    /// The directories that it is in, from below, without the top.
    fileprivate var ancestors: [FilePath] {
        var all: [FilePath] = []
        var next = parent
        while !next.isEmpty, next != "/" {
            all.append(next)
            next = next.parent
        }
        return all
    }
}
