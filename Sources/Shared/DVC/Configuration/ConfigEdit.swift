/// One change of a configuration file.
package enum ConfigEdit: Sendable {
    case set(option: String, value: String, in: ConfigSectionName)
    case unset(option: String, in: ConfigSectionName)
    case remove(ConfigSectionName)
    /// Gives a section with a name another name.
    case rename(ConfigSectionName, to: String)

    var section: ConfigSectionName {
        switch self {
        case .set(_, _, let section), .unset(_, let section), .remove(let section),
            .rename(let section, _):
            section
        }
    }
}

extension RawConfig {
    /// The text after an edit that touches as few lines as it can; `nil` when something in it has no
    /// way to be written.
    func text(after edit: ConfigEdit) -> [Unicode.Scalar]? {
        let matching = sections.indices.dropFirst().filter {
            sections.name(of: $0) == edit.section
        }
        switch edit {
        case .set(let option, let value, let section):
            guard let value = ConfigQuoting.value(.text(value)) else { return nil }
            guard let last = matching.last else {
                return appending(section, option: option, value: value)
            }
            return setting(option, to: value, in: sections[last])
        case .unset(let option, let section):
            let options = matching.flatMap { sections[$0].options }
            let gone = options.filter { $0.key.lowercased() == option }.map(\.range)
            let isLast = !gone.isEmpty && gone.count == options.count && section.kind == nil
            // A title that only comments follow stays with them.
            return removing(isLast && !hasComments(in: matching) ? matching.map(extent) : gone)
        case .remove: return removing(matching.map(extent))
        case .rename(_, let name):
            guard let last = matching.last else { return text }
            let isNested = sections[last].depth > 1
            let title = isNested ? name : ConfigSectionName(name, kind: edit.section.kind).title
            guard let written = ConfigQuoting.name(title) else { return nil }
            // The others say nothing, and would have the same title in another case.
            return replacing(
                matching.dropLast().map { (extent($0), "") }
                    + [(sections[last].titleRange, written)])
        }
    }

    private func setting(
        _ option: String, to value: String, in section: RawConfigSection
    ) -> [Unicode.Scalar]? {
        if let old = section.options.last(where: { $0.key.lowercased() == option }) {
            return replacing([(old.valueRange, value + comment(behind: old).string)])
        }
        guard let key = ConfigQuoting.name(option) else { return nil }
        let place = (section.options.last?.range ?? section.header).upperBound
        let indentation =
            section.options.last.map { self.indentation(at: $0.range.lowerBound) }
            ?? self.indentation(at: section.header.lowerBound) + "    "
        return replacing([(place..<place, "\(indentation)\(key) = \(value)\(lineEnd)")])
    }

    private func appending(
        _ section: ConfigSectionName, option: String, value: String
    ) -> [Unicode.Scalar]? {
        guard let title = ConfigQuoting.name(section.title),
            let key = ConfigQuoting.name(option)
        else { return nil }
        let space = separatesSections ? lineEnd : ""
        let lines = "\(space)[\(title)]\(lineEnd)    \(key) = \(value)\(lineEnd)"
        return replacing([(text.count..<text.count, lines)])
    }

    /// The section's title and options with the comments between them and the blank lines behind.
    private func extent(_ index: Int) -> Range<Int> {
        let section = sections[index]
        var end = (section.options.last?.range ?? section.header).upperBound
        var position = end
        while position < text.count, ArraySlice.isSpace(text[position]) {
            position += 1
            if text[position - 1] == "\n" { end = position }
        }
        if position == text.count { end = position }
        return section.header.lowerBound..<end
    }

    private func hasComments(in matching: [Int]) -> Bool {
        matching.contains { index in
            let start = sections[index].header.upperBound
            let next = sections.dropFirst(index + 1).first?.header.lowerBound ?? text.count
            let inOptions = sections[index].options.map(\.range)
            return (start..<next).contains { position in
                text[position] == "#" && !inOptions.contains { $0.contains(position) }
            }
        }
    }

    /// The comment behind a value on its last line, with the space before it.
    private func comment(behind option: RawConfigOption) -> ArraySlice<Unicode.Scalar> {
        let written = text[option.valueRange]
        let starts = written.indices.filter { text[$0] == "#" }
        let quotes = written.prefix(3)
        let isLong = quotes.count == 3 && quotes.allSatisfy { $0 == quotes.first }
        for start in starts {
            let before = text[written.startIndex..<start]
            let end = before.lastIndex { !ArraySlice.isSpace($0) }.map { $0 + 1 } ?? start
            let isEnd =
                isLong
                ? end >= written.startIndex + 6 && text[(end - 3)..<end].elementsEqual(quotes)
                    && text[start...].prefix { $0 != "\n" && $0 != "\r" }.endIndex
                        == written.endIndex
                : ConfigValueParser.parse(text[written.startIndex..<end]) == option.option.value
            if isEnd { return text[end..<written.endIndex] }
        }
        return []
    }

    private func indentation(at start: Int) -> String {
        text[start...].prefix { $0 == " " || $0 == "\t" }.string
    }

    /// The file's way to end lines.
    private var lineEnd: String {
        guard let first = text.firstIndex(where: { $0 == "\n" || $0 == "\r" }) else { return "\n" }
        if text[first] == "\n" { return "\n" }
        return text[first...].has("\n", at: first + 1) ? "\r\n" : "\r"
    }

    private var separatesSections: Bool {
        sections.dropFirst(2).contains { section in
            let before = text[..<section.header.lowerBound].split(
                omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
            return before.dropLast().last?.allSatisfy { ArraySlice.isSpace($0) } ?? false
        }
    }

    private func removing(_ ranges: [Range<Int>]) -> [Unicode.Scalar] {
        replacing(ranges.map { ($0, "") })
    }

    /// The text with some of it replaced; what is put at the end of a file starts a line.
    private func replacing(_ changes: [(Range<Int>, String)]) -> [Unicode.Scalar] {
        var result = text
        for (range, new) in changes.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
            let isInserted = range.isEmpty && range.lowerBound == text.count
            let lacksEnd = isInserted && text.last.map { $0 != "\n" && $0 != "\r" } ?? false
            result.replaceSubrange(range, with: ((lacksEnd ? lineEnd : "") + new).unicodeScalars)
        }
        return result
    }
}
