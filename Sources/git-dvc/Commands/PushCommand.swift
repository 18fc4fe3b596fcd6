import Basics
import Git
import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

let pushCommand = CommandDescription(
    name: "push",
    summary: "Uploads the data that the workspace needs, or that pushed refs need, to DVC remotes.",
    synopsis: "[<options>] [<target>...] [--stdin <remote> <url>]",
    arguments: [
        ("<remote>", "with --stdin: the Git remote's name, or its URL when it has none"),
        ("<url>", "with --stdin: the Git remote's URL"),
        (
            "<target>",
            "a file or directory that DVC tracks, a .dvc file, dvc.yaml[:stage], or a stage"
        ),
    ],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription(
            "remote", "r", value: "name", "only this DVC remote, instead of the default"),
        OptionDescription("jobs", "j", value: "n", "how many transfers at a time"),
    ] + selectionOptions + [
        OptionDescription("glob", "targets are patterns for files in the working copy"),
        OptionDescription("run-cache", "the record of past runs of stages as well"),
        OptionDescription("no-run-cache", "without the record of past runs, as is the default"),
        OptionDescription(
            "check-members", isOurs: true,
            "ask for every member of a directory, even when its list is there"),
        OptionDescription("dry-run", "n", isOurs: true, "only say what would be uploaded"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
        OptionDescription(
            "stdin", isOurs: true,
            "read refs from standard input, as Git gives them to a pre-push hook"),
        OptionDescription(
            "porcelain", isOurs: true,
            "with --stdin: print 'ok <ref>' or 'error <ref> <why>' for every ref"),
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription("verbose", "v", "say more"),
    ],
    examples: [
        ("git dvc push", "upload what the workspace needs and the default remote lacks"),
        ("git dvc push -r backup -j 8", "the same for the remote 'backup', eight at a time"),
        ("git dvc push --dry-run", "list it instead"),
    ],
    run: { arguments, invocation in try await push(arguments, invocation) })

private func push(_ arguments: Arguments, _ invocation: Invocation) async throws -> CInt {
    let readsRefs = arguments.has("stdin")
    let usage = "run 'git dvc push -h' for its options"
    if readsRefs, arguments.positionals.count != 2 {
        throw UsageError(summary: "'--stdin' needs the arguments <remote> and <url>", advice: usage)
    }
    if arguments.has("porcelain"), !readsRefs {
        throw UsageError(summary: "'--porcelain' goes with '--stdin'", advice: usage)
    }
    if arguments.has("quiet"), arguments.has("verbose") {
        // DVC's parser of arguments ends so, and not as it does for other mistakes.
        printError(
            UsageError(summary: "'--quiet' and '--verbose' exclude each other", advice: usage))
        return 2
    }
    let jobs = try arguments.count("jobs")
    let session = try invocation.session()

    var source = PushSource.selection(arguments.selection())
    var updates: [RefUpdate] = []
    if readsRefs {
        let input = try OpenFile(adopting: dup(0), named: "standard input").readAll(limit: 1 << 30)
        updates = try RefUpdate.parse(input)
        let remote = try PushedRemote(
            argument: arguments.positionals[0], url: arguments.positionals[1]
        ).checked(for: updates, using: session.repository.git)
        source = .refs(updates, to: remote)
        if session.config["dvc.pushdata"]?.lowercased() == "never" {
            if arguments.has("porcelain") { printVerdicts(updates) { _ in nil } }
            return 0
        }
    }
    let isQuiet = arguments.has("quiet")
    var options = PushOptions(
        progress: session.progressOutput(isQuiet: isQuiet || arguments.has("json")))
    options.remotes = arguments.values("remote")
    options.includesRunCache =
        arguments.lastSwitch(of: ["run-cache", "no-run-cache"]) == "run-cache"
    options.jobs = jobs
    options.isDryRun = arguments.has("dry-run")
    options.checksMembers = arguments.has("check-members")

    let report: PushReport
    do {
        report = try await PushWorkflow(session, options).run(source)
    } catch {
        // Whoever reads the verdicts must get one for each ref.
        if arguments.has("porcelain") { printVerdicts(updates) { _ in summary(of: error) } }
        throw error
    }
    let printer = PushPrinter(
        report: report, options: options, isQuiet: isQuiet, isVerbose: arguments.has("verbose"))
    printer.printMessages(isHook: readsRefs)
    if arguments.has("json") {
        try printer.printJSON()
    } else if arguments.has("porcelain") {
        printVerdicts(updates) { report.refusal(of: $0) }
        printer.printSummary(isHook: true)
    } else {
        printer.printSummary(isHook: readsRefs)
    }
    // What the user selects otherwise is not about what was pushed before.
    let isUsual = !readsRefs && !options.isDryRun && options.remotes.isEmpty
    var isLeftDone = true
    if isUsual, arguments.positionals.isEmpty {
        isLeftDone = try await uploadLeftData(session, isQuiet: isQuiet || arguments.has("json"))
    }
    if report.isSuccess { return isLeftDone ? 0 : ExitCode.failure }
    return !readsRefs && report.hasOnlyConfigurationErrors
        ? ExitCode.configuration : ExitCode.failure
}

/// One line for every ref, in the words of a remote helper.
private func printVerdicts(
    _ updates: [RefUpdate], refusal: (RefUpdate) -> String?
) {
    for update in updates {
        if let reason = refusal(update) {
            printResult("error \(update.remoteRef) \(printable(reason))")
        } else {
            printResult("ok \(update.remoteRef)")
        }
    }
}
