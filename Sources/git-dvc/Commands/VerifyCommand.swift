import Basics
import Git
import Planning
import Workflows

let verifyCommand = CommandDescription(
    name: "verify",
    summary: "Asks the remotes for every object that commits need, and says what is not there.",
    synopsis: "[<options>] [<revision>... | --all]",
    arguments: [
        (
            "<revision>",
            "a commit, or a range such as 'v1..main' for all commits in it; HEAD if there is none"
        )
    ],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("all", "every commit of every branch, tag, remote and experiment"),
        OptionDescription(
            "remote", "r", value: "name", "only this DVC remote, instead of the default"),
        OptionDescription("jobs", "j", value: "n", "how many requests at a time"),
        OptionDescription("json", "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "name no objects: exit with 1 when any is missing"),
    ],
    examples: [
        ("git dvc verify", "is all data of the current commit on its remote?"),
        ("git dvc verify --all -r backup", "is the whole history on the remote 'backup'?"),
        ("git dvc verify origin/main..HEAD", "is all data there of what is about to be merged?"),
    ],
    run: { arguments, invocation in
        if arguments.has("all"), let word = arguments.positionals.first {
            throw UsageError(
                summary: "'--all' and the revision '\(word)' exclude each other", advice: nil)
        }
        let jobs = try arguments.count("jobs")
        let session = try invocation.session()
        var options = VerifyOptions(
            progress: session.progressOutput(
                isQuiet: arguments.has("quiet") || arguments.has("json")))
        options.remote = arguments.value("remote")
        options.jobs = jobs
        options.revisions.includesWorkspace = false
        options.revisions.allRefs = arguments.has("all")
        if !arguments.has("all") {
            options.revisions.names =
                arguments.positionals.isEmpty ? ["HEAD"] : arguments.positionals
        }
        let report = try await VerifyWorkflow(session, options).run()
        let printer = VerifyPrinter(report)
        let isQuiet = arguments.has("quiet")
        if !isQuiet { printMessages("warning", report.warnings) }
        printMessages("error", report.errors)
        if arguments.has("json") {
            printResult(try printer.json())
        } else if !isQuiet {
            for line in printer.lines { printResult(line) }
        }
        if report.isWhole { return 0 }
        if !isQuiet { printer.printVerdict() }
        return report.hasOnlyConfigurationErrors ? ExitCode.configuration : ExitCode.failure
    })

/// Says what a verification found.
struct VerifyPrinter {
    private let report: VerifyReport

    init(_ report: VerifyReport) { self.report = report }

    /// A line for every gap, with tabs between state, path, commit, remote and object; or one that
    /// says that there is none.
    var lines: [String] {
        if !report.gaps.isEmpty {
            return report.gaps.map { gap in
                [
                    gap.state.rawValue, printable(gap.path.string), gap.commit?.abbreviated ?? "",
                    printable(gap.remote), "\(gap.storagePath)",
                ].joined(separator: "\t")
            }
        }
        // What could not be looked at may be missing.
        if !report.errors.isEmpty { return [] }
        let commits = counted(report.commitCount, "commit")
        if report.remotes.isEmpty { return ["No data is tracked in \(commits)."] }
        let objects = report.remotes.map { remote in
            "\(counted(remote.askedCount, "object")) on remote '\(printable(remote.name))'"
        }
        return [
            "Everything that \(commits) need\(report.commitCount == 1 ? "s" : "") is there: "
                + "\(objects.joined(separator: ", "))."
        ]
    }

    /// Says in one line that something is not there, and what to do.
    func printVerdict() {
        guard !report.gaps.isEmpty else { return }
        let objects = "\(report.gaps.count) of \(counted(report.askedCount, "object"))"
        printMessage(
            "error", "\(objects) \(report.gaps.count == 1 ? "is" : "are") not on the remote")
        printMessage(
            "hint",
            "run 'git dvc push --check-members' where the data is, for older commits with '-A'")
    }

    func json() throws -> String {
        try jsonText(JSONReport(report))
    }

    /// The shape of `--json`.
    private struct JSONReport: Encodable {
        struct Gap: Encodable {
            let state: String
            let path: String
            let commit: String?
            let md5: String
            let object: String
            let remote: String
            let reason: String?
        }

        let whole: Bool
        let commits: Int
        let objects: Int
        let gaps: [Gap]
        let errors: [String]
        let warnings: [String]

        init(_ report: VerifyReport) {
            whole = report.isWhole
            commits = report.commitCount
            objects = report.askedCount
            gaps = report.gaps.map { gap in
                Gap(
                    state: gap.state.rawValue, path: gap.path.string, commit: gap.commit?.hex,
                    md5: gap.md5, object: gap.storagePath.string,
                    remote: gap.remote, reason: gap.words)
            }
            errors = report.errors.map(\.summary)
            warnings = report.warnings.map(\.summary)
        }
    }
}
