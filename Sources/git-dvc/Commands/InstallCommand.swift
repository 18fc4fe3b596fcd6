import Basics
import Git
import Workflows

let installCommand = CommandDescription(
    name: "install",
    summary: "Puts our hooks into this repository, for all its worktrees.",
    synopsis: "[--chain] [--hooks-only | --full] [-q]",
    options: [
        OptionDescription("chain", "keep hooks that somebody else wrote, and run them as well"),
        OptionDescription("hooks-only", "do not let pushes go through git-remote-dvc"),
        OptionDescription("full", "let fetches go through git-remote-dvc as well"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [
        ("git dvc install", "from now on data goes with 'git push' and follows 'git checkout'"),
        ("git dvc install --chain", "the same where there are other hooks already"),
    ],
    run: { arguments, invocation in
        let session = try invocation.session()
        let git = session.repository.git
        try git.requireSupportedVersion()
        if arguments.has("hooks-only"), arguments.has("full") {
            throw UsageError(
                summary: "'--hooks-only' and '--full' exclude each other",
                advice: "run 'git dvc install -h' for its options")
        }
        let helper: HelperUse =
            arguments.has("hooks-only") ? .none : arguments.has("full") ? .everything : .pushes
        do {
            let report = try HookInstallation(session).install(
                chain: arguments.has("chain"), helper: helper,
                git: try git.version() ?? .oldestSupported)
            return show(report, arguments)
        } catch let error as HookInstallationError {
            printError(error)
            if let lines = error.addition { write("\n\(lines)\n", to: 2) }
            return ExitCode.failure
        }
    })

let uninstallCommand = CommandDescription(
    name: "uninstall",
    summary: "Takes our hooks out of this repository and brings back what was there before.",
    synopsis: "[-q]",
    options: [OptionDescription("quiet", "q", "only say what went wrong")],
    examples: [("git dvc uninstall", "the data neither goes with pushes nor follows")],
    run: { arguments, invocation in
        let session = try invocation.session()
        return show(try HookInstallation(session).uninstall(), arguments)
    })

let versionCommand = CommandDescription(
    name: "version",
    summary: "Says which version this is.",
    synopsis: "",
    run: { _, _ in
        printResult("git-dvc version \(version)")
        return 0
    })

private func show(_ report: HookInstallation.Report, _ arguments: Arguments) -> CInt {
    if !arguments.has("quiet") {
        for line in report.lines { printResult(printable(line)) }
        for note in report.notes { printMessage("warning", note) }
    }
    return 0
}
