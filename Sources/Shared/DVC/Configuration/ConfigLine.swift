/// The parts of one line of a configuration file, cut as ConfigObj cuts them.
///
/// ConfigObj's grammar is a set of backtracking regular expressions whose choices are visible in odd
/// files; the comments name the expression that each function stands for.
/// Source: ConfigObj 5.0.9, `_sectionmarker`, `_keyword`; compared with it by random lines.
struct ConfigLine {
    let text: ArraySlice<Unicode.Scalar>

    init(_ text: ArraySlice<Unicode.Scalar>) { self.text = text }

    /// Whether there is nothing on the line, or a comment only.
    var isBlank: Bool {
        let start = text.skippingSpace(from: text.startIndex)
        return start == text.endIndex || text[start] == "#"
    }

    /// DVC uses one; each one more is one more place where the title may start.
    private static let maximumBrackets = 100

    struct SectionHeader: Equatable {
        let title: String
        /// Where the title stands, its quotes included.
        let titleRange: Range<Int>
        let openBrackets: Int
        let closeBrackets: Int
    }

    /// `_sectionmarker`: brackets, a title that may be quoted, brackets, a comment.
    var sectionHeader: SectionHeader? {
        // Where the title may start: behind a bracket and the space after it.
        var starts: [Int] = []
        var position = text.skippingSpace(from: text.startIndex)
        while text.has("[", at: position) {
            position = text.skippingSpace(from: position + 1)
            starts.append(position)
        }
        guard starts.count <= Self.maximumBrackets else { return nil }
        for (index, start) in starts.enumerated().reversed() {
            guard let (end, closeBrackets) = titleEnd(from: start) else { continue }
            return SectionHeader(
                title: text[start..<end].unquoted.string, titleRange: start..<end,
                openBrackets: index + 1, closeBrackets: closeBrackets)
        }
        return nil
    }

    private func titleEnd(from start: Int) -> (end: Int, closeBrackets: Int)? {
        guard start < text.endIndex else { return nil }
        let quote = text[start]
        guard quote == "\"" || quote == "'" else {
            var end = start + 1
            while end < text.endIndex {
                if let brackets = closingBrackets(from: end) { return (end, brackets) }
                end = max(end + 1, text.skippingSpace(from: end))  // one look per run of blanks
            }
            return nil
        }
        let content = text.skippingSpace(from: start + 1)
        for end in text.indices where end > content && text[end] == quote {
            if let brackets = closingBrackets(from: end + 1) { return (end + 1, brackets) }
        }
        return nil
    }

    /// The number of brackets at `start`, when nothing but space and a comment follows them.
    private func closingBrackets(from start: Int) -> Int? {
        var count = 0
        var position = text.skippingSpace(from: start)
        while text.has("]", at: position) {
            count += 1
            position = text.skippingSpace(from: position + 1)
        }
        return count > 0 && text.isRest(position) ? count : nil
    }

    /// `_keyword`: a key that may be quoted, an equals sign, and the rest of the line.
    var keyAndValue: (key: String, value: ArraySlice<Unicode.Scalar>)? {
        let indentation = text.skippingSpace(from: text.startIndex)
        // A key may be blank: then it is the last blank of the indentation.
        for start in (text.startIndex...indentation).reversed() where start < text.endIndex {
            guard let (end, equals) = keyEnd(from: start) else { continue }
            let value = text[text.skippingSpace(from: equals + 1)...]
            return (text[start..<end].unquoted.string, value)
        }
        return nil
    }

    private func keyEnd(from start: Int) -> (end: Int, equals: Int)? {
        let first = text[start]
        let isQuoted = first == "\"" || first == "'"
        guard isQuoted || first != "=" else { return nil }
        var end = start + 1
        while end < text.endIndex {
            if !isQuoted || text[end] == first {
                let keyEnd = isQuoted ? end + 1 : end
                let equals = text.skippingSpace(from: keyEnd)
                if text.has("=", at: equals) { return (keyEnd, equals) }
                if !isQuoted { end = max(end, equals - 1) }  // one look per run of blanks
            }
            end += 1
        }
        return nil
    }
}

extension ArraySlice<Unicode.Scalar> {
    /// What Python's `\s` matches in text.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09...0x0d, 0x1c...0x1f, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029,
            0x202f, 0x205f, 0x3000:
            true
        default: false
        }
    }

    func has(_ scalar: Unicode.Scalar, at position: Int) -> Bool {
        position < endIndex && self[position] == scalar
    }

    func skippingSpace(from start: Int) -> Int {
        var position = start
        while position < endIndex, Self.isSpace(self[position]) { position += 1 }
        return position
    }

    /// Whether nothing but space and a comment follows: `\s*(#.*)?$`.
    func isRest(_ start: Int) -> Bool {
        let position = skippingSpace(from: start)
        return position == endIndex || self[position] == "#"
    }

    /// `_unquote`: without the quotes, when it starts and ends with the same one.
    var unquoted: Self {
        guard let first, first == last, first == "\"" || first == "'" else { return self }
        return dropFirst().dropLast()
    }

    var string: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: self)
        return String(view)
    }
}
