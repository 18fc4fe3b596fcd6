import Basics
import FoundationEssentials
import Workflows

let doctorCommand = CommandDescription(
    name: "doctor",
    summary: "Looks at everything that a push depends on, and says what to mend.",
    synopsis: "[--json] [--no-hook]",
    options: [
        OptionDescription("json", "the result as JSON on standard output"),
        OptionDescription("no-hook", "do not run the pre-push hook to see where it leads"),
    ],
    examples: [
        ("git dvc doctor", "what is wrong here?"),
        ("git dvc doctor --json", "the same for a program, or for a report"),
    ],
    run: { arguments, invocation in
        var doctor = Doctor(
            invocation.environment, at: invocation.directory, version: version,
            triesHook: !arguments.has("no-hook"))
        let findings = try await doctor.examine()
        if arguments.has("json") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            let rows = findings.map(JSONFinding.init)
            printResult(String(decoding: try encoder.encode(["findings": rows]), as: UTF8.self))
        } else {
            for finding in findings {
                printResult(
                    printable("\(finding.level.rawValue): \(finding.topic): \(finding.text)"))
                if let remedy = finding.remedy { printResult(printable("hint: \(remedy)")) }
            }
        }
        return findings.contains { $0.level == .error } ? ExitCode.failure : 0
    })

/// The shape of an element in `--json`.
private struct JSONFinding: Encodable {
    let level: String
    let topic: String
    let text: String
    let hint: String?

    init(_ finding: Finding) {
        level = finding.level.rawValue
        topic = finding.topic
        text = finding.text
        hint = finding.remedy
    }
}
