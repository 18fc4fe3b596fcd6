package import Basics

/// The user's hook `post-push`: Git itself has no such event, the suite provides it.
///
/// The hook gets the remote's name (or address) and address as arguments and, on its standard input, a
/// line for each ref: `<local ref> <local oid> <remote ref> <remote oid> <result>`, where the result is
/// `ok` or `error <why>` (design 7).
package struct PostPushHook {
    package static let name = "post-push"

    private let path: FilePath

    /// The hook of the repository that the process is in; `nil` when there is none.
    ///
    /// Throws `SubprocessError`, `SystemError`.
    package init?(using git: GitProgram) throws {
        let answer = try git.command(["rev-parse", "--git-path", "hooks/\(Self.name)"]).run()
        guard answer.status.isSuccess else { return nil }
        try self.init(at: FilePath(String(decoding: answer.output.dropLast(), as: UTF8.self)))
    }

    /// The hook at a path as `rev-parse --git-path` prints it; `nil` when there is none.
    ///
    /// Throws `SystemError`.
    package init?(at path: FilePath) throws {
        let hook = try FilePath.currentDirectory().appending(path)
        guard isExecutableFile(hook) else { return nil }
        self.path = hook
    }

    /// Runs it; its exit status changes nothing.
    ///
    /// `results`: what became of each ref, in the words that the hook is told. Throws `SubprocessError`.
    package func run(
        _ results: [(update: RefUpdate, result: String)], remote: String, url: String,
        _ environment: Environment, _ trace: Trace
    ) throws {
        let command = Command(path, [remote, url], environment: environment)
        trace.log("run \(command.line)")
        // Standard output may be Git's, so what the hook prints goes where people see it.
        var child = try command.start(input: .pipe, output: .descriptor(2), errorOutput: .inherit)
        let lines = results.flatMap { update, result in
            update.hookLine.dropLast() + Array(" \(result)\n".utf8)
        }
        // A hook that does not read them is no error.
        try? child.input?.write(lines)
        let status = child.wait()
        if !status.isSuccess {
            printMessage("warning", "the hook post-push ended with code \(status.code)")
        }
    }
}
