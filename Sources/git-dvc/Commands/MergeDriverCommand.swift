import Basics
import Workflows

/// What Git runs to merge `.dvc` files; `git dvc install` tells it to.
let mergeDriverCommand = CommandDescription(
    name: "merge-driver",
    summary: "Merges three versions of a .dvc file, as Git's merge driver.",
    synopsis: "--ancestor <file> --our <file> --their <file> [--path <path>]",
    options: [
        OptionDescription("ancestor", nil, value: "file", "the version that both sides changed"),
        OptionDescription("our", nil, value: "file", "our version, which becomes the result"),
        OptionDescription("their", nil, value: "file", "their version"),
        OptionDescription(
            "path", nil, value: "path", isOurs: true, "where the file is in the repository"),
    ],
    run: { arguments, invocation in
        guard let ancestor = arguments.value("ancestor"), let our = arguments.value("our"),
            let their = arguments.value("their")
        else {
            throw UsageError(
                summary: "'git dvc merge-driver' needs '--ancestor', '--our' and '--their'",
                advice: "Git calls it; 'git dvc install' tells it to")
        }
        do {
            try await MergeWorkflow(try invocation.session()).run(
                ancestor: FilePath(ancestor), ours: FilePath(our), theirs: FilePath(their),
                name: arguments.value("path").map { FilePath($0) })
            return 0
        } catch let error as UnmergedError {
            printError(error)
            // Git takes more than 128 for a crash.
            return ExitCode.failure
        }
    })
