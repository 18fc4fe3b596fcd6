import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

// dvc-hooks <hook> [arguments]: what the installed hook scripts call. It decides within a few
// milliseconds whether there is work, and leaves the work to git-dvc. Nothing here may start
// threads, read configuration or open the repository's databases.

signal(SIGPIPE, SIG_IGN)
signal(SIGCHLD, SIG_DFL)  // ignored by whoever started us, it would hide how git ends

exit(run(Array(CommandLine.arguments.dropFirst()), .current()))

/// Returns the exit status of the hook that the first word names.
func run(_ words: [String], _ environment: Environment) -> CInt {
    let arguments = Array(words.dropFirst())
    let isPreCommit = arguments.isEmpty && environment.isOn("PRE_COMMIT")
    switch words.first {
    case "pre-push" where arguments.count == 2:
        return prePush(remote: arguments[0], url: arguments[1], environment: environment)
    case "pre-push" where isPreCommit:
        return prePushFromPreCommit(environment: environment)
    case "reference-transaction" where arguments.count == 1:
        return referenceTransaction(arguments[0], environment: environment)
    case "pre-receive" where arguments.isEmpty: return preReceive(environment: environment)
    case "pre-commit" where arguments.isEmpty:
        return preCommit(environment: environment)
    case "post-checkout"?, "post-merge"?, "post-rewrite"?:
        let hook = words[0]
        let command =
            isPreCommit
            ? FinishedCommand(hook: hook, environment: environment)
            : FinishedCommand(hook: hook, arguments: arguments)
        if answeredProbe(environment) { return 0 }
        // Git LFS has no hook post-rewrite.
        if hook != "post-rewrite" { largeFilesFollow(hook, arguments, environment) }
        if let command { return dataFollows(command, environment: environment) }
    case "post-commit" where arguments.isEmpty:
        largeFilesFollow("post-commit", arguments, environment)
        return 0
    case "-h", "--help":
        printResult("usage: dvc-hooks <hook> [<arguments>]   (called by the hook of that name)")
        return 0
    default: break
    }
    printMessage("error", "dvc-hooks is called by Git hooks: dvc-hooks <hook> [<arguments>]")
    printMessage(
        "hint",
        "the hooks are pre-commit, pre-push, post-checkout, post-commit, post-merge, post-rewrite "
            + "and reference-transaction; on a server pre-receive")
    printMessage("hint", "to upload data by hand, use 'git dvc push'")
    return 1
}
