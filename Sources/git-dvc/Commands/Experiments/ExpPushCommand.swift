import Basics
import Git
import Workflows

/// The options that push and pull share.
private func transferOptions(_ place: String) -> [OptionDescription] {
    scopeOptions(default: "; by default HEAD") + [
        OptionDescription(
            "force", "f", "replace an experiment \(place) that is another one of that name"),
        OptionDescription("no-cache", "only the experiment's commits, without its data"),
        OptionDescription(
            "remote", "r", value: "name", "only this DVC remote, instead of the default"),
        OptionDescription("jobs", "j", value: "n", "how many transfers at a time"),
        OptionDescription("run-cache", "the record of past runs of stages as well"),
        OptionDescription("no-run-cache", "without the record of past runs, as is the default"),
        OptionDescription("dry-run", isOurs: true, "only say what would be done"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
    ] + verbosityOptions
}

private let transferArguments = [
    (name: "<git remote>", help: "the name or URL of a Git remote"),
    (
        name: "<experiment>",
        help: "the name of an experiment, or its ref; by default those made from HEAD"
    ),
]

let expPush = CommandDescription(
    name: "exp push",
    summary: "Uploads the data of experiments, then sends them to a Git remote.",
    synopsis: "[<options>] <git remote> [<experiment>...]",
    arguments: transferArguments,
    argumentCount: 1...Int.max,
    options: transferOptions("there"),
    examples: [
        ("git dvc exp push origin", "the experiments made from the current commit"),
        ("git dvc exp push origin exp-1 exp-2", "these two"),
        ("git dvc exp push -A --no-cache git@host:repo.git", "all, without data, to a URL"),
    ],
    run: { arguments, invocation in
        let remote = try ExperimentRemote(arguments.positionals[0])
        let scope = try arguments.experimentScope(names: Array(arguments.positionals.dropFirst()))
        let jobs = try arguments.count("jobs")
        let session = try invocation.experimentSession()
        let listing = try remote.beginListing(in: session.repository, session.config)
        var options = arguments.transferOptions(scope, session)
        options.jobs = jobs
        let report = try await ExperimentPush(session, to: remote, options)
            .run(comparingWith: listing)
        for line in report.words { write("\(printable(line))\n", to: 2) }
        if arguments.has("json") {
            printResult(try jsonText(JSONPush(report)))
        } else if !arguments.has("quiet") {
            print(report, to: remote.name, options)
        }
        return finish(report.warnings, report.errors, onlyLacksObjects: report.onlyLacksObjects)
    })

/// What DVC says (dvc-compat 6.4), the experiments in the order of their refs.
private func print(
    _ report: ExperimentPushReport, to remote: String, _ options: ExperimentTransferOptions
) {
    if !report.diverged.isEmpty {
        let have = report.diverged.count > 1 ? "have" : "has"
        write(
            """
            Local experiment \(joined(report.diverged)) \(have) diverged from remote experiment with \
            the same name.
            To override the remote experiment re-run with '--force'.

            """, to: 2)
    }
    let remote = printable(withoutPassword(remote))
    if !report.upToDate.isEmpty {
        let are = report.upToDate.count > 1 ? "are" : "is"
        printResult(
            "Experiment \(joined(report.upToDate)) \(are) up to date on Git remote '\(remote)'.")
    }
    if !report.pushed.isEmpty {
        let verb = options.isDryRun ? "Would push" : "Pushed"
        printResult(
            "\(verb) experiment \(joined(report.pushed)) to Git remote '\(remote)'.")
    }
    if report.upToDate.isEmpty, report.pushed.isEmpty, report.errors.isEmpty {
        printResult("No experiments to push.")
    }
    if report.uploadedCount > 0 { printResult("\(counted(report.uploadedCount, "file")) uploaded") }
    if !options.includesData {
        printResult(
            "To push cached outputs for this experiment to DVC remote storage, "
                + "re-run this command without '--no-cache'.")
    }
}

let expPull = CommandDescription(
    name: "exp pull",
    summary: "Gets experiments from a Git remote, and their data into the cache.",
    synopsis: "[<options>] <git remote> [<experiment>...]",
    arguments: transferArguments,
    argumentCount: 1...Int.max,
    options: transferOptions("here"),
    examples: [
        ("git dvc exp pull origin", "the experiments made from the current commit"),
        ("git dvc exp pull origin exp-1", "this one"),
        ("git dvc exp pull -A origin", "all of them"),
    ],
    run: { arguments, invocation in
        let remote = try ExperimentRemote(arguments.positionals[0])
        let scope = try arguments.experimentScope(names: Array(arguments.positionals.dropFirst()))
        let jobs = try arguments.count("jobs")
        let session = try invocation.experimentSession()
        let listing = try remote.beginListing(in: session.repository, session.config)
        var options = arguments.transferOptions(scope, session)
        options.jobs = jobs
        let report = try await ExperimentPull(session, from: remote, options).run(from: listing)
        if arguments.has("json") {
            printResult(try jsonText(JSONPull(report)))
        } else {
            print(report, from: remote.name, options, isQuiet: arguments.has("quiet"))
        }
        return finish(report.warnings, report.errors, onlyLacksObjects: report.onlyLacksObjects)
    })

private func print(
    _ report: ExperimentPullReport, from remote: String, _ options: ExperimentTransferOptions,
    isQuiet: Bool
) {
    if !report.diverged.isEmpty {
        let have = report.diverged.count > 1 ? "have" : "has"
        printMessage(
            "warning",
            "Local experiment \(joined(report.diverged)) \(have) diverged from remote experiment "
                + "with the same name. To override the local experiment re-run with '--force'.")
    }
    if isQuiet { return }
    if report.pulled.isEmpty {
        printResult("No experiments to pull.")
    } else {
        let verb = options.isDryRun ? "Would pull" : "Pulled"
        printResult(
            "\(verb) experiment \(joined(report.pulled)) from Git remote "
                + "'\(printable(withoutPassword(remote)))'.")
    }
    for key in report.wouldFetch { printResult("would fetch \(printable(key))") }
    if !options.includesData {
        printResult(
            "To pull cached outputs for this experiment from DVC remote storage, "
                + "re-run this command without '--no-cache'.")
    }
}

/// Says what went wrong; returns the exit code.
private func finish(
    _ warnings: [any UserFacingError], _ errors: [any UserFacingError], onlyLacksObjects: Bool
) -> CInt {
    printMessages("warning", warnings)
    printMessages("error", errors)
    if errors.isEmpty { return 0 }
    return onlyLacksObjects ? ExitCode.failure : ExitCode.unexpected
}

/// The shape of `exp push --json`; experiments are refs.
private struct JSONPush: Encodable {
    let pushed: [String]
    let upToDate: [String]
    let diverged: [String]
    let uploaded: Int
    let errors: [String]
    let warnings: [String]

    init(_ report: ExperimentPushReport) {
        pushed = report.pushed.map(\.description)
        upToDate = report.upToDate.map(\.description)
        diverged = report.diverged.map(\.description)
        uploaded = report.uploadedCount
        errors = report.errors.map(\.summary)
        warnings = report.warnings.map(\.summary)
    }
}

/// The shape of `exp pull --json`; experiments are refs.
private struct JSONPull: Encodable {
    let pulled: [String]
    let upToDate: [String]
    let diverged: [String]
    let fetched: Int
    let wouldFetch: [String]
    let errors: [String]
    let warnings: [String]

    init(_ report: ExperimentPullReport) {
        pulled = report.pulled.map(\.description)
        upToDate = report.upToDate.map(\.description)
        diverged = report.diverged.map(\.description)
        fetched = report.fetchedCount
        wouldFetch = report.wouldFetch
        errors = report.errors.map(\.summary)
        warnings = report.warnings.map(\.summary)
    }
}

extension Arguments {
    fileprivate func transferOptions(
        _ scope: ExperimentScope, _ session: Session
    ) -> ExperimentTransferOptions {
        var options = ExperimentTransferOptions(
            progress: session.progressOutput(isQuiet: has("quiet") || has("json")))
        options.scope = scope
        options.isForced = has("force")
        options.includesData = !has("no-cache")
        options.dvcRemote = value("remote")
        options.isDryRun = has("dry-run")
        options.includesRunCache = lastSwitch(of: ["run-cache", "no-run-cache"]) == "run-cache"
        return options
    }
}

/// `a`, `a and b`, `a, b and c`.
private func joined(_ experiments: [ExperimentRef]) -> String {
    let names = experiments.map { printable($0.name) }
    let start = names.dropLast().joined(separator: ", ")
    return start + (start.isEmpty ? "" : " and ") + (names.last ?? "")
}
