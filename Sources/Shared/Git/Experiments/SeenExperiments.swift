package import Basics

/// What a Git remote was once seen to have of experiments, in a file of the repository.
///
/// An experiment that is here and no longer there was taken away by somebody, and does not follow its
/// commits again (git-integration 2.9). Losing the file means that it does.
package struct SeenExperiments {
    private let path: FilePath

    /// The file for the Git remote `name`.
    ///
    /// `commonDirectory`: of the repository.
    package init(on name: String, in commonDirectory: FilePath) {
        let encoded = percentEncoded(Array(name.utf8), keepingSlashes: false)
        path = commonDirectory.appending("dvc").appending(Self.filePrefix + encoded)
    }

    /// What the names of such files begin with, in `<common Git directory>/dvc`.
    package static let filePrefix = "experiments-"

    /// The tips by ref.
    package func read() throws -> [String: GitOID] {
        let bytes = try readFileIfPresent(path, limit: 256 << 20) ?? []
        return Dictionary(
            Experiment.parse(bytes).map { ($0.ref.description, $0.tip) },
            uniquingKeysWith: { _, last in last })
    }

    package func write(_ tips: [String: GitOID]) throws {
        let lines = tips.map { "\($0.value) \($0.key)\n" }.sorted()
        if lines.isEmpty { return try removeFile(path) }
        try createDirectories(path.parent)
        try writeFile(path, lines.flatMap { Array($0.utf8) })
    }
}
