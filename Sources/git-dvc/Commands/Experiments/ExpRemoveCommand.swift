import Basics
import Git
import Workflows

/// `-g`, for commands that work here or on a Git remote.
private let gitRemote = OptionDescription(
    "git-remote", "g", value: "git remote", "on this Git remote, a name or URL, instead of here")

let expRemove = CommandDescription(
    name: "exp remove",
    summary: "Removes experiments, here or on a Git remote; no data goes.",
    synopsis: "[<options>] [<experiment>...]",
    arguments: [("<experiment>", "the name of an experiment, or its ref")],
    argumentCount: 0...Int.max,
    options: scopeOptions(default: "") + [
        OptionDescription("keep", "keep what is selected, and remove all others"),
        OptionDescription("queue", "refused: experiments that wait to be run are DVC's alone"),
        gitRemote,
    ] + verbosityOptions,
    examples: [
        ("git dvc exp remove exp-1 exp-2", "these two"),
        ("git dvc exp remove --keep --rev HEAD", "all but those made from the current commit"),
        ("git dvc exp remove -g origin exp-1", "on the Git remote 'origin'"),
    ],
    run: { arguments, invocation in
        if arguments.has("queue") {
            guard arguments.value("git-remote") == nil else {
                throw UsageError(
                    summary: "'--queue' and '--git-remote' exclude each other", advice: nil)
            }
            printMessage("error", "queued experiments are not supported; nothing was removed")
            printMessage("hint", "remove them with 'dvc exp remove --queue'")
            return ExitCode.unexpected
        }
        let selects = arguments.has("all-commits") || !arguments.values("rev").isEmpty
        if selects != arguments.positionals.isEmpty {
            printMessage(
                "error", "name the experiments, or select them by '--rev' or '--all-commits'")
            return ExitCode.unexpected
        }
        let scope = try arguments.experimentScope(names: arguments.positionals)
        return try arguments.change(invocation, "Removed", "No experiments to remove.") {
            session, remote, listing in
            let removal = ExperimentRemoval(
                session, scope, keepsSelected: arguments.has("keep"))
            guard let remote, let listing = listing.take() else { return try removal.run() }
            return try removal.run(on: remote, listing: listing)
        }
    },
    aliases: ["rm"])

let expRename = CommandDescription(
    name: "exp rename",
    summary: "Gives an experiment another name, here or on a Git remote.",
    synopsis: "[<options>] <experiment> <name>",
    arguments: [
        ("<experiment>", "the name of an experiment, or its ref"), ("<name>", "its new name"),
    ],
    argumentCount: 1...2,
    options: [
        gitRemote,
        OptionDescription("force", "f", "replace an experiment that has the new name"),
    ] + verbosityOptions,
    examples: [("git dvc exp rename exp-1 best", "call it 'best' from now on")],
    run: { arguments, invocation in
        guard arguments.positionals.count == 2 else {
            printMessage(
                "error", "an experiment to rename and a new experiment name are required")
            return ExitCode.unexpected
        }
        let (old, new) = (arguments.positionals[0], arguments.positionals[1])
        if old == new {
            _ = try invocation.experimentSession()
            if !arguments.has("quiet") { printResult("No experiments to rename.") }
            return 0
        }
        return try arguments.change(invocation, "Renamed", "No experiments to rename.") {
            session, remote, listing in
            let renaming = ExperimentRenaming(
                session, from: old, to: new, isForced: arguments.has("force"))
            guard let remote, let listing = listing.take() else { return try renaming.run() }
            return try renaming.run(on: remote, listing: listing)
        }
    })

let expBranch = CommandDescription(
    name: "exp branch",
    summary: "Makes a Git branch of an experiment.",
    synopsis: "[<options>] <experiment> [<branch>]",
    arguments: [
        ("<experiment>", "the name of an experiment, its ref, or one of its commits"),
        ("<branch>", "the name of the branch; by default the experiment's with '-branch'"),
    ],
    argumentCount: 1...2,
    options: verbosityOptions,
    examples: [("git dvc exp branch exp-1 better", "make the branch 'better' of it")],
    run: { arguments, invocation in
        let session = try invocation.experimentSession()
        let branch = try ExperimentBranching(session.repository).run(
            arguments.positionals[0], name: arguments.positionals.dropFirst().first)
        if arguments.has("quiet") { return 0 }
        let name = printable(branch.name)
        printResult(
            """
            Git branch '\(name)' has been created from experiment \
            '\(printable(branch.experiment.name))'.
            To switch to the new branch run:

            \tgit checkout \(name)
            """)
        return 0
    })

extension Arguments {
    /// Changes experiments here or on the remote of `-g`, and says which.
    fileprivate func change(
        _ invocation: Invocation, _ verb: String, _ nothing: String,
        _ body: (Session, ExperimentRemote?, inout ExperimentRemote.Listing?) throws ->
            ExperimentChangeReport
    ) throws -> CInt {
        let remote = try value("git-remote").map { try ExperimentRemote($0) }
        let session = try invocation.experimentSession()
        var listing = try remote?.beginListing(in: session.repository, session.config)
        let report = try body(session, remote, &listing)
        for line in report.words { write("\(printable(line))\n", to: 2) }
        if !has("quiet") {
            if !report.names.isEmpty {
                printResult("\(verb) experiments: \(joinedQuoted(report.names))")
            } else if report.errors.isEmpty {
                printResult(nothing)
            }
        }
        printMessages("error", report.errors)
        return report.errors.isEmpty ? 0 : ExitCode.unexpected
    }
}

/// `'a', 'b' and 'c'`.
private func joinedQuoted(_ names: [String]) -> String {
    let quoted = names.map { "'\(printable($0))'" }
    let start = quoted.dropLast().joined(separator: ", ")
    return start + (start.isEmpty ? "" : " and ") + (quoted.last ?? "")
}
