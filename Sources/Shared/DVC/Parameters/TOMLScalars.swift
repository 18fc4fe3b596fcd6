/// The value of a TOML word: a Boolean, a number or a date.
func tomlScalar(_ word: String) throws(TOMLCursor.Failure) -> ParameterValue {
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    let bytes = Array(word.utf8)
    let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    let body = isSigned ? bytes.dropFirst() : bytes[...]
    if isWholeNumber(body) || (!isSigned && isPrefixedNumber(body)) {
        return ParameterValue(bigNumber: word)
    }
    if isFloat(body) { return .float(Double(word.utf8.filter { $0 != 0x5f }) ?? .nan) }
    if isTOMLDate(bytes) { return .unsupported("a date", .string(word)) }
    throw TOMLCursor.Failure(word.isEmpty ? "expected a value" : "'\(word)' is no value")
}

extension Double {
    fileprivate init?(_ digits: some Collection<UInt8>) {
        self.init(String(decoding: digits, as: UTF8.self))
    }
}

/// Digits with single `_` between them.
private func isDigits(_ text: ArraySlice<UInt8>, radix: Int = 10) -> Bool {
    let groups = text.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    return groups.allSatisfy { group in
        !group.isEmpty
            && group.allSatisfy { byte in
                byte < 0x80
                    && Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
            }
    }
}

private func isWholeNumber(_ text: ArraySlice<UInt8>) -> Bool {
    isDigits(text) && (text.count == 1 || text.first != UInt8(ascii: "0"))
}

private func isPrefixedNumber(_ text: ArraySlice<UInt8>) -> Bool {
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
    return prefixes.contains { prefix, radix in
        text.starts(with: prefix.utf8) && isDigits(text.dropFirst(2), radix: radix)
    }
}

private func isFloat(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(
        maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 | 0x20 == 0x65 })
    var exponent = parts.count > 1 ? parts[1] : []
    if let sign = exponent.first, "+-".utf8.contains(sign) { exponent.removeFirst() }
    let halves = parts[0].split(
        separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    return (parts.count > 1 || halves.count > 1) && isWholeNumber(halves[0])
        && (halves.count == 1 || isDigits(halves[1])) && (parts.count == 1 || isDigits(exponent))
}

/// Whether the text is a date, a time, or both; whether that day exists is not asked.
private func isTOMLDate(_ text: [UInt8]) -> Bool {
    func has(_ pattern: String, at start: Int) -> Bool {
        let slice = text.dropFirst(start).prefix(pattern.utf8.count)
        return slice.count == pattern.utf8.count
            && zip(slice, pattern.utf8).allSatisfy { byte, wanted in
                wanted == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == wanted
            }
    }
    var position = 0
    if has("0000-00-00", at: 0) {
        if text.count == 10 { return true }
        guard "Tt ".utf8.contains(text[10]) else { return false }
        position = 11
    }
    guard has("00:00:00", at: position) else { return false }
    var rest = text.dropFirst(position + 8)
    if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        let fraction = rest.prefix { (0x30...0x39).contains($0) }
        if fraction.isEmpty { return false }
        rest = rest.dropFirst(fraction.count)
    }
    if rest.isEmpty { return true }
    guard position > 0 else { return false }
    if rest.count == 1 { return rest.first.map { $0 | 0x20 == 0x7a } ?? false }
    let offset = rest.startIndex
    return rest.count == 6 && (has("+00:00", at: offset) || has("-00:00", at: offset))
}
