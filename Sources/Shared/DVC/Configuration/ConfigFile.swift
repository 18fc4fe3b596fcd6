/// One configuration file in DVC's dialect of INI, with references replaced and names in lower case.
///
/// Takes and refuses the same files as DVC; where DVC crashes, the error names the line.
/// Source: ConfigObj 5.0.9 and DVC 3.67.1 (dvc-compat 1.3).
package struct ConfigFile: Sendable {
    package struct Option: Equatable, Sendable {
        package let value: ConfigValue
        /// Counted from 1.
        package let line: Int
    }

    package struct Section: Sendable {
        /// In lower case and without quotes: `core`, `remote "name"`.
        package let title: String
        package let line: Int
        /// How many brackets its title has.
        package let depth: Int
        package fileprivate(set) var options: [String: Option] = [:]
    }

    /// The file's name for messages.
    package let name: String
    /// The options before the first section; DVC knows none.
    package let unnamed: Section
    /// In the order of the file; a section of depth 2 belongs to the last one of depth 1 before it.
    package let sections: [Section]

    package init(parsing bytes: [UInt8], name: String) throws(ConfigError) {
        let raw = try RawConfig(parsing: bytes, name: name).sections
        var sections: [Section] = []
        for index in raw.indices {
            var section = Section(
                title: raw[index].title.lowercased(), line: raw[index].line, depth: raw[index].depth
            )
            // Keys that become the same in lower case are no duplicates for DVC: the last one wins.
            for (key, option) in try raw.resolvedOptions(of: index, file: name) {
                section.options[key.lowercased()] = option
            }
            sections.append(section)
        }
        self.name = name
        self.unnamed = sections.removeFirst()
        self.sections = sections
    }
}

/// Reads line after line; the first section holds what comes before any title.
struct ConfigFileParser {
    private let name: String
    private var sections = [
        RawConfigSection(title: "", line: 1, depth: 0, parent: 0, header: 0..<0, titleRange: 0..<0)
    ]
    private var current = 0
    private var text: [Unicode.Scalar] = []
    private var lines: [ArraySlice<Unicode.Scalar>] = []
    private var index = 0

    /// In code points: reading a line can take time quadratic in its length.
    private static let maximumLineLength = 1 << 13

    init(name: String) { self.name = name }

    mutating func parse(_ bytes: [UInt8]) throws(ConfigError) -> RawConfig {
        guard let string = String(validating: bytes, as: UTF8.self) else { throw error(.notUTF8) }
        text = Array(string.unicodeScalars)
        lines = text.configLines
        guard lines.first?.first != "\u{feff}" else { throw error(.byteOrderMark) }
        while index < lines.count {
            guard lines[index].count <= Self.maximumLineLength else { throw error(.lineTooLong) }
            let line = ConfigLine(lines[index])
            if let header = line.sectionHeader {
                try startSection(header)
            } else if !line.isBlank {
                guard let (key, value) = line.keyAndValue else { throw error(.unreadableLine) }
                try addOption(key, value)
            }
            index += 1
        }
        return RawConfig(text: text, sections: sections)
    }

    /// Where a line and its end are, up to the start of the next line.
    private func range(ofLine line: Int) -> Range<Int> {
        let next = line + 1 < lines.count ? lines[line + 1].startIndex : text.count
        return lines[line].startIndex..<next
    }

    private mutating func startSection(_ header: ConfigLine.SectionHeader) throws(ConfigError) {
        let depth = header.openBrackets
        guard depth == header.closeBrackets else { throw error(.unbalancedSection) }
        guard depth <= sections[current].depth + 1 else { throw error(.sectionTooNested) }
        var parent = current
        while sections[parent].depth >= depth { parent = sections[parent].parent }
        guard sections[parent].names.insert(header.title.exactKey).inserted else {
            throw error(.duplicateSection(header.title))
        }
        current = sections.count
        sections.append(
            RawConfigSection(
                title: header.title, line: index + 1, depth: depth, parent: parent,
                header: range(ofLine: index), titleRange: header.titleRange))
    }

    private mutating func addOption(
        _ key: String, _ text: ArraySlice<Unicode.Scalar>
    ) throws(ConfigError) {
        let line = index + 1
        let start = lines[index].startIndex
        let value: ConfigValue
        if text.starts(with: "\"\"\"".unicodeScalars) || text.starts(with: "'''".unicodeScalars) {
            guard let long = longValue(text) else { throw error(.unendedValue(key: key)) }
            value = .text(long)
        } else {
            guard let short = ConfigValueParser.parse(text) else {
                throw error(.unreadableValue(key: key))
            }
            value = short
        }
        guard sections[current].names.insert(key.exactKey).inserted else {
            throw error(.duplicateKey(key, section: sections[current].title), line: line)
        }
        sections[current].options.append(
            RawConfigOption(
                key: key, option: ConfigFile.Option(value: value, line: line),
                range: start..<range(ofLine: index).upperBound,
                valueRange: text.startIndex..<lines[index].endIndex))
    }

    /// A value in triple quotes, which may end on a later line; then ``index`` is that line.
    ///
    /// Source: ConfigObj 5.0.9, `_multiline`.
    private mutating func longValue(_ text: ArraySlice<Unicode.Scalar>) -> String? {
        let quotes = text.prefix(3)
        let start = text.startIndex + 3
        // On one line, the first quotes that nothing but a comment follows are the end.
        for end in text.indices.dropFirst(3) where text[end...].starts(with: quotes) {
            if text.isRest(end + 3) { return text[start..<end].string }
        }
        guard !text[start...].containsRun(quotes) else { return nil }
        var value = text[start...].string
        for later in lines.indices where later > index {
            value += "\n"
            let line = lines[later]
            guard line.containsRun(quotes) else {
                value += line.string
                continue
            }
            for end in line.indices where line[end...].starts(with: quotes) && line.isRest(end + 3)
            {
                index = later
                return value + line[..<end].string
            }
            return nil
        }
        return nil
    }

    private func error(_ reason: ConfigError.Reason, line: Int? = nil) -> ConfigError {
        ConfigError(reason: reason, file: name, line: line ?? index + 1)
    }
}

extension String {
    /// For sets of names: Swift takes strings of different code points for equal, Python does not.
    fileprivate var exactKey: String {
        unicodeScalars.map { String($0.value) }.joined(separator: " ")
    }
}

extension [Unicode.Scalar] {
    /// The lines as Python's text files and `str.splitlines` cut them, without `\n` at their ends.
    ///
    /// The other line ends stay, because ConfigObj keeps them in values.
    fileprivate var configLines: [ArraySlice<Unicode.Scalar>] {
        var lines: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        var position = 0
        while position < count {
            let scalar = self[position]
            position += 1
            switch scalar.value {
            case 0x0a, 0x0d:
                lines.append(self[start..<position - 1])
                if scalar == "\r", position < count, self[position] == "\n" { position += 1 }
                start = position
            case 0x0b, 0x0c, 0x1c...0x1e, 0x85, 0x2028, 0x2029:
                lines.append(self[start..<position])
                start = position
            default: break
            }
        }
        if start < count { lines.append(self[start...]) }
        return lines
    }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate func containsRun(_ run: ArraySlice<Unicode.Scalar>) -> Bool {
        indices.contains { self[$0...].starts(with: run) }
    }
}
