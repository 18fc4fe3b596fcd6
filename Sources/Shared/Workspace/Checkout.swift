package import Basics
package import DVC
internal import Digests
package import LocalBackend
package import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Brings outs from the cache into the working copy, as links or copies, and removes what is there too
/// much.
///
/// Work grows with what differs: unchanged files are examined, and read only when ``FileStates`` does
/// not know them. Each file is the old one or the new one at any instant, so a checkout that was
/// stopped is completed by the next. Nothing is written through a link, or outside of the working copy
/// (git-integration 8.7), and no content is lost that is not in the cache, unless that is asked for.
/// The caller holds DVC's lock. Source: dvc-compat 4.8.
package struct Checkout: Sendable {
    private let workspace: WorkspaceDirectory
    private let root: FilePath
    private let cache: LocalStore
    private let types: [LinkType]
    private let states: FileStates
    private let threads: Int

    /// Checks out below a DVC root.
    ///
    /// `root`: the DVC root, from the top. `types`: `cache.type`, the best one first. `threads`: how many
    /// files at a time.
    package init(
        _ workspace: WorkspaceDirectory, root: FilePath, cache: LocalStore, types: [LinkType],
        states: FileStates, threads: Int
    ) {
        self.workspace = workspace
        self.root = root
        self.cache = cache
        self.types = types
        self.states = states
        self.threads = max(1, threads)
    }

    /// Puts the outs into place.
    ///
    /// `stale`: paths that no metafile mentions any more, and that we once put there; what is in them
    /// goes as far as it is in the cache. `kept`: the paths of all outs, of which nothing goes. What is
    /// amiss with single outs and files is in the report. Throws what concerns all: `SystemError`,
    /// `CancellationError`.
    package func run(
        _ outs: [WantedOut], stale: [FilePath] = [], keeping kept: Set<FilePath> = [],
        _ options: CheckoutOptions
    ) async throws -> CheckoutReport {
        let executor = try BlockingExecutor(threads: threads)
        defer { executor.shutDown() }
        var report = CheckoutReport()
        var surveys = try await survey(
            outs, stale: stale, keeping: kept, options, executor, &report)
        if options.unsaved != .replace {
            report.unsaved = surveys.flatMap(\.unsaved).sorted()
            if options.unsaved == .refuse, !report.unsaved.isEmpty { return report }
            for index in surveys.indices { surveys[index].keepUnsaved() }
        }
        let placer = FilePlacer(cache, types: usableTypes)
        let work = CheckoutWork(
            workspace: workspace, placer: placer, states: states, threads: threads,
            executor: executor)
        try await work.run(surveys, &report)
        return report
    }

    /// The files that are in the way of the outs and whose content is saved nowhere; nothing changes.
    ///
    /// Throws `SystemError`, `CancellationError`.
    package func unsaved(against outs: [WantedOut]) async throws -> [FilePath] {
        let executor = try BlockingExecutor(threads: threads)
        defer { executor.shutDown() }
        // What is amiss with single outs is told when they are put into place.
        var report = CheckoutReport()
        let surveys = try await survey(outs, stale: [], keeping: [], .init(), executor, &report)
        return surveys.flatMap(\.unsaved).sorted()
    }

    /// What is to be done for each out; what is amiss with single ones is added to the report.
    private func survey(
        _ outs: [WantedOut], stale: [FilePath], keeping kept: Set<FilePath>,
        _ options: CheckoutOptions, _ executor: BlockingExecutor, _ report: inout CheckoutReport
    ) async throws -> [OutSurvey] {
        let surveyor = Surveyor(
            workspace: workspace, root: root, cache: cache, types: types, options: options,
            states: states, threads: threads, executor: executor,
            ignoresCase: workspace.ignoresCase(in: root))
        var surveys: [OutSurvey] = []
        for path in stale {
            try await collecting(&report.errors) {
                guard var survey = try await surveyor.surveyStale(path, keeping: kept) else {
                    return
                }
                // Nobody asked for these to be there or not to be.
                survey.keepUnsaved()
                if !survey.isUnchanged { surveys.append(survey) }
            }
        }
        for out in outs {
            try await collecting(&report.errors) {
                guard let survey = try await surveyor.survey(out) else {
                    report.missing.append(out.path)
                    return
                }
                if !survey.isUnchanged { surveys.append(survey) }
            }
        }
        return surveys
    }

    /// Without the types that DVC does not know here; copying works everywhere.
    private var usableTypes: [LinkType] { types.isEmpty ? [.copy] : types }
}

/// Notes what is amiss with one out, and lets everything else pass.
func collecting(
    _ errors: inout [any UserFacingError], _ body: () async throws -> Void
) async throws {
    do {
        try await body()
    } catch let error as any UserFacingError {
        errors.append(error)
    }
}
