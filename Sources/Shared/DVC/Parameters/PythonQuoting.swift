/// A text in quotes, as Python's `repr()` prints it.
func quotedPython(_ text: String) -> String {
    var body = ""
    let quote = quoteMark(has: { text.utf8.contains($0) })
    for scalar in text.unicodeScalars {
        switch scalar {
        case quote, "\\": body += "\\" + String(scalar)
        case "\n": body += "\\n"
        case "\r": body += "\\r"
        case "\t": body += "\\t"
        default: body += scalar.isPrintable ? String(scalar) : escaped(scalar.value)
        }
    }
    return String(quote) + body + String(quote)
}

/// Bytes in quotes, as Python's `repr()` prints them after its `b`.
func quotedPython(_ bytes: [UInt8]) -> String {
    var body = ""
    let quote = quoteMark(has: { bytes.contains($0) })
    for byte in bytes {
        switch Unicode.Scalar(byte) {
        case quote, "\\": body += "\\" + String(Unicode.Scalar(byte))
        case "\n": body += "\\n"
        case "\r": body += "\\r"
        case "\t": body += "\\t"
        case " "..."~": body += String(Unicode.Scalar(byte))
        default: body += escaped(UInt32(byte))
        }
    }
    return String(quote) + body + String(quote)
}

/// A word for a shell, as Python's `shlex.quote` makes it.
func quotedShell(_ text: String) -> String {
    let isSafe = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "_@%+=:,./-".utf8.contains(byte)
        }
    }
    if isSafe, !text.isEmpty { return text }
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\"'\"'") + "'"
}

/// Python prefers the single quote, unless only that one occurs.
private func quoteMark(has: (UInt8) -> Bool) -> Unicode.Scalar {
    has(UInt8(ascii: "'")) && !has(UInt8(ascii: "\"")) ? "\"" : "'"
}

private func escaped(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
}

extension Unicode.Scalar {
    /// Whether Python's `str.isprintable` holds.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
