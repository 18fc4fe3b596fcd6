/// The path that an expression such as `a.b[0]` names.
struct TemplateExpression {
    /// Names of keys and numbers of elements, without blanks around them.
    let steps: [String]

    /// Throws ``TemplateFault/badExpression(_:)``.
    ///
    /// Source: `get_parser` and `normalize_key` in DVC 3.67 `parsing/interpolate.py`, where a blank
    ///   belongs to the word, and is taken away when the word is looked up.
    init(_ text: String) throws(TemplateFault) {
        guard Self.isWellFormed(Array(text.utf8)) else { throw .badExpression(text) }
        let plain = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "["): UInt8(ascii: ".")
            case UInt8(ascii: "]"): nil
            default: byte
            }
        }
        steps = plain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self).strippingBlanks
        }
    }

    /// Whether the text is a word, followed by any number of `.word` and `[word]`.
    private static func isWellFormed(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func takeWord() -> Bool {
            let word = rest.prefix { !".[]".utf8.contains($0) }
            rest = rest.dropFirst(word.count)
            return !word.isEmpty
        }
        guard takeWord() else { return false }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."): if !takeWord() { return false }
            case UInt8(ascii: "["):
                guard takeWord(), rest.popFirst() == UInt8(ascii: "]") else { return false }
                // A word cannot follow, but blanks before the next step or the end may.
                rest = rest.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
            default: return false
            }
        }
        return true
    }
}

extension String {
    /// The text without white space at both ends, as Python's `strip()` gives it.
    fileprivate var strippingBlanks: String {
        let scalars = unicodeScalars
        let isBlank = { (scalar: Unicode.Scalar) in
            scalar.properties.isWhitespace || ("\u{1c}"..."\u{1f}").contains(scalar)
        }
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension [ParameterValue] {
    /// The element that `text` numbers, as Python's `int` reads it; `-1` is the last one.
    subscript(numbered text: String) -> ParameterValue? {
        var digits = text.utf8[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        let groups = digits.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isDigit(10) } }),
            let number = Int(String(decoding: groups.joined(), as: UTF8.self))
        else { return nil }
        let index = isNegative && number > 0 ? count - number : number
        return indices.contains(index) ? self[index] : nil
    }
}
