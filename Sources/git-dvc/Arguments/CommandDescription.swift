/// An option of a command, as it is read and as the help shows it.
struct OptionDescription: Sendable {
    /// Without dashes.
    let long: String
    let short: Character?
    /// The name of its value in the help; `nil` for a switch.
    let valueName: String?
    let help: String
    /// Whether real DVC's command does not have it: then it makes no abbreviation of those ambiguous
    /// that DVC has.
    let isOurs: Bool

    init(_ long: String, isOurs: Bool = false, _ help: String) {
        self.init(long, nil, isOurs: isOurs, help)
    }

    init(
        _ long: String, _ short: Character?, value: String? = nil, isOurs: Bool = false,
        _ help: String
    ) {
        self.isOurs = isOurs
        self.long = long
        self.short = short
        self.valueName = value
        self.help = help
    }
}

/// A command: everything that its help says and its arguments are checked against.
///
/// A command with subcommands, such as `remote`, only leads to them.
struct CommandDescription: Sendable {
    /// What is written behind `git dvc`: `push`, or `remote add` for a subcommand.
    let name: String
    /// One line, for the list of commands.
    let summary: String
    /// What follows the name in the usage line.
    var synopsis = ""
    /// Name and meaning of each argument.
    var arguments: [(name: String, help: String)] = []
    /// How many arguments there may be.
    var argumentCount: ClosedRange<Int> = 0...0
    var options: [OptionDescription] = []
    /// Command lines and what they do.
    var examples: [(line: String, help: String)] = []
    var subcommands: [CommandDescription] = []
    /// Returns the exit code; `nil` for a command with subcommands.
    var run: (@Sendable (Arguments, Invocation) async throws -> CInt)?
    /// Other words for the last one of the name, which DVC has as well.
    var aliases: [String] = []

    /// The last word of the name.
    var word: String { String(name.split(separator: " ").last ?? "") }

    /// Whether the command is called by this word.
    func isCalled(_ word: String) -> Bool { self.word == word || aliases.contains(word) }

    /// The text of `-h`.
    var help: String {
        let rest = subcommands.isEmpty ? synopsis : "<command>"
        let line = rest.isEmpty ? name : "\(name) \(rest)"
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
        section("commands", subcommands.map { ($0.word, $0.summary) })
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
