internal import Basics
internal import DVC
package import Git

/// Turns a selection into the outs that it means: for push, status, verify and fetch alike.
///
/// A broken metafile becomes a problem and does not hide the others. Used from one task at a time.
package final class DataCollector {
    private let repository: GitRepository
    private let reader: RevisionReader
    private let collector: OutCollector
    private let files: MetafileNames?

    /// `files`: what the working copy has, where the caller has asked for it already; `reader`: one that
    /// has started.
    package convenience init(
        _ repository: GitRepository, sources: ConfigurationSources, files: MetafileNames? = nil,
        reader: RevisionReader? = nil
    ) {
        self.init(
            repository, reader ?? RevisionReader(repository),
            Configurations(sources, in: repository), files)
    }

    init(
        _ repository: GitRepository, _ reader: RevisionReader, _ configurations: Configurations,
        _ files: MetafileNames? = nil
    ) {
        self.repository = repository
        self.reader = reader
        self.files = files
        collector = OutCollector(reader, configurations, keepsStages: true)
    }

    /// The outs that the selection means.
    ///
    /// A target must be in one of the revisions at least, not in each; what concerns a single
    /// metafile or commit becomes a problem. Throws ``TargetError``, `SubprocessError`,
    /// `SystemError`.
    package func collect(
        _ selection: DataSelection, from standpoint: Standpoint
    ) throws -> CollectedData {
        let targets = try TargetMatcher.Target.all(of: selection, from: standpoint)
        let commits = try selection.revisions.commits(in: repository)
        var search = TargetSearch(targets, withDependencies: selection.withDependencies)
        var warnings: [any UserFacingError] = []
        let workspace = try workspaceMetafiles(selection, search.roots, &warnings)
        if selection.withDependencies {
            try self.search(workspace, in: &search)
            try searchEach(of: commits, after: workspace, in: &search)
        } else {
            let places = try collect(commits, in: search.roots, after: workspace) {
                search.mayConcern($0)
            }
            let found = collector.take()
            search.take(found.stages, found.data, of: places)
        }
        try search.checkFound(from: standpoint)
        var data = search.result
        data.problems = try withoutRepetitions(data.problems)
        data.commits = commits
        data.warnings = warnings
        return data
    }

    /// All outs of the commits, in every DVC root; needs no working copy.
    ///
    /// Throws ``TargetError``, `SubprocessError`, `SystemError`.
    package func collect(commits revisions: RevisionSelection) throws -> CollectedData {
        let commits = try revisions.commits(in: repository)
        _ = try collect(commits, in: nil, after: []) { _ in true }
        var data = collector.take().data
        data.commits = commits
        return data
    }

    /// All outs of the commits and, if it is selected, of the working copy, in every DVC root.
    ///
    /// Throws ``TargetError``, `SubprocessError`, `SystemError`.
    package func collectAll(_ revisions: RevisionSelection) throws -> CollectedData {
        let commits = try revisions.commits(in: repository)
        let workspace =
            revisions.includesWorkspace
            ? try repository.workspaceMetafiles().map { MetafilePlace(.workspace, $0) } : []
        _ = try collect(commits, in: nil, after: workspace) { _ in true }
        var data = collector.take().data
        data.commits = commits
        return data
    }

    /// Reads the metafiles of the workspace and of the commits, each meaning once, and says which
    /// there are.
    private func collect(
        _ commits: [GitOID], in roots: Set<FilePath>?, after workspace: [MetafilePlace],
        where isWanted: (MetafilePlace) -> Bool
    ) throws -> [MetafilePlace] {
        var places = workspace + (try MetafileWalk(reader, roots: roots).metafiles(of: commits))
        var unread = places
        var changes = ParameterChanges(reader, commits)
        // A file that a template names may name more.
        while !unread.isEmpty {
            try collector.collect(unread.filter(isWanted), in: roots)
            unread = try changes.newVersions(of: collector.pipelinesByParameters, besides: places)
            places += unread
        }
        return places
    }

    /// Looks at each commit by itself: the ancestors of a stage are those of its own revision.
    private func searchEach(
        of commits: [GitOID], after workspace: [MetafilePlace], in search: inout TargetSearch
    ) throws {
        var last = workspace
        var context: Set<MetafileVersion>?
        for commit in commits {
            let places = try MetafileWalk(reader, roots: search.roots).metafiles(of: [commit])
            // Few commits change metafiles, or what decides what they mean.
            if last.elementsEqual(places, by: { $0.isSame(as: $1) }),
                try context.map({ try isSame($0, in: commit) }) ?? places.isEmpty
            {
                continue
            }
            context = try self.search(places, in: &search)
            last = places
        }
    }

    /// Without what is amiss in commits with files that the working copy has just so.
    private func withoutRepetitions(_ problems: [PlanProblem]) throws -> [PlanProblem] {
        let inWorkspace = Set(
            problems.filter { $0.revision == .workspace }.map { $0.sources.map(\.path) })
        if inWorkspace.isEmpty { return problems }
        return try problems.filter { problem in
            guard case .commit = problem.revision,
                inWorkspace.contains(problem.sources.map(\.path))
            else { return true }
            return try !problem.sources.allSatisfy { source in
                let answers = try reader.files([
                    .init(RevisionPath(problem.revision, source.path)),
                    .init(RevisionPath(.workspace, source.path)),
                ])
                return answers[0].bytes == answers[1].bytes
            }
        }
    }

    private func isSame(_ context: Set<MetafileVersion>, in commit: GitOID) throws -> Bool {
        let files = Array(context)
        return try zip(files, reader.blobs(at: files.map(\.path), in: commit))
            .allSatisfy { $0.blob == $1 }
    }

    /// Looks for the targets in metafiles of one revision; returns what these depend on.
    @discardableResult
    private func search(
        _ places: [MetafilePlace], in search: inout TargetSearch
    ) throws -> Set<MetafileVersion> {
        try collector.collect(places.filter(search.mayConcern), in: search.roots)
        let context = collector.context
        let found = collector.take()
        search.take(found.stages, found.data, of: places)
        return context
    }

    /// Those metafiles of the working copy that the selection is about.
    private func workspaceMetafiles(
        _ selection: DataSelection, _ roots: Set<FilePath>, _ warnings: inout [any UserFacingError]
    ) throws -> [MetafilePlace] {
        guard selection.revisions.includesWorkspace else { return [] }
        func isWanted(_ path: FilePath) -> Bool {
            roots.contains { path.relative(to: $0) != nil }
        }
        let files = try files ?? repository.workspaceFiles()
        if selection.targets.isEmpty {
            warnings += files.obsolete.filter(isWanted).map { ObsoleteFileError(path: $0) }
        }
        return files.metafiles.filter(isWanted).map { MetafilePlace(.workspace, $0) }
    }
}

extension RevisionReader.Answer {
    fileprivate var bytes: [UInt8]? {
        if case .file(let file) = self { file.bytes } else { nil }
    }
}

extension MetafilePlace {
    /// Whether this is the same file with the same content, in another commit or not.
    fileprivate func isSame(as other: MetafilePlace) -> Bool {
        blob != nil && blob == other.blob && path == other.path
    }
}
