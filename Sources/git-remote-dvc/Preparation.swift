import Basics
import Git

/// What a push needs to know of the repository: Git is asked while the server thinks.
///
/// What was not asked beforehand is asked when it is needed.
final class Preparation {
    private let git: GitProgram
    private var paths: RunningCommand?
    private var refs: RunningCommand?
    private var foundPaths: [FilePath]?

    init(_ git: GitProgram) { self.git = git }

    /// Asks for the paths.
    func beginPaths() throws {
        if paths != nil || foundPaths != nil { return }
        let words = ["rev-parse", "--git-common-dir", "--git-path", "hooks/post-push"]
        paths = try git.command(words).begin()
    }

    /// Asks for the experiments.
    func beginExperiments() throws {
        if refs != nil { return }
        let format = "--format=%(objectname) %(refname)"
        refs = try git.command(["for-each-ref", format, ExperimentRef.namespace]).begin()
    }

    /// The experiments of this repository.
    func experiments() throws -> [Experiment] {
        try beginExperiments()
        guard let question = refs.take() else { return [] }
        return Experiment.parse(try question.outputIfSuccessful())
    }

    /// Where all worktrees keep what they share; may be relative.
    func commonDirectory() throws -> FilePath { try answeredPaths().first ?? "" }

    /// Where the user's hook would be; may be relative.
    func postPushHook() throws -> FilePath { try answeredPaths().last ?? "" }

    private func answeredPaths() throws -> [FilePath] {
        try beginPaths()
        if let question = paths.take() {
            let answer = try question.outputIfSuccessful()
            foundPaths = String(decoding: answer, as: UTF8.self).split(separator: "\n")
                .map { FilePath(String($0)) }
        }
        return foundPaths ?? []
    }
}
