extension YAMLScalar.Value {
    /// The meaning of a plain scalar in YAML 1.2 as ruamel.yaml, DVC's reader, has it.
    ///
    /// Close to the core schema, with ruamel's additions: `_` between digits, `0b`, a sign before
    /// `0x` and `0o`, and dates. `yes`, `no`, `on`, `off` are strings.
    ///
    /// Source: `implicit_resolvers` in ruamel.yaml 0.19 `resolver.py`; dvc-compat 3.1.
    package init(resolving text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default: self = Self(number: text) ?? .string
        }
    }

    private init?(number text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first.isDigit || "+-.".utf8.contains(first) else {
            return nil
        }
        let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        let body = isSigned ? bytes.dropFirst() : bytes[...]
        let isNegative = first == UInt8(ascii: "-")
        if let float = Self.float(body, isNegative: isNegative, isSigned: isSigned) {
            self = .float(float)
        } else if let digits = Self.integer(body) {
            let number = Int((isNegative ? "-" : "") + digits.text, radix: digits.radix)
            self = .integer(number)
        } else if isTimestamp(bytes) {
            self = .timestamp
        } else {
            return nil
        }
    }

    /// Digits and radix of `body`, without its sign, when it is an integer.
    private static func integer(_ body: ArraySlice<UInt8>) -> (text: String, radix: Int)? {
        let prefixes: [(String, Int)] = [("0b", 2), ("0o", 8), ("0x", 16), ("", 10)]
        for (prefix, radix) in prefixes where body.starts(with: prefix.utf8) {
            let digits = body.dropFirst(prefix.utf8.count)
            guard !digits.isEmpty, digits.allSatisfy({ $0.isDigit(radix) || $0 == underscore })
            else { continue }
            let kept = digits.filter { $0 != underscore }
            return (String(decoding: kept, as: UTF8.self), radix)
        }
        return nil
    }

    /// The value of `body`, without its sign, when it has a dot or an exponent.
    private static func float(
        _ body: ArraySlice<UInt8>, isNegative: Bool, isSigned: Bool
    ) -> Double? {
        switch String(decoding: body, as: UTF8.self) {
        case ".inf", ".Inf", ".INF": return isNegative ? -.infinity : .infinity
        case ".nan", ".NaN", ".NAN": return isSigned ? nil : .nan
        default: break
        }
        var rest = body
        let whole = rest.takeDigits()
        // The first of the whole digits is a digit, not an underscore.
        guard whole.first?.isDigit ?? true else { return nil }
        let hasDot = rest.first == UInt8(ascii: ".")
        if hasDot { rest.removeFirst() }
        let fraction = hasDot ? rest.takeDigits() : []
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let hasExponent = !rest.isEmpty
        guard hasDot || hasExponent, isExponent(rest, needsSign: whole.isEmpty) else { return nil }
        let digits = String(decoding: body.filter { $0 != underscore }, as: UTF8.self)
        // ruamel fails on `._`, which has no digit; here it is zero, so no string either.
        let magnitude = Double(whole.isEmpty ? "0" + digits : digits) ?? .nan
        return isNegative ? -magnitude : magnitude
    }

    /// Whether `text` is empty or `e`, a sign and digits; ruamel wants the sign after `.5`.
    private static func isExponent(_ text: ArraySlice<UInt8>, needsSign: Bool) -> Bool {
        guard let letter = text.first else { return true }
        guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") else { return false }
        var digits = text.dropFirst()
        if let sign = digits.first, "+-".utf8.contains(sign) {
            digits.removeFirst()
        } else if needsSign {
            return false
        }
        return !digits.isEmpty && digits.allSatisfy(\.isDigit)
    }

    private static var underscore: UInt8 { UInt8(ascii: "_") }
}

extension UInt8 {
    fileprivate var isDigit: Bool { isDigit(10) }

    fileprivate func isDigit(_ radix: Int) -> Bool {
        Character(UnicodeScalar(self)).hexDigitValue.map { $0 < radix } ?? false
    }
}

extension ArraySlice<UInt8> {
    /// Removes and returns the digits and underscores in front.
    fileprivate mutating func takeDigits() -> ArraySlice<UInt8> {
        let digits = prefix { $0.isDigit || $0 == UInt8(ascii: "_") }
        removeFirst(digits.count)
        return digits
    }
}
