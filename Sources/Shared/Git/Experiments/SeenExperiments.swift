package import Basics

/// What a Git remote was once seen to have of experiments, in a file of the repository.
///
/// An experiment that is here and no longer there was taken away by somebody, and does not follow its
/// commits again (git-integration 2.9). Losing the file means that it does.
package struct SeenExperiments {
    /// `nil` where nothing is remembered.
    private let path: FilePath?

    /// The file for the Git remote `name`; `nil` for an address, of which nothing is remembered.
    ///
    /// `commonDirectory`: of the repository.
    package init(on name: String?, in commonDirectory: FilePath) {
        path = name.map { name in
            let encoded = percentEncoded(Array(name.utf8), keepingSlashes: false)
            return commonDirectory.appending("dvc").appending(Self.filePrefix + encoded)
        }
    }

    /// What the names of such files begin with, in `<common Git directory>/dvc`.
    package static let filePrefix = "experiments-"

    /// Those of these experiments that may go there by themselves: what is there already does not, nor what
    /// somebody took away.
    ///
    /// `there`: what the remote has, by the ref's full name. Throws `SystemError`.
    package func sendable(
        of candidates: [Experiment], there: [String: GitOID]
    ) throws(SystemError) -> [Experiment] {
        let news = candidates.map { (name: $0.ref.description, experiment: $0) }
            .filter { name, experiment in there[name] != experiment.tip }
        if news.isEmpty { return [] }
        let known = try read()
        return news.compactMap { name, experiment in
            there[name] == nil && known[name] == experiment.tip ? nil : experiment
        }
    }

    /// Writes down what the remote has besides what it once had.
    ///
    /// `there`: as it was listed, refs of other kinds among them; `sent`: what it has taken since. Throws
    /// `SystemError`.
    package func record(
        there: [String: GitOID], sent: [Experiment]
    ) throws(SystemError) {
        guard let path else { return }
        var known = try read()
        for (name, tip) in there where ExperimentRef(name) != nil { known[name] = tip }
        for experiment in sent { known[experiment.ref.description] = experiment.tip }
        let lines = known.map { "\($0.value) \($0.key)\n" }.sorted()
        if lines.isEmpty { return try removeFile(path) }
        try createDirectories(path.parent)
        try writeFile(path, lines.flatMap { Array($0.utf8) })
    }

    /// The tips by ref.
    private func read() throws(SystemError) -> [String: GitOID] {
        guard let path else { return [:] }
        let bytes = try readFileIfPresent(path, limit: 256 << 20) ?? []
        return Dictionary(
            Experiment.parse(bytes).map { ($0.ref.description, $0.tip) },
            uniquingKeysWith: { _, last in last })
    }
}
