internal import Basics
package import Git

/// The submodules of a clone that was asked for them, made ready as the clone itself is.
///
/// Git clones them when the last hook of the clone has run. So they are brought here, as Git would bring
/// them, and Git finds them in place; then each gets hooks and data.
package struct CloneSubmodules {
    private let session: Session
    private let git: GitProgram
    private let top: FilePath

    /// `nil` when `git clone` was not told to bring them, or there are none.
    package init?(_ session: Session) throws {
        guard let top = session.repository.workTree, fileExists(top.appending(".gitmodules")),
            try session.repository.command(["config", "--local", "--get", "submodule.active"])
                .run().status.isSuccess
        else { return nil }
        self.session = session
        self.top = top
        // In a hook Git's own variables mean this repository.
        git = try GitProgram(environment: session.environment.outsideOfGit, trace: session.trace)
    }

    /// Brings them and makes them ready; whatever goes wrong with one is said by the program that finds it.
    ///
    /// `cloning`: the command that is under way. Throws `GitError`, `MissingProgramError`,
    /// `SubprocessError`.
    package func run(_ cloning: CloneCommandLine, isQuiet: Bool) throws {
        // Where it fails, Git does the same again, and says what is wrong.
        guard
            try isDone(["update", "--require-init", "--recursive"] + cloning.submoduleOptions)
        else { return }
        let program = shellWord(
            try requiredProgram(named: "git-dvc", session.environment).string)
        let quiet = isQuiet ? " --quiet" : ""
        let script = "\(program) install --quiet && \(program) git-hook post-checkout\(quiet) || :"
        _ = try isDone(["foreach", "--quiet", "--recursive", script])
    }

    private func isDone(_ words: [String]) throws(SubprocessError) -> Bool {
        let command = git.command(["-C", top.string, "submodule"] + words)
        var child = try command.start(output: .descriptor(2), errorOutput: .inherit)
        return child.wait().isSuccess
    }
}
