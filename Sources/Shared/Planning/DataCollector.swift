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

    package convenience init(_ repository: GitRepository, sources: ConfigurationSources) {
        self.init(
            repository, RevisionReader(repository), Configurations(sources, in: repository))
    }

    init(_ repository: GitRepository, _ reader: RevisionReader, _ configurations: Configurations) {
        self.repository = repository
        self.reader = reader
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
        for places in try metafiles(selection, search.roots, commits, &warnings) {
            try collector.collect(places.filter(search.mayConcern), in: search.roots)
            let found = collector.take()
            search.take(found.stages, found.data, of: places)
        }
        try search.checkFound(from: standpoint)
        var data = search.result
        data.commits = commits
        data.warnings = warnings
        return data
    }

    /// All outs of the commits, in every DVC root; needs no working copy.
    ///
    /// Throws ``TargetError``, `SubprocessError`, `SystemError`.
    package func collect(commits revisions: RevisionSelection) throws -> CollectedData {
        let commits = try revisions.commits(in: repository)
        try collector.collect(try MetafileWalk(reader, roots: nil).metafiles(of: commits))
        var data = collector.take().data
        data.commits = commits
        return data
    }

    /// The metafiles to read, in parts that must be understood each by itself.
    private func metafiles(
        _ selection: DataSelection, _ roots: Set<FilePath>, _ commits: [GitOID],
        _ warnings: inout [any UserFacingError]
    ) throws -> [[MetafilePlace]] {
        var workspace: [MetafilePlace] = []
        if selection.revisions.includesWorkspace {
            func isWanted(_ path: FilePath) -> Bool {
                roots.contains { path.relative(to: $0) != nil }
            }
            let files = try repository.workspaceFiles()
            workspace = files.metafiles.filter(isWanted).map { MetafilePlace(.workspace, $0) }
            if selection.targets.isEmpty {
                warnings += files.obsolete.filter(isWanted).map { ObsoleteFileError(path: $0) }
            }
        }
        guard selection.withDependencies else {
            return [workspace, try MetafileWalk(reader, roots: roots).metafiles(of: commits)]
        }
        // The ancestors of a stage are those of its own revision.
        var parts = [workspace]
        for commit in commits {
            let places = try MetafileWalk(reader, roots: roots).metafiles(of: [commit])
            // Few commits change metafiles.
            if let last = parts.last, last.elementsEqual(places, by: { $0.isSame(as: $1) }) {
                continue
            }
            parts.append(places)
        }
        return parts
    }
}

extension MetafilePlace {
    /// Whether this is the same file with the same content, in another commit or not.
    fileprivate func isSame(as other: MetafilePlace) -> Bool {
        blob != nil && blob == other.blob && path == other.path
    }
}
