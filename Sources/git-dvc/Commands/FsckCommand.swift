import Basics
import Git
import Planning
import Workflows

let fsckCommand = CommandDescription(
    name: "fsck",
    summary: "Reads every object of the cache and says what is damaged or missing; repairs it.",
    synopsis: "[<options>] [<revision>... | --all]",
    arguments: [
        (
            "<revision>",
            "a commit, or a range such as 'v1..main', whose data must be there; without one the "
                + "working copy and HEAD"
        )
    ],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("all", "the data of every branch, tag, remote and experiment"),
        OptionDescription("cloud", "c", "look whether the remotes have what these commits need"),
        OptionDescription(
            "remote", "r", value: "name", "only this DVC remote, instead of the default; as '-c'"),
        OptionDescription(
            "content", "download what is on the remotes, to see whether it is damaged; as '-c'"),
        OptionDescription(
            "fast", "do not read files again that were read before and have the same times since"),
        OptionDescription(
            "repair", "move damaged objects aside, and bring good ones from the other side"),
        OptionDescription("dry-run", "n", "only say what '--repair' would do"),
        OptionDescription("jobs", "j", value: "n", "how many requests at a time"),
        OptionDescription("json", "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "name no objects: exit with 1 when any is bad or missing"),
    ],
    examples: [
        ("git dvc fsck", "is the cache whole?"),
        ("git dvc fsck --all -c", "are cache and remotes, for the whole history?"),
        ("git dvc fsck -c --content --repair", "find and mend what is damaged on either side"),
    ],
    run: { arguments, invocation in
        if arguments.has("all"), let word = arguments.positionals.first {
            throw UsageError(
                summary: "'--all' and the revision '\(word)' exclude each other", advice: nil)
        }
        let jobs = try arguments.count("jobs")
        let session = try invocation.session()
        var options = FsckOptions(
            progress: session.progressOutput(
                isQuiet: arguments.has("quiet") || arguments.has("json")))
        options.remote = arguments.value("remote")
        options.jobs = jobs
        options.checksContent = arguments.has("content")
        options.checksRemotes =
            arguments.has("cloud") || options.checksContent || options.remote != nil
        options.isFast = arguments.has("fast")
        options.isDryRun = arguments.has("dry-run")
        options.repairs = arguments.has("repair") || options.isDryRun
        options.revisions.allRefs = arguments.has("all")
        options.revisions.names = arguments.positionals
        if !options.revisions.includesCommits,
            let head = try session.repository.target(ofRef: "HEAD")
        {
            options.revisions.commits = [head]
        }
        let report = try await FsckWorkflow(session, options).run()
        let isQuiet = arguments.has("quiet")
        if !isQuiet { printMessages("warning", report.warnings) }
        printMessages("error", report.errors)
        let printer = FsckPrinter(report)
        if arguments.has("json") {
            printResult(try printer.json())
        } else if !isQuiet {
            for line in printer.lines { printResult(line) }
        }
        if report.isSound { return 0 }
        if !isQuiet { printer.printVerdict(options) }
        return ExitCode.failure
    })

/// Says what a check of cache and remotes found.
struct FsckPrinter {
    private let report: FsckReport

    init(_ report: FsckReport) { self.report = report }

    /// A line for every finding, with tabs between state, path, commit, place, object and what was
    /// done; then one that counts, when nothing is bad.
    var lines: [String] {
        var lines = report.findings.map { finding in
            [
                finding.state.rawValue, finding.path.map { printable($0.string) } ?? "",
                finding.commit?.abbreviated ?? "",
                finding.remote.map { "remote '\(printable($0))'" } ?? "cache",
                finding.storagePath.map { "\($0)" } ?? "",
                finding.outcome == .none ? "" : finding.outcome.rawValue,
            ].joined(separator: "\t")
        }
        if report.isSound {
            var parts = ["\(counted(report.objectCount, "object")) in the cache"]
            parts += report.remotes.map { remote in
                "\(counted(remote.askedCount, "object")) on remote '\(printable(remote.name))'"
            }
            let unread = report.objectCount - report.readCount
            if unread > 0 { parts[0] += " (\(unread) not read again)" }
            lines.append("Nothing is damaged or missing: \(parts.joined(separator: ", ")).")
        }
        return lines
    }

    /// Says in one line that something is bad, and what to do.
    func printVerdict(_ options: FsckOptions) {
        let faults = report.findings.filter(\.isFault)
        guard !faults.isEmpty else { return }
        for finding in faults.prefix(10) where !finding.words.isEmpty {
            printMessage(
                "error", "\(finding.storagePath.map { "\($0)" } ?? ""): \(finding.words)")
        }
        printMessage(
            "error",
            "\(counted(faults.count, "object")) \(faults.count == 1 ? "is" : "are") damaged or missing"
        )
        if !options.repairs {
            printMessage("hint", "'git dvc fsck --repair' brings what the other side has intact")
        } else if !options.isDryRun {
            printMessage(
                "hint", "add the data again, make it again ('dvc repro'), or get it where it is")
        }
    }

    func json() throws -> String {
        try jsonText(JSONReport(report))
    }

    /// The shape of `--json`.
    private struct JSONReport: Encodable {
        struct Finding: Encodable {
            let state: String
            let path: String?
            let commit: String?
            let remote: String?
            let object: String?
            let reason: String
            let outcome: String
        }

        let sound: Bool
        let objects: Int
        let read: Int
        let findings: [Finding]
        let errors: [String]
        let warnings: [String]

        init(_ report: FsckReport) {
            sound = report.isSound
            objects = report.objectCount
            read = report.readCount
            findings = report.findings.map { finding in
                Finding(
                    state: finding.state.rawValue, path: finding.path?.string,
                    commit: finding.commit?.hex, remote: finding.remote,
                    object: finding.storagePath?.string, reason: finding.words,
                    outcome: finding.outcome.rawValue)
            }
            errors = report.errors.map(\.summary)
            warnings = report.warnings.map(\.summary)
        }
    }
}
