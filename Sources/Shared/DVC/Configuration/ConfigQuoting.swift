/// Names and values as ConfigObj writes them.
///
/// Where what it writes would not be read back as the same value, other quotes are taken.
/// Source: ConfigObj 5.0.9, `_quote`; compared with it by random values.
enum ConfigQuoting {
    /// A section's title or an option's name, in quotes if need be; `nil` when none fit.
    static func name(_ text: String) -> String? {
        text.contains(where: \.isNewline) ? nil : usual(text, takesTriple: false)
    }

    /// A value, in quotes if need be; `nil` when none fit.
    static func value(_ value: ConfigValue) -> String? {
        switch value {
        case .text(let text):
            let spellings = [usual(text, takesTriple: true)] + marks.map { $0 + text + $0 }
            return spellings.compactMap(\.self).first { isRead($0, as: value) }
        case .list(let items):
            let written = items.compactMap { usual($0, takesTriple: false) }
            guard written.count == items.count else { return nil }
            let text = items.isEmpty ? "," : written.joined(separator: ", ")
            let spelling = items.count == 1 ? text + "," : text
            return isRead(spelling, as: value) ? spelling : nil
        }
    }

    private static let marks = ["\"", "'", "'''", "\"\"\""]

    private static func usual(_ text: String, takesTriple: Bool) -> String? {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return "\"\"" }
        let (hasSingle, hasDouble) = (scalars.contains("'"), scalars.contains("\""))
        if takesTriple, hasSingle && hasDouble || scalars.contains("\n") {
            let mark = text.contains("\"\"\"") ? "\"\"\"" : "'''"
            return mark + text + mark
        }
        let edges = " \r\n\u{b}\t'\"".unicodeScalars
        let isPlain =
            !edges.contains(first) && !edges.contains(last) && !scalars.contains(",")
            && !scalars.contains("#")
        if isPlain { return text }
        guard !(hasSingle && hasDouble) else { return nil }
        return hasDouble ? "'\(text)'" : "\"\(text)\""
    }

    private static func isRead(_ spelling: String, as value: ConfigValue) -> Bool {
        // A whole file, because triple quotes and line ends are a matter of lines.
        let file = Array("[a]\nb = \(spelling)\n".utf8)
        guard let raw = try? RawConfig(parsing: file, name: ""), raw.sections.count == 2,
            raw.sections[1].options.count == 1
        else { return false }
        return raw.sections[1].options[0].option.value.isExactly(value)
    }
}
