import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

// git-remote-dvc <remote> <url>: what Git runs for addresses that begin with `dvc::`. It speaks the
// protocol of gitremote-helpers(7) on its standard streams, and leaves the transport to Git's own
// programs and the data to git-dvc.

signal(SIGPIPE, SIG_IGN)
signal(SIGCHLD, SIG_DFL)  // ignored by whoever started us, it would hide how git ends

exit(run(Array(CommandLine.arguments.dropFirst()), .current()))

/// Returns the exit status: 128 where Git's own helpers could not go on either.
func run(_ words: [String], _ environment: Environment) -> CInt {
    if words == ["-h"] || words == ["--help"] {
        printResult("usage: git-remote-dvc <remote> <url>   (called by Git for 'dvc::<url>')")
        return 0
    }
    guard words.count == 2 else {
        printMessage("error", "git-remote-dvc is called by Git: git-remote-dvc <remote> <url>")
        printMessage("hint", "use it as 'git clone dvc::<url>', or see 'man git-remote-dvc'")
        return 128
    }
    do {
        let context = try HelperContext(argument: words[0], address: words[1], environment)
        switch context.address.transport {
        case .http, .https:
            var conversation = try WebConversation(context)
            return try conversation.run()
        case .local, .ssh, .git:
            var conversation = NativeConversation(context)
            return try conversation.run()
        }
    } catch let error as HelperError {
        if !error.wasTold { printError(error) }
        return 128
    } catch {
        printError(error)
        return 128
    }
}
