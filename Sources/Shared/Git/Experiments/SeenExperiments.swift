internal import Basics

/// What a Git remote was once seen to have of experiments, in a file of the repository.
///
/// An experiment that is here and no longer there was taken away by somebody, and does not follow its
/// commits again (git-integration 2.9). Losing the file means that it does.
package struct SeenExperiments {
    private let name: String
    private let git: GitProgram

    /// The file for the Git remote `name`, in the repository that the process is in.
    package init(on name: String, _ git: GitProgram) {
        self.name = name
        self.git = git
    }

    /// What the names of such files begin with, in `<common Git directory>/dvc`.
    package static let filePrefix = "experiments-"

    private func file() throws -> FilePath {
        let answer = try git.command(["rev-parse", "--git-common-dir"]).outputIfSuccessful()
        let common = FilePath(String(decoding: answer.dropLast(), as: UTF8.self))
        let encoded = percentEncoded(Array(name.utf8), keepingSlashes: false)
        return common.appending("dvc").appending(Self.filePrefix + encoded)
    }

    /// The tips by ref.
    package func read() throws -> [String: GitOID] {
        let bytes = try readFileIfPresent(file(), limit: 256 << 20) ?? []
        return Dictionary(
            Experiment.parse(bytes).map { ($0.ref.description, $0.tip) },
            uniquingKeysWith: { _, last in last })
    }

    package func write(_ tips: [String: GitOID]) throws {
        let path = try file()
        let lines = tips.map { "\($0.value) \($0.key)\n" }.sorted()
        if lines.isEmpty { return try removeFile(path) }
        try createDirectories(path.parent)
        try writeFile(path, lines.flatMap { Array($0.utf8) })
    }
}
