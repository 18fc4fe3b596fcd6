import Basics
import Workflows

/// `git dvc status -c`.
func cloudStatus(_ arguments: Arguments, _ invocation: Invocation) async throws -> CInt {
    let jobs = try arguments.count("jobs")
    let session = try invocation.session()
    var options = CloudStatusOptions(
        progress: session.progressOutput(isQuiet: arguments.has("quiet") || arguments.has("json")))
    options.selection = arguments.selection()
    options.remote = arguments.value("remote")
    options.jobs = jobs
    options.checksMembers = arguments.has("check-members")
    let report = try await CloudStatusWorkflow(session, options).run()
    let isQuiet = arguments.has("quiet")
    if !isQuiet { printMessages("warning", report.warnings) }
    printMessages("error", report.errors)
    if !isQuiet {
        let printer = CloudStatusPrinter(report, isIndented: arguments.has("cloud"))
        write(arguments.has("json") ? try printer.json() + "\n" : printer.text, to: 1)
    }
    if !report.errors.isEmpty {
        return report.hasOnlyConfigurationErrors ? ExitCode.configuration : ExitCode.failure
    }
    // As DVC: what differs is a result, and a failure only for those who ask for nothing else.
    return isQuiet && !arguments.has("json") && !report.entries.isEmpty ? ExitCode.failure : 0
}

/// Says what differs, in DVC's words.
///
/// Source: DVC 3.67 `commands/status.py`, observed.
struct CloudStatusPrinter {
    private let report: CloudStatusReport
    private let isIndented: Bool

    /// `isIndented`: a tab before each line, as DVC has with `-c`, and not with `-r` alone.
    init(_ report: CloudStatusReport, isIndented: Bool) {
        self.report = report
        self.isIndented = isIndented
    }

    var text: String {
        if !report.entries.isEmpty {
            var text = ""
            let indent = isIndented ? "\t" : ""
            for entry in report.entries {
                let state = "\(entry.state.rawValue):"
                let padding = String(repeating: " ", count: 20 - state.utf8.count)
                text += "\(indent)\(state)\(padding)\(printable(entry.name.string))\n"
            }
            return text
        }
        // What could not be looked at may differ.
        if !report.errors.isEmpty { return "" }
        if report.tracksNothing {
            return "There are no data or pipelines tracked in this project yet.\n"
                + "See <https://dvc.org/doc/start> to get started!\n"
        }
        return "Cache and remote '\(printable(report.remote ?? "None"))' are in sync.\n"
    }

    /// An object with a state for each name, as DVC prints it.
    func json() throws -> String {
        let states = Dictionary(
            report.entries.map { ($0.name.string, $0.state.rawValue) },
            uniquingKeysWith: { first, _ in first })
        return try jsonText(states)
    }
}
