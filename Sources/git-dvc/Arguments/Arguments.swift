import Basics

/// A command line that cannot be understood.
struct UsageError: UserFacingError {
    let summary: String
    let advice: String?
}

/// The arguments of a command, read against its description.
struct Arguments: Sendable {
    /// In the order in which they were given.
    private var switches: [String] = []
    private var values: [String: [String]] = [:]
    private(set) var positionals: [String] = []

    func has(_ option: String) -> Bool { switches.contains(option) }

    /// The value of an option; the last one when it was given several times.
    func value(_ option: String) -> String? { values[option]?.last }

    /// Every value of an option that may be given several times, in their order.
    func values(_ option: String) -> [String] { values[option] ?? [] }

    /// The switch that was given of several that exclude each other, if any.
    func choice(of switches: [String]) throws(UsageError) -> String? {
        let given = switches.filter(has)
        guard given.count < 2 else {
            throw UsageError(
                summary: "'--\(given[0])' and '--\(given[1])' exclude each other", advice: nil)
        }
        return given.first
    }

    /// The switch that counts among those that override each other: the last one.
    func lastSwitch(of options: [String]) -> String? { switches.last(where: options.contains) }

    /// The value of an option that is a number of at least 0.
    func count(_ option: String) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw UsageError(
                summary: "'--\(option)' takes a number, not '\(text)'", advice: nil)
        }
        return number
    }

    /// Reads words the way Git and DVC do.
    ///
    /// `--long`, `--long=value`, `--lo` where that is clear, `-s`, `-svalue`, several switches in one
    /// word, `--` before words that only look like options. A negative number looks like none.
    init(_ words: [String], for command: CommandDescription) throws(UsageError) {
        let known = command.options + [OptionDescription("help", "h", "")]
        let usage = "run 'git dvc \(command.name) -h' for its options"
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positionals += rest
                break
            }
            if word.hasPrefix("--") {
                let parts = word.dropFirst(2).split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts[0])
                let option = try Self.option(named: name, among: known, usage)
                let value = parts.count > 1 ? String(parts[1]) : nil
                try take(option, "--\(name)", value, &rest)
            } else if word.hasPrefix("-"), word.count > 1, !word.isNegativeNumber {
                var letters = word.dropFirst()
                while let letter = letters.popFirst() {
                    guard let option = known.first(where: { $0.short == letter }) else {
                        throw UsageError(
                            summary: "'-\(letter)' is not an option of 'git dvc \(command.name)'",
                            advice: usage)
                    }
                    let value = option.valueName == nil || letters.isEmpty ? nil : String(letters)
                    if value != nil { letters = "" }
                    try take(option, "-\(letter)", value, &rest)
                }
            } else {
                positionals.append(word)
            }
        }
        guard !has("help") else { return }
        guard command.argumentCount.contains(positionals.count) else {
            let word = positionals.dropFirst(command.argumentCount.upperBound).first
            throw UsageError(
                summary: word.map {
                    "'\($0)' is one argument too many for 'git dvc \(command.name)'"
                }
                    ?? "'git dvc \(command.name)' needs more arguments",
                advice: usage)
        }
    }

    private mutating func take(
        _ option: OptionDescription, _ spelling: String, _ given: String?,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard let valueName = option.valueName else {
            if given != nil {
                throw UsageError(summary: "'\(spelling)' takes no value", advice: nil)
            }
            switches.append(option.long)
            return
        }
        guard let value = given ?? rest.popFirst() else {
            throw UsageError(summary: "'\(spelling)' needs a value: <\(valueName)>", advice: nil)
        }
        values[option.long, default: []].append(value)
    }

    private static func option(
        named name: String, among known: [OptionDescription], _ usage: String
    ) throws(UsageError) -> OptionDescription {
        if let exact = known.first(where: { $0.long == name }) { return exact }
        let matches = known.filter { $0.long.hasPrefix(name) }
        if matches.count == 1 { return matches[0] }
        let ofDVC = matches.filter { !$0.isOurs }
        if ofDVC.count == 1 { return ofDVC[0] }
        if matches.count > 1 {
            let names = matches.map { "--\($0.long)" }.joined(separator: ", ")
            throw UsageError(summary: "'--\(name)' could be \(names)", advice: nil)
        }
        let nearest = nearestWord(to: name, among: known.map(\.long))
        throw UsageError(
            summary: "unknown option '--\(name)'",
            advice: nearest.map { "did you mean '--\($0)'?" } ?? usage)
    }
}

extension String {
    fileprivate var isNegativeNumber: Bool {
        hasPrefix("-") && Double(self) != nil && dropFirst().allSatisfy { $0.isNumber || $0 == "." }
    }
}
