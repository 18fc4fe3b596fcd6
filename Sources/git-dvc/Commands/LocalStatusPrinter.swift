import Basics
import Workflows

/// Says what has changed, in DVC's words.
///
/// Source: DVC 3.67 `commands/status.py`, observed.
struct LocalStatusPrinter {
    /// What DVC prints by line or writes as JSON: keys in an order that counts.
    private indirect enum Value {
        case text(String)
        case list([Value])
        case map([(key: String, value: Value)])
    }

    private let report: LocalStatusReport

    init(_ report: LocalStatusReport) { self.report = report }

    var text: String {
        if !report.stages.isEmpty { return Self.lines(of: value, indent: 0) }
        // What could not be looked at may have changed.
        if !report.errors.isEmpty { return "" }
        if report.tracksNothing {
            return "There are no data or pipelines tracked in this project yet.\n"
                + "See <https://dvc.org/doc/start> to get started!\n"
        }
        return "Data and pipelines are up to date.\n"
    }

    var json: String { Self.json(value) }

    private var value: Value { .map(report.stages.map { ($0.name, Self.value($0)) }) }

    private static func value(_ stage: LocalStatusReport.Stage) -> Value {
        var parts: [Value] = []
        for (title, entries) in [("changed deps", stage.inputs), ("changed outs", stage.outs)]
        where !entries.isEmpty {
            parts.append(.map([(title, .map(entries.map { ($0.name, value($0.change)) }))]))
        }
        return .list(parts + stage.remarks.map { .text($0) })
    }

    private static func value(_ change: LocalStatusReport.Change) -> Value {
        switch change {
        case .state(let text): .text(text)
        case .parameters(let parameters): .map(parameters.map { ($0.name, .text($0.state)) })
        }
    }

    private static func lines(of value: Value, indent: Int) -> String {
        let tabs = String(repeating: "\t", count: indent)
        switch value {
        case .text(let text): return "\(tabs)\(text)\n"
        case .list(let parts): return parts.map { lines(of: $0, indent: indent) }.joined()
        case .map(let entries):
            return entries.map { key, value in
                let key = printable(key)
                guard case .text(let text) = value else {
                    return "\(tabs)\(key):\n" + lines(of: value, indent: indent + 1)
                }
                let label = "\(text):"
                let padding = String(repeating: " ", count: 20 - label.utf8.count)
                return "\(tabs)\(label)\(padding)\(key)\n"
            }.joined()
        }
    }

    /// As Python's `json.dumps` writes it: one line, ASCII only.
    private static func json(_ value: Value) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .list(let parts): "[" + parts.map(json).joined(separator: ", ") + "]"
        case .map(let entries):
            "{"
                + entries.map { "\(quoted($0.key)): \(json($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{c}": result += "\\f"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }
}
