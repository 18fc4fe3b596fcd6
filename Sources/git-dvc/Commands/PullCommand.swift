import Basics
import Workflows

let pullCommand = CommandDescription(
    name: "pull",
    summary: "Downloads the data of the workspace's metafiles and puts copies of it in place.",
    synopsis: "[<options>]",
    argumentCount: 0...Int.max,
    options: [
        OptionDescription(
            "remote", "r", value: "name", "only this DVC remote, instead of the default"),
        OptionDescription("jobs", "j", value: "n", "how many transfers at a time"),
        OptionDescription("quiet", "q", "only say what went wrong"),
    ],
    examples: [("git dvc pull", "get everything that the current commit needs")],
    run: { arguments, invocation in
        if let word = arguments.positionals.first {
            throw UsageError(
                summary: "targets such as '\(word)' are not supported yet",
                advice: "pull everything with 'git dvc pull', or this with 'dvc pull \(word)'")
        }
        let jobs = try arguments.count("jobs")
        let session = try invocation.session()
        var options = PullOptions(progress: session.progressOutput(isQuiet: arguments.has("quiet")))
        options.remote = arguments.value("remote")
        options.jobs = jobs
        let report = try await PullWorkflow(session, options).run()
        if !arguments.has("quiet") {
            for line in report.changes { printResult(line) }
            printMessages("warning", report.warnings)
            let parts = [
                (report.fetchedCount, "fetched"), (report.addedCount, "added"),
                (report.modifiedCount, "modified"),
            ].filter { $0.0 > 0 }.map { "\(counted($0.0, "file")) \($0.1)" }
            if !parts.isEmpty {
                printResult(
                    parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "")
                        + (parts.last ?? ""))
            } else if report.errors.isEmpty {
                printResult("Everything is up to date.")
            }
        }
        printMessages("error", report.errors)
        return report.errors.isEmpty ? 0 : ExitCode.failure
    })
