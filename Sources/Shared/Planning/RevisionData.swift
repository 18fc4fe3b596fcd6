package import Basics
package import DVC
package import Digests
package import Git

/// What tables of experiments show of one revision; paths are from the DVC root.
package struct RevisionData: Sendable {
    /// What could not be read, with the name of Python's error.
    package struct Failure: Error, Sendable {
        package let type: String
        package let message: String
    }

    package struct File: Sendable {
        package let path: FilePath
        package let values: Result<ShownValues, Failure>
    }

    package struct Dependency: Sendable {
        package let path: FilePath
        package let hash: ObjectID?
        package let size: Int64?
        package let fileCount: Int?
    }

    package struct Output: Sendable {
        package let content: Dependency
        package let isCached: Bool
        /// Whether no command makes it: it is of a `.dvc` file.
        package let isSource: Bool
    }

    package var parameters: [File] = []
    package var metrics: [File] = []
    package var dependencies: [Dependency] = []
    package var outputs: [Output] = []
}

/// Reads metrics, parameters and what stages record, of any revisions.
///
/// Used from one task at a time. Source: `SerializableExp.from_repo` in DVC 3.67
/// `repo/experiments/serialize.py`.
package final class RevisionDataReader {
    /// Gets an object from a cache; `nil` when it is not there.
    package typealias ReadCache = (ObjectID, RootConfiguration) -> [UInt8]?

    private let repository: GitRepository
    private let root: FilePath
    private let reader: RevisionReader
    private let collector: OutCollector
    private let readCache: ReadCache

    /// `root`: the DVC root, from the top of the repository.
    package init(
        _ repository: GitRepository, sources: ConfigurationSources, root: FilePath,
        readCache: @escaping ReadCache
    ) {
        self.repository = repository
        self.root = root
        self.readCache = readCache
        reader = RevisionReader(repository)
        collector = OutCollector(
            reader, Configurations(sources, in: repository), keepsStages: true, keepsContent: true)
    }

    /// Reads one revision; a metafile that cannot be read fails it as a whole, as in DVC.
    ///
    /// `stageParametersOnly`: without parameters that no stage reads. Throws `SubprocessError`,
    /// `SystemError`.
    package func read(
        _ revision: Revision, stageParametersOnly: Bool
    ) throws -> Result<RevisionData, RevisionData.Failure> {
        try collector.collect(places(of: revision), in: [root])
        let pipelines = collector.pipelines
        let found = collector.take()
        if let problem = found.data.problems.first {
            let path = problem.sources.first.map { "'\($0.path)'" } ?? "a metafile"
            var message = "\(path) cannot be read"
            if case .unreadable(let error) = problem.cause { message = error.summary }
            return .failure(.init(type: "YAMLValidationError", message: message))
        }
        let stages = found.stages.inWalkOrder
        var data = RevisionData()
        for stage in stages { add(stage, to: &data) }
        data.metrics = try metrics(of: stages, pipelines, found.data.outs, revision)
        data.parameters = try parameters(
            of: stages, stageParametersOnly ? nil : pipelines, revision)
        return .success(data)
    }

    private func places(of revision: Revision) throws -> [MetafilePlace] {
        switch revision {
        case .commit(let commit):
            return try MetafileWalk(reader, roots: [root]).metafiles(of: [commit])
        case .workspace:
            return try repository.workspaceMetafiles()
                .filter { $0.relative(to: root) != nil }.map { MetafilePlace(.workspace, $0) }
        }
    }

    private func add(_ collected: CollectedStage, to data: inout RevisionData) {
        guard let stage = collected.stage else { return }
        for case .content(let location, let content) in stage.state.inputs {
            data.dependencies.append(dependency(location, content, of: collected))
        }
        for out in stage.outs where !out.isMetric && !out.isPlot {
            let content = dependency(out.location, out.content, of: collected)
            data.outputs.append(
                .init(content: content, isCached: out.isCached, isSource: collected.name == nil))
        }
    }

    private func dependency(
        _ location: OutLocation, _ content: RecordedContent, of stage: CollectedStage
    ) -> RevisionData.Dependency {
        var isInside = false
        var path: FilePath
        switch location {
        case .inside(let place):
            isInside = true
            path = stage.metafile.parent.appending(place).normalized
            path = path.relative(to: root) ?? path
        case .outside(let text): path = FilePath(text)
        }
        return .init(
            path: path, hash: content.oid(isInside: isInside), size: content.size,
            fileCount: content.fileCount)
    }

    // MARK: Metrics

    private func metrics(
        of stages: [CollectedStage], _ pipelines: [CollectedPipeline], _ outs: [CollectedOut],
        _ revision: Revision
    ) throws -> [RevisionData.File] {
        var paths: [FilePath] = []
        for stage in stages {
            for out in stage.stage?.outs ?? [] where out.isMetric {
                if let path = self.path(of: out.location, stage.metafile) { paths.append(path) }
            }
        }
        for pipeline in pipelines {
            paths += pipeline.metrics.map { pipeline.directory.appending($0).normalized }
        }
        // What `cache: false` leaves to Git may be in the cache of a run, and is not looked for there.
        let cached = Dictionary(
            outs.filter(\.out.isCached).map { ($0.needed.path, $0) },
            uniquingKeysWith: { first, _ in first })
        return try uniqued(paths).map { path in
            let bytes = try content(of: path, revision) ?? cached[path].flatMap(self.cached)
            return file(path, bytes) { bytes throws(ParameterFileError) in
                try ShownValues(metrics: bytes, named: path)
            }
        }
    }

    private func cached(_ out: CollectedOut) -> [UInt8]? {
        readCache(out.needed.oid, out.configuration)
    }

    // MARK: Parameters

    /// `pipelines`: whose own lists count; `nil` for only what stages read.
    private func parameters(
        of stages: [CollectedStage], _ pipelines: [CollectedPipeline]?, _ revision: Revision
    ) throws -> [RevisionData.File] {
        var files: [FilePath] = []
        var names: [FilePath: [String]] = [:]
        var whole: Set<FilePath> = []
        func add(_ path: FilePath, _ own: [String]) {
            files.append(path)
            if own.isEmpty { whole.insert(path) }
            names[path, default: []] += own
        }
        for stage in stages {
            for case .parameters(let parameters) in stage.stage?.state.inputs ?? [] {
                guard let path = path(of: parameters.file, stage.metafile) else { continue }
                add(path, parameters.names)
            }
        }
        for pipeline in pipelines ?? [] {
            for name in pipeline.parameters {
                add(pipeline.directory.appending(name).normalized, [])
            }
        }
        let usual = root.appending("params.yaml")
        if pipelines != nil, try content(of: usual, revision) != nil { add(usual, []) }
        return try uniqued(files).map { path in
            let wanted = whole.contains(path) ? [] : uniqued(names[path] ?? [])
            return file(path, try content(of: path, revision)) { bytes throws(ParameterFileError) in
                try ShownValues(parameters: bytes, named: path, names: wanted)
            }
        }
    }

    // MARK: Files

    private func path(of location: OutLocation, _ metafile: FilePath) -> FilePath? {
        guard case .inside(let place) = location else { return nil }
        return metafile.parent.appending(place).normalized
    }

    /// What Git or the working copy has at a path that does not leave the repository.
    private func content(of path: FilePath, _ revision: Revision) throws -> [UInt8]? {
        guard path.components.first?.elementsEqual("..".utf8) == false, !path.isAbsolute else {
            return nil
        }
        let answer = try reader.files([.init(RevisionPath(revision, path))]).first
        guard case .file(let file)? = answer else { return nil }
        return file.bytes
    }

    private func file(
        _ path: FilePath, _ bytes: [UInt8]?,
        _ read: ([UInt8]) throws(ParameterFileError) -> ShownValues
    ) -> RevisionData.File {
        let name = path.relative(to: root) ?? path
        guard let bytes else {
            let missing = RevisionData.Failure(
                type: "FileNotFoundError",
                message: "[Errno 2] No such file or directory: '\(name)'")
            return .init(path: name, values: .failure(missing))
        }
        let values = Result { () throws(ParameterFileError) in try read(bytes) }
            .mapError {
                RevisionData.Failure(type: "ParseError", message: "'\(name)': \($0.problem)")
            }
        return .init(path: name, values: values)
    }
}

/// What a `dvc.yaml` lists outside of its stages.
struct CollectedPipeline {
    let directory: FilePath
    let metrics: [String]
    let parameters: [String]
}
