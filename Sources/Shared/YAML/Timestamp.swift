/// Whether `text` is `2020-01-31`, or a date and a time, which ruamel.yaml takes for no string.
///
/// Source: the `timestamp` entry of `implicit_resolvers` in ruamel.yaml 0.19 `resolver.py`.
func isTimestamp(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    guard let year = rest.takeNumber(), year == 4, rest.take("-"),
        let month = rest.takeNumber(), rest.take("-"), let day = rest.takeNumber()
    else { return false }
    if rest.isEmpty { return month == 2 && day == 2 }
    guard month <= 2, day <= 2 else { return false }
    guard rest.take("T") || rest.take("t") || rest.takeBlanks() else { return false }
    guard let hour = rest.takeNumber(), hour <= 2, rest.take(":"),
        rest.takeNumber() == 2, rest.take(":"), rest.takeNumber() == 2
    else { return false }
    if rest.take(".") { _ = rest.takeNumber() }
    return isTimeZone(rest)
}

/// Whether `text` is empty, `Z`, or an offset such as `+2` or `-02:30`, blanks before it allowed.
private func isTimeZone(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    if rest.isEmpty { return true }
    _ = rest.takeBlanks()
    if rest.take("Z") { return rest.isEmpty }
    guard rest.take("+") || rest.take("-"), let hours = rest.takeNumber(), hours <= 2 else {
        return false
    }
    if rest.take(":") { return rest.takeNumber() == 2 && rest.isEmpty }
    return rest.isEmpty
}

extension ArraySlice<UInt8> {
    /// Removes `character` from the front, if it is there.
    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: character) else { return false }
        removeFirst()
        return true
    }

    /// Removes the decimal digits in front; returns how many, or `nil` when there are none.
    fileprivate mutating func takeNumber() -> Int? {
        let digits = prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        removeFirst(digits.count)
        return digits.isEmpty ? nil : digits.count
    }

    fileprivate mutating func takeBlanks() -> Bool {
        let blanks = prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        removeFirst(blanks.count)
        return !blanks.isEmpty
    }
}
