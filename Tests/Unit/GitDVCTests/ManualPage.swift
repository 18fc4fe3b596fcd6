@testable import git_dvc

/// The parts of a command's manual page that its description gives, as roff.
///
/// A page in `docs/man` has them between the lines `.\" generated: <part>` and `.\" end`; all else in
/// it is written by hand. Source: man(7), groff_man_style(7).
struct ManualPage {
    let command: CommandDescription

    /// `git-dvc-push`; subcommands are on the page of their command.
    var name: String { "git-dvc-\(command.name)" }
    var fileName: String { "\(name).1" }

    /// The generated parts by name, in the order in which a page has them.
    var parts: [(name: String, text: String)] {
        [("head", head), ("options", options), ("examples", examples)]
    }

    /// A whole page, to begin with.
    var skeleton: String {
        let described = ".SH DESCRIPTION\n\(Self.roff(command.summary))\n"
        let closing = """
            .SH EXIT STATUS
            0 when all is well, 1 when something failed, 254 for a wrong command line,
            253 outside of a repository, 251 for a configuration that cannot be read.
            .SH SEE ALSO
            .BR git\\-dvc (1)

            """
        return Self.block(parts[0]) + described + Self.block(parts[1]) + Self.block(parts[2])
            + closing
    }

    /// The page with its generated parts brought up to date; `nil` when one of them is missing.
    func refreshed(_ page: String) -> String? {
        var page = page
        for part in parts {
            guard let start = page.range(of: ".\\\" generated: \(part.name)\n"),
                let end = page.range(of: ".\\\" end\n", after: start.upperBound)
            else { return nil }
            page.replaceSubrange(start.lowerBound..<end.upperBound, with: Self.block(part))
        }
        return page
    }

    private static func block(_ part: (name: String, text: String)) -> String {
        ".\\\" generated: \(part.name)\n\(part.text).\\\" end\n"
    }

    private var head: String {
        var summary = command.summary
        if summary.hasSuffix(".") { summary.removeLast() }
        summary = summary.prefix(1).lowercased() + summary.dropFirst()
        let synopses = command.family.filter(\.subcommands.isEmpty).map { command in
            ".B git dvc \(Self.roff(command.name))\n"
                + (command.synopsis.isEmpty ? "" : "\(Self.roff(command.synopsis))\n") + ".br\n"
        }
        return """
            .TH \(Self.roff(name.uppercased())) 1 "" "git\\-dvc" "git\\-dvc Manual"
            .SH NAME
            \(Self.roff(name)) \\- \(Self.roff(summary))
            .SH SYNOPSIS
            \(synopses.joined())
            """
    }

    private var options: String {
        var text = ""
        if command.subcommands.isEmpty {
            if !command.arguments.isEmpty { text += ".SH ARGUMENTS\n\(arguments(of: command))" }
            return text + ".SH OPTIONS\n\(rows(of: command))"
        }
        text += ".SH COMMANDS\n"
        for sub in command.family where sub.subcommands.isEmpty {
            text += ".SS git dvc \(Self.roff(sub.name))\n\(Self.roff(sub.summary))\n"
            text += arguments(of: sub) + rows(of: sub)
        }
        return text
    }

    private func arguments(of command: CommandDescription) -> String {
        var rows: [(name: String, help: String)] = []
        for (name, help) in command.arguments {
            // A row without a name goes on with the one before it.
            if name.isEmpty, let last = rows.popLast() {
                rows.append((last.name, "\(last.help) \(help)"))
            } else {
                rows.append((name, help))
            }
        }
        return rows.map { ".TP\n.I \(Self.roff($0.name))\n\(Self.sentence($0.help))\n" }.joined()
    }

    private func rows(of command: CommandDescription) -> String {
        command.allOptions.map { option in
            let names = option.spellings.map { "\\fB\(Self.roff($0))\\fR" }.joined(separator: ", ")
            let value = option.valueName.map { " \\fI\(Self.roff($0))\\fR" } ?? ""
            return ".TP\n\(names)\(value)\n\(Self.sentence(option.help))\n"
        }.joined()
    }

    private var examples: String {
        let all = command.family.flatMap(\.examples)
        if all.isEmpty { return "" }
        return ".SH EXAMPLES\n"
            + all.map {
                ".TP\n.B \(Self.roff($0.line).replacing("\"", with: "\\(dq"))\n\(Self.sentence($0.help))\n"
            }
            .joined()
    }

    private static func sentence(_ text: String) -> String {
        roff(text.prefix(1).uppercased() + text.dropFirst()) + (text.hasSuffix(".") ? "" : ".")
    }

    /// The text so that roff prints just that: hyphens that can be copied, nothing taken for a request.
    static func roff(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") ? "\\&" + result : result
    }
}

extension String {
    /// The first place of `text` in this, from an index on.
    func range(of text: String, after start: Index? = nil) -> Range<Index>? {
        self[(start ?? startIndex)...].firstRange(of: text)
    }
}
