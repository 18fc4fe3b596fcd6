import Basics
import Git

/// What `git clone dvc::<url>` does besides: the new repository gets the address without the prefix, and
/// is prepared as by `git dvc install`, so that its first checkout brings the data.
///
/// Git does not say that it clones; it shows by a repository at an absolute path, with nothing in it
/// but a remote of our address (git-integration 1.2, 1.4).
struct CloneBootstrap {
    private let context: HelperContext

    init(_ context: HelperContext) { self.context = context }

    /// Prepares the repository if it is being cloned; what goes wrong is said and stops nothing.
    func run() {
        guard let name = context.name, let directory = context.environment.nonEmpty("GIT_DIR"),
            directory.hasPrefix("/"), let url = context.config["remote.\(name).url"],
            let address = HelperAddress(url)
        else { return }
        do {
            let refs = try context.git.command(["for-each-ref", "--count=1"])
                .outputIfSuccessful()
            let head = try context.git.command(["rev-parse", "--verify", "--quiet", "HEAD"]).run()
            guard refs.isEmpty, !head.status.isSuccess else { return }
            _ = try context.git.command([
                "config", "--local", "remote.\(name).url", address.inner,
            ]).outputIfSuccessful()
            try install(FilePath(directory))
        } catch {
            printMessage("warning", "cannot prepare the clone for DVC: \(summary(of: error))")
        }
    }

    /// Nobody checks out or commits in a bare repository.
    private func install(_ directory: FilePath) throws {
        var environment = context.environment
        if environment["GIT_WORK_TREE"] == nil {
            guard directory.lastComponent == ".git" else { return }
            environment["GIT_WORK_TREE"] = directory.parent.string
        }
        guard let program = suiteProgram(named: "git-dvc", environment) else { return }
        let command = Command(program, ["install", "-q"], environment: environment)
        context.trace.log("run \(command.line)")
        // Its output would be part of our conversation.
        var child = try command.start(output: .descriptor(2), errorOutput: .inherit)
        if child.wait().isSuccess {
            // What the clone fetches is not written down yet.
            try CloneMark.set(in: directory)
        } else {
            printMessage("warning", "the clone is not prepared: run 'git dvc install' in it")
        }
    }
}
