/// An option of a command, as it is read and as the help shows it.
struct OptionDescription: Sendable {
    /// Without dashes.
    let long: String
    let short: Character?
    /// The name of its value in the help; `nil` for a switch.
    let valueName: String?
    let help: String

    init(_ long: String, _ help: String) {
        self.init(long, nil, help)
    }

    init(_ long: String, _ short: Character?, value: String? = nil, _ help: String) {
        self.long = long
        self.short = short
        self.valueName = value
        self.help = help
    }
}

/// A command: everything that its help says and its arguments are checked against.
struct CommandDescription: Sendable {
    let name: String
    /// One line, for the list of commands.
    let summary: String
    /// What follows the name in the usage line.
    let synopsis: String
    /// Name and meaning of each argument.
    var arguments: [(name: String, help: String)] = []
    /// How many arguments there may be.
    var argumentCount: ClosedRange<Int> = 0...0
    var options: [OptionDescription] = []
    /// Command lines and what they do.
    var examples: [(line: String, help: String)] = []
    /// Returns the exit code.
    let run: @Sendable (Arguments, Invocation) async throws -> CInt

    /// The text of `-h`.
    var help: String {
        let line = synopsis.isEmpty ? name : "\(name) \(synopsis)"
        var text = "usage: git dvc \(line)\n\n\(summary)\n"
        func section(_ title: String, _ rows: [(String, String)]) {
            guard !rows.isEmpty else { return }
            let width = min(28, rows.map(\.0.count).max() ?? 0)
            text += "\n\(title)\n"
            for (left, right) in rows {
                let padding = String(repeating: " ", count: max(0, width - left.count))
                text += "  \(left)\(padding)  \(right)\n"
            }
        }
        section("arguments", arguments)
        section(
            "options",
            (options + [OptionDescription("help", "h", "show this text")]).map { option in
                let short = option.short.map { "-\($0), " } ?? "    "
                let value = option.valueName.map { " <\($0)>" } ?? ""
                return ("\(short)--\(option.long)\(value)", option.help)
            })
        section("examples", examples)
        return text
    }
}
