/// A place in TOML text, and the steps over its tokens.
struct TOMLCursor {
    struct Failure: Error {
        let problem: String

        init(_ problem: String) { self.problem = problem }

        static var tooDeep: Failure {
            Failure("nested more than \(parameterDepthLimit) levels deep")
        }
    }

    private let text: [UInt8]
    var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The byte here; 0, which no TOML text contains, at the end.
    var byte: UInt8 { position < text.count ? text[position] : 0 }

    var isAtEnd: Bool { position >= text.count }

    mutating func skip(_ wanted: String) -> Bool {
        guard text[position...].starts(with: wanted.utf8) else { return false }
        position += wanted.utf8.count
        return true
    }

    mutating func expect(_ wanted: String, _ name: String) throws(Failure) {
        guard skip(wanted) else { throw Failure("expected \(name)") }
    }

    mutating func skipBlanks() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Steps over a comment, if there is one, and the end of the line.
    mutating func endLine() throws(Failure) {
        skipBlanks()
        if byte == UInt8(ascii: "#") {
            while byte >= 0x20 || byte == UInt8(ascii: "\t") {
                if byte == 0x7f { break }
                position += 1
            }
        }
        if isAtEnd { return }
        try expect("\n", "the end of the line")
    }

    /// Steps over blanks, comments and line ends within an array.
    mutating func skipBlankLines() throws(Failure) {
        skipBlanks()
        while byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\n") {
            try endLine()
            skipBlanks()
        }
    }

    /// Steps over a key such as `a."b c".d` and the blanks around it.
    mutating func keyPath() throws(Failure) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            path.append(try key())
            skipBlanks()
            guard path.count < parameterDepthLimit else { throw .tooDeep }
        } while skip(".")
        return path
    }

    private mutating func key() throws(Failure) -> String {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            let isMultiline = ["\"\"\"", "'''"].contains { text[position...].starts(with: $0.utf8) }
            guard !isMultiline else { throw Failure("a key on several lines") }
            return try string()
        }
        let start = position
        while byte.isBareKey { position += 1 }
        guard position > start else { throw Failure("expected a key") }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    /// Steps over what is no string, array or table: up to a blank or a delimiter.
    ///
    /// One blank between a date and a time belongs to the value.
    mutating func takeWord() -> String {
        let start = position
        while byte.isPartOfWord { position += 1 }
        let isDate = position - start == 10 && text[start + 4] == UInt8(ascii: "-")
        if isDate, byte == UInt8(ascii: " "), position + 1 < text.count,
            (0x30...0x39).contains(text[position + 1])
        {
            position += 1
            while byte.isPartOfWord { position += 1 }
        }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    /// Steps over a string of any of the four kinds.
    mutating func string() throws(Failure) -> String {
        let quote = byte
        let mark = String(Unicode.Scalar(quote))
        let isMultiline = skip(mark + mark + mark)
        if isMultiline { _ = skip("\n") } else { position += 1 }
        var content: [UInt8] = []
        while true {
            switch byte {
            case quote:
                guard isMultiline else {
                    position += 1
                    return String(decoding: content, as: UTF8.self)
                }
                let quotes = text[position...].prefix(5).prefix { $0 == quote }.count
                position += quotes
                content.append(contentsOf: repeatElement(quote, count: max(quotes - 3, 0)))
                if quotes >= 3 { return String(decoding: content, as: UTF8.self) }
                content.append(contentsOf: repeatElement(quote, count: quotes))
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                position += 1
                try appendEscape(to: &content, isMultiline: isMultiline)
            case UInt8(ascii: "\n") where isMultiline, UInt8(ascii: "\t"), 0x20...0x7e, 0x80...:
                content.append(byte)
                position += 1
            default: throw Failure(isAtEnd ? "a string without an end" : "a control character")
            }
        }
    }

    private mutating func appendEscape(
        to content: inout [UInt8], isMultiline: Bool
    ) throws(Failure) {
        let letter = byte
        position += 1
        switch letter {
        case UInt8(ascii: "b"): content.append(0x8)
        case UInt8(ascii: "t"): content.append(0x9)
        case UInt8(ascii: "n"): content.append(0xa)
        case UInt8(ascii: "f"): content.append(0xc)
        case UInt8(ascii: "r"): content.append(0xd)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): content.append(letter)
        case UInt8(ascii: "u"): content += try codePoint(digits: 4)
        case UInt8(ascii: "U"): content += try codePoint(digits: 8)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"):
            guard isMultiline else { throw Failure("an unknown escape") }
            position -= 1
            skipBlanks()
            try expect("\n", "the end of the line")
            while byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ")
                || byte == UInt8(ascii: "\t")
            {
                position += 1
            }
        default: throw Failure("an unknown escape")
        }
    }

    private mutating func codePoint(digits count: Int) throws(Failure) -> String.UTF8View {
        let digits = text[position...].prefix(count)
        let isHex = digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        guard digits.count == count, isHex,
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw Failure("an escape that is no character") }
        position += count
        return String(scalar).utf8
    }
}

extension UInt8 {
    fileprivate var isBareKey: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    fileprivate var isPartOfWord: Bool { isBareKey || "+.:".utf8.contains(self) }
}
