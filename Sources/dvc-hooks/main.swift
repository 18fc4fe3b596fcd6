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

let arguments = Array(CommandLine.arguments.dropFirst())

switch arguments.first {
case "pre-push" where arguments.count == 3:
    exit(prePush(remote: arguments[1], url: arguments[2], environment: .current()))
case "pre-push" where arguments.count == 1 && Environment.current().isOn("PRE_COMMIT"):
    exit(prePushFromPreCommit(environment: .current()))
case "-h", "--help":
    printResult("usage: dvc-hooks pre-push <remote> <url>   (called by the hook of that name)")
    exit(0)
default:
    printMessage("error", "dvc-hooks is called by Git hooks: dvc-hooks pre-push <remote> <url>")
    printMessage("hint", "to upload data by hand, use 'git dvc push'")
    exit(1)
}
