import Basics
import Planning
import Workflows

let expApply = CommandDescription(
    name: "exp apply",
    summary: "Brings an experiment's files and data into the working copy.",
    synopsis: "[<options>] <experiment>",
    arguments: [("<experiment>", "the name of an experiment, its ref, or any commit")],
    argumentCount: 1...1,
    options: [
        OptionDescription("no-force", "refuse when files that Git tracks have unsaved changes"),
        OptionDescription(
            "force", "f", isOurs: true, "overwrite data that is saved nowhere as well"),
    ] + verbosityOptions,
    examples: [
        ("git dvc exp apply exp-1", "continue from this experiment"),
        (
            "git stash apply refs/exps/apply/stash",
            "bring back the changes that were put aside for it"
        ),
    ],
    run: { arguments, invocation in
        let isQuiet = arguments.has("quiet")
        let session = try invocation.experimentSession()
        let word = arguments.positionals[0]
        var options = ExperimentApplyOptions(progress: session.progressOutput(isQuiet: isQuiet))
        options.replacesData = arguments.has("force")
        options.refusesChanges = arguments.has("no-force")
        let report = try await ExperimentApply(session, options).run(word)
        printMessages("warning", report.warnings)
        printMessages("error", report.errors)
        printUnsaved(report.unsaved, in: session)
        printMissing(report.missing, from: try session.standpoint().directory)
        if let stash = report.stash, !isQuiet {
            printMessage("hint", "your changes are stashed: 'git stash apply \(stash)'")
        }
        guard report.errors.isEmpty, report.unsaved.isEmpty, report.missing.isEmpty else {
            return ExitCode.unexpected
        }
        if !isQuiet {
            printResult(
                "Changes for experiment '\(printable(word))' have been applied to your current "
                    + "workspace.")
        }
        return 0
    })
