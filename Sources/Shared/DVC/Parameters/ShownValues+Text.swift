internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension ParameterValue {
    /// As Python's `repr()` writes it.
    ///
    /// `precision`: numbers that are not whole become texts of this many digits, as in DVC's tables.
    func pythonText(precision: Int?) -> String {
        switch self {
        case .null: return "None"
        case .boolean(let boolean): return boolean ? "True" : "False"
        case .integer(let digits): return digits
        case .float(let number):
            return precision.map { quotedPython(rounded(number, $0)) } ?? pythonDigits(number)
        case .string(let text): return quotedPython(text)
        case .bytes(let bytes): return "b" + quotedPython(bytes)
        case .list(let elements):
            let texts = elements.map { $0.pythonText(precision: precision) }
            return "[" + texts.joined(separator: ", ") + "]"
        case .map(let map):
            let texts = map.entries.map { entry in
                let key = entry.key == entry.shownKey ? quotedPython(entry.key) : entry.shownKey
                return "\(key): \(entry.value.pythonText(precision: precision))"
            }
            return "{" + texts.joined(separator: ", ") + "}"
        case .unsupported(_, .list(let elements)):
            let texts = elements.map { $0.pythonText(precision: precision) }
            return "(" + texts.joined(separator: ", ") + (texts.count == 1 ? ",)" : ")")
        case .unsupported(_, .string(let text)): return text
        case .unsupported(let kind, _): return kind
        }
    }

    /// As Python's `json.dumps` writes it.
    var json: String {
        let writer = PythonJSON(leavingOut: [])
        switch self {
        case .null: return "null"
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .integer(let digits): return digits
        case .float(let number):
            guard number.isFinite else {
                return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
            }
            return pythonDigits(number)
        case .string(let text): return writer.quoted(text)
        case .bytes(let bytes): return writer.quoted(String(decoding: bytes, as: UTF8.self))
        case .list(let elements), .unsupported(_, .list(let elements)):
            return writer.list(elements.map(\.json))
        case .map(let map):
            let fields = map.entries.map { "\(writer.quoted($0.shownKey)): \($0.value.json)" }
            return "{" + fields.joined(separator: ", ") + "}"
        case .unsupported(_, .string(let text)): return writer.quoted(text)
        case .unsupported(let kind, _): return writer.quoted(kind)
        }
    }
}

/// A number with so many digits, as `%g` writes it.
func rounded(_ number: Double, _ precision: Int) -> String {
    guard number.isFinite else { return pythonDigits(number) }
    var buffer = [CChar](repeating: 0, count: 512)
    let digits = CInt(clamping: min(max(precision, 0), 300))
    let count = withVaList([digits, number]) { values in
        vsnprintf(&buffer, buffer.count, "%.*g", values)
    }
    let bytes = buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

/// A text as Python's `json.dumps` writes it.
package func quotedJSON(_ text: String) -> String { PythonJSON(leavingOut: []).quoted(text) }
