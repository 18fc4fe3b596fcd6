import Basics
import Planning
import Workflows
import Workspace

let pullCommand = CommandDescription(
    name: "pull",
    summary: "Downloads the data of the workspace's metafiles and puts it in place.",
    synopsis: "[<options>] [<target>...]",
    arguments: [dataTarget],
    argumentCount: 0...Int.max,
    options: transferOptions + selectionOptions + [
        OptionDescription("glob", "targets are patterns for files in the working copy"),
        OptionDescription("force", "f", "replace and remove files that are saved nowhere as well"),
        OptionDescription("allow-missing", "pass over what neither cache nor remote has"),
        OptionDescription("run-cache", "the record of past runs of stages as well"),
        OptionDescription("no-run-cache", "without the record of past runs, as is the default"),
        OptionDescription("dry-run", "n", isOurs: true, "only say what would be downloaded"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription("verbose", "v", "for scripts that say this to DVC; nothing more is said"),
    ],
    examples: [
        ("git dvc pull", "get everything that the current commit needs"),
        ("git dvc pull data/raw/x.csv", "one file of a tracked directory"),
        ("git dvc pull -r backup train", "the data of one stage, from another remote"),
    ],
    run: { arguments, invocation in try await pull(arguments, invocation, places: true) })

let fetchCommand = CommandDescription(
    name: "fetch",
    summary: "Downloads data into the cache; the working copy stays as it is.",
    synopsis: "[<options>] [<target>...]",
    arguments: [dataTarget],
    argumentCount: 0...Int.max,
    options: transferOptions + selectionOptions + [
        OptionDescription("run-cache", "the record of past runs of stages as well"),
        OptionDescription("no-run-cache", "without the record of past runs, as is the default"),
        OptionDescription("max-size", nil, value: "bytes", "only outs that are smaller"),
        OptionDescription("type", nil, value: "type", "only outs that are 'metrics' or 'plots'"),
        OptionDescription("dry-run", "n", isOurs: true, "only say what would be downloaded"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription("verbose", "v", "for scripts that say this to DVC; nothing more is said"),
    ],
    examples: [
        ("git dvc fetch", "get everything that the current commit needs into the cache"),
        ("git dvc fetch -A", "the data of all commits"),
        ("git dvc fetch --max-size 1000000", "only what is smaller than a megabyte"),
    ],
    run: { arguments, invocation in try await pull(arguments, invocation, places: false) })

private let transferOptions = [
    OptionDescription(
        "remote", "r", value: "name", "only this DVC remote, instead of the default"),
    OptionDescription("jobs", "j", value: "n", "how many transfers at a time"),
]

private func pull(
    _ arguments: Arguments, _ invocation: Invocation, places: Bool
) async throws -> CInt {
    let session = try invocation.session()
    var options = PullOptions(
        progress: session.progressOutput(isQuiet: arguments.has("quiet") || arguments.has("json")))
    options.selection = arguments.selection()
    options.remote = arguments.value("remote")
    options.jobs = try arguments.count("jobs")
    options.withRunCache = arguments.lastSwitch(of: ["run-cache", "no-run-cache"]) == "run-cache"
    options.isDryRun = arguments.has("dry-run")
    options.placesData = places
    options.unsaved = arguments.has("force") ? .replace : .refuse
    options.allowsMissing = arguments.has("allow-missing")
    if !places { try readFilters(arguments, &options) }
    let report = try await PullWorkflow(session, options).run()
    let isQuiet = arguments.has("quiet")
    if !isQuiet { printMessages("warning", report.warnings) }
    if arguments.has("json") {
        write(try report.json() + "\n", to: 1)
    } else if !isQuiet {
        show(report, options)
    }
    printMessages("error", report.errors)
    printUnsaved(report.unsaved, in: session)
    let missing = options.allowsMissing ? [] : report.incomplete
    let here = try session.standpoint().directory
    // What was not found on the way is told already, object by object.
    if report.errors.isEmpty { printMissing(missing, from: here) }
    if !isQuiet, options.allowsMissing { printPassedOver(report.incomplete, from: here) }
    if !options.isDryRun { try await prefetch(session, isQuiet: isQuiet) }
    let isComplete = report.errors.isEmpty && report.unsaved.isEmpty && missing.isEmpty
    return isComplete ? 0 : ExitCode.failure
}

private func readFilters(_ arguments: Arguments, _ options: inout PullOptions) throws {
    options.maximumSize = try arguments.count("max-size").map(Int64.init)
    for word in arguments.values("type") {
        guard let kind = PullOptions.Kind(rawValue: word) else {
            throw UsageError(
                summary: "'--type' takes 'metrics' or 'plots', not '\(word)'", advice: nil)
        }
        options.kinds.insert(kind)
    }
}

private func show(_ report: PullReport, _ options: PullOptions) {
    if options.isDryRun {
        for key in report.wouldFetch { printResult("would fetch \(key)") }
        if report.wouldFetch.isEmpty, report.errors.isEmpty {
            printResult("Everything is up to date.")
        }
        return
    }
    for line in report.changes { printResult(line) }
    let words = summary(report.counts, fetched: report.fetchedCount)
    if !words.isEmpty {
        printResult(words)
    } else if report.errors.isEmpty, report.unsaved.isEmpty, report.incomplete.isEmpty {
        printResult("Everything is up to date.")
    }
}

extension PullReport {
    /// The result for a script.
    fileprivate func json() throws -> String {
        struct Result: Encodable {
            let fetched: Int
            let bytes: Int64
            let wouldFetch: [String]
            let changes: [[String]]
            let files: [String: Int]
            let missing: [String]
            let unsaved: [String]
            let errors: [String]
        }
        let result = Result(
            fetched: fetchedCount, bytes: fetchedBytes, wouldFetch: wouldFetch,
            changes: changes.map { $0.split(separator: "\t", maxSplits: 1).map(String.init) },
            files: [
                "added": counts.added, "modified": counts.modified, "deleted": counts.deleted,
            ],
            missing: incomplete.map(\.string), unsaved: unsaved.map(\.string),
            errors: errors.map(\.summary))
        return try jsonText(result)
    }
}
