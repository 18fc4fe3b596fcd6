internal import Basics
internal import Git

/// Finds pipelines that mean something else in another commit only because a parameters file that
/// their templates read differs there.
///
/// Used from one task at a time.
struct ParameterChanges {
    /// A pipeline's two files and its parameters files, as a commit has them.
    private typealias Version = [GitOID?]

    private let reader: RevisionReader
    /// Newest first.
    private let commits: [GitOID]
    /// By `dvc.lock`.
    private var asked: [FilePath: Set<FilePath>] = [:]

    init(_ reader: RevisionReader, _ commits: [GitOID]) {
        self.reader = reader
        self.commits = commits
    }

    /// The `dvc.lock` of each version of these pipelines that none of `known` is; only of pipelines
    /// with files that were not asked for before.
    ///
    /// `pipelines`: as ``OutCollector/pipelinesByParameters``. Throws `SubprocessError`,
    /// ``MissingTreeError``.
    mutating func newVersions(
        of pipelines: [FilePath: Set<FilePath>], besides known: [MetafilePlace]
    ) throws -> [MetafilePlace] {
        var files: [FilePath: Set<FilePath>] = [:]
        for (parameters, locks) in pipelines where parameters.isInRepository {
            for lock in locks { files[lock, default: []].insert(parameters) }
        }
        var found: [MetafilePlace] = []
        for (lock, parameters) in files.sorted(by: { $0.key < $1.key }) {
            guard asked.updateValue(parameters, forKey: lock) != parameters else { continue }
            let yaml = lock.parent.appending("dvc.yaml")
            let paths = [lock, yaml] + parameters.sorted()
            let versions = try versions(of: paths)
            var seen: Set<Version> = []
            for place in known where place.path == lock || place.path == yaml {
                if case .commit(let oid) = place.revision, let version = versions[oid] {
                    seen.insert(version)
                }
            }
            for commit in commits {
                guard let version = versions[commit], version[1] != nil,
                    seen.insert(version).inserted
                else { continue }
                found.append(MetafilePlace(.commit(commit), lock, blob: version[0]))
            }
        }
        return found
    }

    private func versions(of paths: [FilePath]) throws -> [GitOID: Version] {
        let places = commits.flatMap { commit in
            paths.map { RevisionPath(.commit(commit), $0) }
        }
        let blobs = try reader.blobs(at: places)
        var versions: [GitOID: Version] = [:]
        for (index, commit) in commits.enumerated() {
            versions[commit] = Array(blobs[index * paths.count..<(index + 1) * paths.count])
        }
        return versions
    }
}

extension FilePath {
    /// Whether a normalized path stays below the directory that it starts from.
    fileprivate var isInRepository: Bool {
        !isAbsolute && components.first.map { !$0.elementsEqual("..".utf8) } ?? false
    }
}
