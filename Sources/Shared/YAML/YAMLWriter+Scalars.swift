extension YAMLWriter {
    mutating func plain(_ text: [Unicode.Scalar], canSplit: Bool) {
        if text.isEmpty { return }
        if !hasWhitespace { write([" "]) }
        hasWhitespace = false
        isIndention = false
        var start = 0
        var isInBlanks = false
        for end in 0...text.count {
            let isEnd = end == text.count
            let isBlank = !isEnd && text[end] == " "
            if isInBlanks {
                if !isBlank {
                    if start + 1 == end, column >= Self.width, canSplit {
                        startLine()
                        hasWhitespace = false
                        isIndention = false
                    } else {
                        write(text[start..<end])
                    }
                    start = end
                }
            } else if isEnd || isBlank {
                // A word that is longer than a line gets one of its own.
                if end - start + column > Self.width, let indent, column > indent { startLine() }
                write(text[start..<end])
                start = end
            }
            isInBlanks = isBlank
        }
    }

    mutating func singleQuoted(_ text: [Unicode.Scalar], canSplit: Bool) {
        indicator("'", needsBlank: true)
        var start = 0
        var isInBlanks = false
        var isInBreaks = false
        for end in 0...text.count {
            let isEnd = end == text.count
            let character = isEnd ? nil : text[end]
            let isBlank = character == " "
            let isBreak = character.map(\.isYAMLBreak) ?? false
            if isInBlanks {
                if !isBlank {
                    if start + 1 == end, column > Self.width, canSplit, start != 0, !isEnd {
                        startLine()
                    } else {
                        write(text[start..<end])
                    }
                    start = end
                }
            } else if isInBreaks {
                if !isBreak {
                    if text[start] == "\n" { lineBreak() }
                    for character in text[start..<end] { lineBreak(character) }
                    startLine()
                    start = end
                }
            } else if isEnd || isBlank || isBreak || character == "'" {
                write(text[start..<end])
                start = end
            }
            if character == "'" {
                write("''".unicodeScalars)
                start = end + 1
            }
            isInBlanks = isBlank
            isInBreaks = isBreak
        }
        indicator("'", needsBlank: false)
    }

    mutating func doubleQuoted(_ text: [Unicode.Scalar], canSplit: Bool) {
        indicator("\"", needsBlank: true)
        var start = 0
        for end in 0...text.count {
            let character = end < text.count ? text[end] : nil
            if character.map(\.needsYAMLEscape) ?? true {
                if start < end {
                    write(text[start..<end])
                    start = end
                }
                if let character {
                    write(character.yamlEscape.unicodeScalars)
                    start = end + 1
                }
            }
            let isInside = end > 0 && end < text.count - 1
            if isInside, character == " " || start >= end, column + (end - start) > Self.width,
                canSplit
            {
                let needsBackslash = needsBackslash(text, start, end)
                if start < end {
                    write(text[start..<end])
                    start = end
                }
                if needsBackslash { write(["\\"]) }
                startLine()
                hasWhitespace = false
                isIndention = false
                if text[start] == " " {
                    // Reading makes a blank of the line break.
                    if needsBackslash { write(["\\"]) } else { start += 1 }
                }
            }
        }
        indicator("\"", needsBlank: false)
    }

    /// Whether reading would make something else of a line break at `end`.
    private func needsBackslash(_ text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Bool {
        guard var stop = text[end...].firstIndex(of: " ") else { return true }
        stop = text[end..<stop].firstIndex(of: "\n") ?? stop
        guard stop + 1 < text.count else { return true }
        if text[stop] == "\n", text[stop + 1] != " " { return true }
        let word = text[end..<stop]
        let isAfterBlanks = end > 0 && text[end - 1] == " " && text[end] == " "
        return word.contains("\"") || word.contains("'") || text[stop + 1] == " "
            || text[stop + 1] == "\n" || isAfterBlanks || start == end
    }
}

extension Unicode.Scalar {
    var isYAMLBreak: Bool { ["\n", "\u{85}", "\u{2028}", "\u{2029}"].contains(self) }

    fileprivate var needsYAMLEscape: Bool {
        switch value {
        case 0x22, 0x5c, 0x85, 0x2028, 0x2029, 0xfeff: true
        case 0x20...0x7e, 0xa0...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: false
        default: true
        }
    }

    fileprivate var yamlEscape: String {
        let short: [UInt32: Character] = [
            0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0a: "n", 0x0b: "v", 0x0c: "f",
            0x0d: "r", 0x1b: "e", 0x22: "\"", 0x5c: "\\", 0x85: "N", 0xa0: "_", 0x2028: "L",
            0x2029: "P",
        ]
        if let letter = short[value] { return "\\\(letter)" }
        let (sign, width) = value <= 0xff ? ("x", 2) : value <= 0xffff ? ("u", 4) : ("U", 8)
        let digits = String(value, radix: 16, uppercase: true)
        return "\\" + sign + String(repeating: "0", count: width - digits.count) + digits
    }
}
