/// A token of Python text.
enum PythonToken: Equatable {
    case name(String)
    case number(ParameterValue)
    case string(PythonString)
    /// An operator or a delimiter: `=`, `(`, `:`.
    case symbol(String)
    /// The end of a logical line.
    case newline
    case indent
    case dedent
    case end
}

/// What a string literal of Python holds.
enum PythonString: Equatable {
    case text(String)
    case bytes([UInt8])
    /// An f-string, or a text whose value is not known here (`\N{...}`).
    case computed
}

/// Cuts Python text into tokens, as far as constants need it.
///
/// Source: "Lexical analysis" in the reference of Python 3.11.
struct PythonTokenizer {
    private let text: [UInt8]
    private(set) var position = 0
    private var tokens: [PythonToken] = []
    /// The opening brackets that are still open.
    private var brackets: [UInt8] = []
    private var indents = [0]

    /// The tokens with the line of each, counted from 1.
    static func tokens(
        of text: [UInt8]
    ) throws(ParameterFileError) -> (tokens: [PythonToken], lines: [Int]) {
        var tokenizer = PythonTokenizer(text: text)
        var lines: [Int] = []
        do throws(PythonFlaw) {
            var counted = 0
            var line = 1
            while tokenizer.tokens.last != .end {
                try tokenizer.step()
                let position = min(tokenizer.position, text.count)
                line += text[counted..<position].count { $0 == UInt8(ascii: "\n") }
                counted = position
                while lines.count < tokenizer.tokens.count { lines.append(line) }
            }
            return (tokenizer.tokens, lines)
        } catch {
            throw ParameterFileError(
                "not valid Python: \(error.problem)", at: tokenizer.position, in: text)
        }
    }

    private init(text: [UInt8]) { self.text = text }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < text.count ? text[position + offset] : 0
    }

    private var isAtLineStart: Bool {
        guard brackets.isEmpty else { return false }
        switch tokens.last {
        case nil, .newline, .indent, .dedent: return position == 0 || byte(-1) == 0x0a
        default: return false
        }
    }

    /// Takes the next thing that is there, which may be no token.
    private mutating func step() throws(PythonFlaw) {
        if isAtLineStart, try readIndentation() { return }
        switch byte() {
        case 0 where position >= text.count: try finish()
        case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0c: position += 1
        case UInt8(ascii: "#"):
            while position < text.count, byte() != 0x0a { position += 1 }
        case UInt8(ascii: "\n"):
            position += 1
            if brackets.isEmpty, !endsLogicalLine { tokens.append(.newline) }
        case UInt8(ascii: "\\"):
            guard byte(1) == 0x0a, position + 2 < text.count else {
                throw PythonFlaw("a backslash")
            }
            position += 2
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            tokens.append(.number(try pythonNumber(text, at: &position)))
        case UInt8(ascii: ".") where (0x30...0x39).contains(byte(1)):
            tokens.append(.number(try pythonNumber(text, at: &position)))
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            tokens.append(.string(try pythonString(text, at: &position, prefix: "")))
        case let letter where letter.startsPythonName: try readName()
        default: try readSymbol()
        }
    }

    private var endsLogicalLine: Bool {
        switch tokens.last {
        case nil, .newline, .indent, .dedent: true
        default: false
        }
    }

    /// Compares the blanks in front of a line with those before; `true` when the line is empty.
    private mutating func readIndentation() throws(PythonFlaw) -> Bool {
        var column = 0
        while true {
            switch byte() {
            case UInt8(ascii: " "): column += 1
            case UInt8(ascii: "\t"):
                column = (column / 8 + 1) * 8
            case 0x0c: column = 0
            default:
                if position >= text.count { return false }
                if byte() == UInt8(ascii: "#") || byte() == 0x0a {
                    while position < text.count, byte() != 0x0a { position += 1 }
                    if position < text.count { position += 1 }
                    return true
                }
                try setIndentation(column)
                return false
            }
            position += 1
        }
    }

    private mutating func setIndentation(_ column: Int) throws(PythonFlaw) {
        if column > indents.last ?? 0 {
            guard indents.count < 100 else { throw PythonFlaw("too many levels of indentation") }
            indents.append(column)
            tokens.append(.indent)
            return
        }
        while column < indents.last ?? 0 {
            indents.removeLast()
            tokens.append(.dedent)
        }
        guard column == indents.last else { throw PythonFlaw("the indentation fits no block") }
    }

    private mutating func finish() throws(PythonFlaw) {
        guard brackets.isEmpty else { throw PythonFlaw("a bracket without an end") }
        if !endsLogicalLine { tokens.append(.newline) }
        tokens += Array(repeating: .dedent, count: indents.count - 1)
        tokens.append(.end)
    }

    private mutating func readName() throws(PythonFlaw) {
        let start = position
        while byte().startsPythonName || (0x30...0x39).contains(byte()) { position += 1 }
        let name = String(decoding: text[start..<position], as: UTF8.self)
        let isPrefix = ["r", "b", "u", "f", "br", "rb", "fr", "rf"].contains(name.lowercased())
        if isPrefix, byte() == UInt8(ascii: "\"") || byte() == UInt8(ascii: "'") {
            let prefix = name.lowercased()
            tokens.append(.string(try pythonString(text, at: &position, prefix: prefix)))
        } else {
            tokens.append(.name(name))
        }
    }

    private mutating func readSymbol() throws(PythonFlaw) {
        let known = Self.symbols.first { text[position...].starts(with: $0.utf8) }
        guard let symbol = known else { throw PythonFlaw("a character that has no meaning") }
        switch byte() {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
            guard brackets.count < 200 else { throw PythonFlaw("too many nested brackets") }
            brackets.append(byte())
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            // The two kinds of a bracket are one or two apart in ASCII.
            guard let open = brackets.popLast(), (1...2).contains(Int(byte()) - Int(open)) else {
                throw PythonFlaw("a closing bracket without an opening one")
            }
        default: break
        }
        position += symbol.utf8.count
        tokens.append(.symbol(symbol))
    }

    private static let symbols = [
        "**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", ":=", "->", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>", "=", "(", ")", "[", "]", "{",
        "}", ",", ":", ";", ".", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "@",
    ]
}

/// What is wrong with Python text, lower case, without the place.
struct PythonFlaw: Error {
    let problem: String
    init(_ problem: String) { self.problem = problem }
}

extension UInt8 {
    /// Whether a name may start with this; letters outside of ASCII are not told apart.
    var startsPythonName: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || self == UInt8(ascii: "_") || self >= 0x80
    }
}
