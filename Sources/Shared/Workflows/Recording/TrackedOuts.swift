internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning

/// An out of the working copy and the metafile that names it.
struct TrackedOut {
    let out: Out
    /// Relative to the top of the repository, as the following.
    let path: FilePath
    /// The `.dvc` file, or `dvc.yaml`.
    let metafile: FilePath
    let isImport: Bool

    var isPipeline: Bool { out.stage != nil }
    var isDirectory: Bool { out.isDirectory }

    /// As DVC calls the stage.
    var stageName: String { isPipeline ? out.stage ?? "" : metafile.string }
}

extension Session {
    /// All outs of the working copy of one DVC root.
    ///
    /// Throws for the first metafile that cannot be read, as DVC refuses to go on then.
    func trackedOuts(in root: FilePath) throws -> [TrackedOut] {
        let reader = RevisionReader(repository)
        let collector = OutCollector(reader, Configurations(configurationSources, in: repository))
        try collector.collect(
            try workspaceMetafiles(below: root).map { MetafilePlace(.workspace, $0) }, in: [root])
        for problem in collector.problems {
            if case .unreadable(let error) = problem.cause { throw error }
        }
        func metafile(_ sources: [MetafileVersion]) -> FilePath {
            let first = sources[0].path
            return first.lastComponent == "dvc.lock" ? first.parent.appending("dvc.yaml") : first
        }
        let known = collector.outs.map { out in
            TrackedOut(
                out: out.out, path: out.needed.path, metafile: metafile(out.needed.sources),
                isImport: out.metafileKind != .data)
        }
        let unknown = collector.unidentified.map { out in
            TrackedOut(
                out: out.out, path: out.path, metafile: metafile(out.sources), isImport: false)
        }
        return known + unknown
    }
}
