import Basics
import Planning
import Workflows

/// `git dvc status` without `-c`.
func localStatus(_ arguments: Arguments, _ invocation: Invocation) async throws -> CInt {
    let meaningless = [
        ("--all-branches", arguments.has("all-branches")),
        ("--all-tags", arguments.has("all-tags")),
        ("--all-commits", arguments.has("all-commits")),
        ("--jobs", try arguments.count("jobs") ?? 0 != 0),
    ].filter(\.1).map(\.0)
    let session = try invocation.session()
    if !meaningless.isEmpty {
        _ = try session.standpoint()
        printMessage(
            "error", "\(meaningless.joined(separator: ", ")): meaningless without '--cloud'")
        return ExitCode.failure
    }
    let report = try await LocalStatusWorkflow(
        session, arguments.selection(), asksSources: !arguments.has("no-updates")
    ).run()
    let isQuiet = arguments.has("quiet")
    if !isQuiet {
        printMessages("warning", report.warnings)
        let printer = LocalStatusPrinter(report)
        write(arguments.has("json") ? printer.json + "\n" : printer.text, to: 1)
    }
    printMessages("error", report.errors)
    if !report.errors.isEmpty {
        return report.hasOnlyConfigurationErrors ? ExitCode.configuration : ExitCode.failure
    }
    // As DVC: what differs is a result, and a failure only for those who ask for nothing else.
    return isQuiet && !arguments.has("json") && !report.stages.isEmpty ? ExitCode.failure : 0
}
