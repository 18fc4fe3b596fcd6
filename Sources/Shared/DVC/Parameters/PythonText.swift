/// Builds text as Python would print values, and stops when it grows too long.
///
/// Source: dvc-compat 3.6; `to_str` in DVC 3.67 `parsing/interpolate.py`.
struct PythonText {
    private(set) var bytes: [UInt8] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ part: some Collection<UInt8>) throws(TemplateFault) {
        guard part.count <= limit - bytes.count else { throw .tooMuchText }
        bytes.append(contentsOf: part)
    }

    mutating func append(_ part: String) throws(TemplateFault) {
        guard part.utf8.count <= limit - bytes.count else { throw .tooMuchText }
        var part = part
        part.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends what stands for `value` inside of a text.
    mutating func appendInterpolated(_ value: ParameterValue) throws(TemplateFault) {
        switch value {
        case .boolean(let boolean): try append(boolean ? "true" : "false")
        case .map(let map): try appendOptions(map)
        default: try appendString(value)
        }
    }

    /// Appends Python's `str()`.
    mutating func appendString(_ value: ParameterValue) throws(TemplateFault) {
        if case .string(let text) = value {
            try append(text)
        } else {
            try appendRepresentation(value)
        }
    }

    /// Appends Python's `repr()`.
    private mutating func appendRepresentation(_ value: ParameterValue) throws(TemplateFault) {
        switch value {
        case .null: try append("None")
        case .boolean(let boolean): try append(boolean ? "True" : "False")
        case .integer(let digits): try append(digits)
        case .float(let number): try append(pythonDigits(number))
        case .string(let text): try append(quotedPython(text))
        case .bytes(let bytes): try append("b" + quotedPython(bytes))
        case .unsupported(let kind, _): throw .unsupported(kind)
        case .list(let elements):
            try append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { try append(", ") }
                try appendRepresentation(element)
            }
            try append("]")
        case .map(let map):
            try append("{")
            for (index, entry) in map.entries.enumerated() {
                if index > 0 { try append(", ") }
                try append(quotedPython(entry.key))
                try append(": ")
                try appendRepresentation(entry.value)
            }
            try append("}")
        }
    }

    /// Appends a map as options of a command line: `--a 1 --b.c text`.
    private mutating func appendOptions(_ map: ParameterMap) throws(TemplateFault) {
        let start = bytes.count
        try appendOptions(map, under: "")
        while bytes.count > start, bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    }

    private mutating func appendOptions(
        _ map: ParameterMap, under prefix: String
    ) throws(TemplateFault) {
        for entry in map.entries {
            let name = prefix + entry.key
            guard name.utf8.count <= limit - bytes.count else { throw .tooMuchText }
            switch entry.value {
            case .map(let inner): try appendOptions(inner, under: name + ".")
            case .boolean(true): try append("--\(name) ")
            case .boolean(false): continue
            case .string(let text): try append("--\(name) \(quotedShell(text)) ")
            case .bytes(let bytes):
                let numbers = bytes.map { ParameterValue.integer(String($0)) }
                try appendOption(name, numbers)
            case .list(let elements): try appendOption(name, elements)
            default:
                try append("--\(name) ")
                try appendString(entry.value)
                try append(" ")
            }
        }
    }

    private mutating func appendOption(
        _ name: String, _ elements: [ParameterValue]
    ) throws(TemplateFault) {
        for (index, element) in elements.enumerated() {
            if index == 0 { try append("--\(name) ") }
            switch element {
            case .string(let text): try append(quotedShell(text))
            case .list, .map, .bytes: throw .nestedList(key: name)
            default: try appendString(element)
            }
            try append(" ")
        }
    }
}

/// A floating-point number as Python's `repr()` prints it.
///
/// The shortest digits that give the number back are the same in Swift; where the point stands is
/// not.
func pythonDigits(_ number: Double) -> String {
    guard number.isFinite else {
        return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
    }
    let sign = number.sign == .minus ? "-" : ""
    let parts = number.magnitude.description.split(separator: "e")
    let mantissa = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa.first ?? "0"
    let digits = whole + (mantissa.count > 1 ? mantissa[1] : "")
    let leading = digits.prefix { $0 == "0" }.count
    var kept = digits.dropFirst(leading)
    while kept.last == "0" { kept.removeLast() }
    guard !kept.isEmpty else { return sign + "0.0" }
    // The number is 0.KEPT times ten to the power of `point`.
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let point = whole.utf8.count + exponent - leading
    let count = kept.utf8.count
    if point > 16 || point < -3 {
        let power = point - 1
        let padded = (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
        let fraction = count > 1 ? "." + kept.dropFirst() : ""
        return sign + kept.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+") + padded
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + kept }
    if point >= count { return sign + kept + String(repeating: "0", count: point - count) + ".0" }
    return sign + kept.prefix(point) + "." + kept.dropFirst(point)
}
