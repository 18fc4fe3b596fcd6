import Basics
import Git

/// What a push did, for the user's `post-push` hook: Git itself has no such event.
///
/// The hook gets the remote's name (or address) and address as arguments and, on its standard input, a
/// line for each ref: `<local ref> <local oid> <remote ref> <remote oid> <result>`, where the result is
/// `ok` or `error <why>` (design 7).
struct FinishedPush {
    let updates: [RefUpdate]
    /// Of each ref the first line of its answer.
    let answers: [String: String]

    /// Runs the hook, if there is one; its exit status changes nothing.
    func tell(_ context: HelperContext) {
        if context.environment.isOn("DVC_SKIP") { return }
        do {
            let path = try context.preparation.postPushHook()
            let hook = try FilePath.currentDirectory().appending(path)
            guard isExecutableFile(hook) else { return }
            let command = Command(
                hook, [context.remote, context.shownAddress], environment: context.environment)
            context.trace.log("run \(command.line)")
            // Standard output is Git's, so what the hook prints goes where people see it.
            var child = try command.start(
                input: .pipe, output: .descriptor(2), errorOutput: .inherit)
            // A hook that does not read them is no error.
            try? child.input?.write(updates.flatMap(line))
            let status = child.wait()
            if !status.isSuccess {
                printMessage("warning", "the hook post-push ended with code \(status.code)")
            }
        } catch {
            printMessage("warning", "cannot run the hook post-push: \(summary(of: error))")
        }
    }

    private func line(_ update: RefUpdate) -> [UInt8] {
        let answer = answers[update.remoteRef] ?? ""
        let words = answer.split(separator: " ", maxSplits: 2).map(String.init)
        let result =
            words.first == "ok" ? "ok" : "error \(words.count > 2 ? words[2] : "unknown")"
        return update.hookLine.dropLast() + Array(" \(result)\n".utf8)
    }
}
