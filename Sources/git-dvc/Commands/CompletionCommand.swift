import Basics
import Workflows

let completionCommand = CommandDescription(
    name: "completion",
    summary: "Prints the completion of 'git dvc' for a shell.",
    synopsis: "bash | zsh | fish | remotes",
    arguments: [
        ("bash, zsh, fish", "the shell; install.sh puts its file where the shell looks"),
        ("remotes", "the names of the DVC remotes, one per line: what the shells ask for"),
    ],
    argumentCount: 1...1,
    examples: [
        ("eval \"$(git dvc completion bash)\"", "complete in this shell, after git's completion"),
        ("git dvc completion zsh >~/.zfunc/_git-dvc", "for a shell that install.sh cannot reach"),
    ],
    run: { arguments, invocation in
        switch arguments.positionals[0] {
        case "bash": write(BashCompletion(GitDVC.commands).script, to: 1)
        case "zsh": write(ZshCompletion(GitDVC.commands).script, to: 1)
        case "fish": write(FishCompletion(GitDVC.commands).script, to: 1)
        case "remotes":
            // Pressing a key must not fail: outside of a repository there are none.
            let names = (try? invocation.session().remoteNames) ?? []
            for name in names where !name.contains("\n") { printResult(printable(name)) }
        case let word:
            throw UsageError(
                summary: "there is no completion for '\(word)'",
                advice: "choose one of bash, zsh, fish")
        }
        return 0
    })

/// What can stand at a place of a command line.
enum CompletedValue: Equatable {
    case remotes, files, nothing
    case words([String])
}

extension OptionDescription {
    /// What its value can be.
    var completedValue: CompletedValue {
        if long == "remote" { return .remotes }
        let files = ["file", "path", "dir", "directory", "out", "target"]
        return files.contains(valueName ?? "") ? .files : .nothing
    }

    /// `-r` and `--remote`.
    var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(long)"] }

    static let help = OptionDescription("help", "h", "show the help")
}

extension CommandDescription {
    /// What its arguments can be.
    var completedArguments: CompletedValue {
        if !subcommands.isEmpty { return .words(subcommands.map(\.word)) }
        if name == "completion" { return .words(["bash", "zsh", "fish"]) }
        if name.hasPrefix("remote "), name != "remote add" {
            return argumentCount == 0...0 ? .nothing : .remotes
        }
        return argumentCount == 0...0 ? .nothing : .files
    }

    var allOptions: [OptionDescription] { options + [.help] }

    /// The command and all below it, in the order of the help.
    var family: [CommandDescription] { [self] + subcommands.flatMap(\.family) }
}
