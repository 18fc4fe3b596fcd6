/// Steps over a number; `1j` is a number that no template can hold.
///
/// Source: "Numeric literals" in the reference of Python 3.11.
func pythonNumber(
    _ text: [UInt8], at position: inout Int
) throws(PythonFlaw) -> ParameterValue {
    let start = position
    func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < text.count ? text[position + offset] : 0
    }
    func takeDigits(_ radix: Int) throws(PythonFlaw) {
        let first = position
        while byte().isDigit(radix) || byte() == UInt8(ascii: "_") && byte(1).isDigit(radix) {
            position += 1
        }
        guard position > first else { throw PythonFlaw("a number without digits") }
    }
    var value: ParameterValue
    if byte() == UInt8(ascii: "0"), let radix = [0x62: 2, 0x6f: 8, 0x78: 16][byte(1) | 0x20] {
        position += 2
        if byte() == UInt8(ascii: "_") { position += 1 }
        try takeDigits(radix)
        value = ParameterValue(bigNumber: String(decoding: text[start..<position], as: UTF8.self))
    } else {
        var isFloat = false
        if byte() != UInt8(ascii: ".") { try takeDigits(10) }
        let whole = text[start..<position]
        if byte() == UInt8(ascii: ".") {
            isFloat = true
            position += 1
            if byte().isDigit(10) { try takeDigits(10) }
        }
        let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
        if byte() | 0x20 == UInt8(ascii: "e"), byte(1 + sign).isDigit(10) {
            isFloat = true
            position += 1 + sign
            try takeDigits(10)
        }
        let digits = text[start..<position].filter { $0 != UInt8(ascii: "_") }
        let isImaginary = byte() | 0x20 == UInt8(ascii: "j")
        if isImaginary {
            position += 1
            value = .unsupported("a complex number")
        } else if isFloat {
            let literal = String(decoding: digits, as: UTF8.self)
            let padded = literal.replacingDot()
            value = .float(Double(padded) ?? .nan)
        } else {
            guard whole.first != UInt8(ascii: "0") || digits.allSatisfy({ $0 == 0x30 }) else {
                throw PythonFlaw("a whole number that starts with 0")
            }
            value = ParameterValue(bigNumber: String(decoding: digits, as: UTF8.self))
        }
    }
    if byte().startsPythonName || byte().isDigit(10) {
        // Python reads `1if x` as two tokens, but `1x` not at all.
        let rest = text[position...].prefix(3)
        let words = ["and", "or", "if", "else", "in", "is", "for", "not"]
        guard words.contains(where: { rest.starts(with: $0.utf8.prefix(3)) }) else {
            throw PythonFlaw("a number that runs into a name")
        }
    }
    return value
}

extension String {
    /// A float as Swift reads it: digits on both sides of the point.
    fileprivate func replacingDot() -> String {
        var parts = split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return self }
        if parts[0].isEmpty { parts[0] = "0" }
        if parts[1].isEmpty || parts[1].utf8.first.map({ $0 | 0x20 == 0x65 }) == true {
            parts[1] = "0" + parts[1]
        }
        return parts.joined(separator: ".")
    }
}

extension UInt8 {
    func isDigit(_ radix: Int) -> Bool {
        self < 0x80 && (Character(UnicodeScalar(self)).hexDigitValue.map { $0 < radix } ?? false)
    }
}

/// Steps over a string whose prefix (`rb`) was read; its quote stands at `position`.
///
/// Source: "String and Bytes literals" in the reference of Python 3.11.
func pythonString(
    _ text: [UInt8], at position: inout Int, prefix: String
) throws(PythonFlaw) -> PythonString {
    let quote = text[position]
    let isTriple = text[position...].starts(with: [quote, quote, quote])
    position += isTriple ? 3 : 1
    let isRaw = prefix.contains("r")
    let isBytes = prefix.contains("b")
    var content: [UInt8] = []
    var isComputed = prefix.contains("f")
    while true {
        guard position < text.count else { throw PythonFlaw("a string without an end") }
        let byte = text[position]
        if byte == quote {
            if !isTriple {
                position += 1
                break
            }
            if text[position...].starts(with: [quote, quote, quote]) {
                position += 3
                break
            }
        }
        if byte == UInt8(ascii: "\n"), !isTriple { throw PythonFlaw("a string without an end") }
        if byte >= 0x80, isBytes { throw PythonFlaw("bytes that are not ASCII") }
        position += 1
        guard byte == UInt8(ascii: "\\"), position < text.count else {
            content.append(byte)
            continue
        }
        if isRaw || isComputed {
            content.append(byte)
            content.append(text[position])
            position += 1
        } else if let escaped = try pythonEscape(text, at: &position, isBytes: isBytes) {
            content.append(contentsOf: escaped)
        } else {
            isComputed = true
        }
    }
    if isComputed { return .computed }
    return isBytes ? .bytes(content) : .text(String(decoding: content, as: UTF8.self))
}

/// Steps over what follows a backslash; `nil` for a character by its name, which we do not know.
private func pythonEscape(
    _ text: [UInt8], at position: inout Int, isBytes: Bool
) throws(PythonFlaw) -> [UInt8]? {
    let letter = text[position]
    position += 1
    func take(_ count: Int, radix: Int) -> UInt32? {
        let digits = text[position...].prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0.isDigit(radix) }) else { return nil }
        position += count
        return UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
    }
    let value: UInt32?
    switch letter {
    case UInt8(ascii: "\n"): return []
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [letter]
    case UInt8(ascii: "a"): return [0x7]
    case UInt8(ascii: "b"): return [0x8]
    case UInt8(ascii: "f"): return [0xc]
    case UInt8(ascii: "n"): return [0xa]
    case UInt8(ascii: "r"): return [0xd]
    case UInt8(ascii: "t"): return [0x9]
    case UInt8(ascii: "v"): return [0xb]
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
        position -= 1
        let count = text[position...].prefix(3).prefix { $0.isDigit(8) }.count
        value = take(count, radix: 8)
    case UInt8(ascii: "x"): value = take(2, radix: 16)
    case UInt8(ascii: "u") where !isBytes: value = take(4, radix: 16)
    case UInt8(ascii: "U") where !isBytes: value = take(8, radix: 16)
    case UInt8(ascii: "N") where !isBytes: return nil
    default: return [UInt8(ascii: "\\"), letter]
    }
    guard let value, value <= 0x10ffff else { throw PythonFlaw("an escape that is no character") }
    if isBytes { return [UInt8(truncatingIfNeeded: value)] }
    // Python also holds halves of surrogate pairs, which no path can have.
    return Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
}
