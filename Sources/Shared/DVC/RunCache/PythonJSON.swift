internal import YAML

/// YAML values as Python's `json.dumps(…, sort_keys=True)` prints them, for hashing.
///
/// Source: Python's `json` module; DVC 3.67.1, `dict_sha256`.
struct PythonJSON {
    /// Keys that are left out of maps at any depth.
    let leavingOut: Set<String>

    /// `nil` for what Python's `json` refuses (dates) or cannot sort (keys of several kinds).
    func text(of node: YAMLNode) -> String? {
        switch node.content {
        case .scalar(let scalar): return text(of: scalar)
        case .sequence(let items):
            let texts = items.compactMap { text(of: $0) }
            return texts.count == items.count ? list(texts) : nil
        case .mapping(let mapping):
            var fields: [(String, String)] = []
            for entry in mapping.entries {
                guard entry.key.value == .string else { return nil }
                if leavingOut.contains(entry.key.text) { continue }
                guard let value = text(of: entry.value) else { return nil }
                fields.append((entry.key.text, value))
            }
            return map(fields)
        }
    }

    func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

    /// The keys in the order of their code points.
    func map(_ fields: [(key: String, value: String)]) -> String {
        let sorted = fields.sorted {
            $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
        }
        return "{" + sorted.map { "\(quoted($0.key)): \($0.value)" }.joined(separator: ", ") + "}"
    }

    /// Everything but printable ASCII escaped, outside of the BMP as two halves.
    func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5c: result += "\\\\"
            case 0x0a: result += "\\n"
            case 0x0d: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0c: result += "\\f"
            case 0x20...0x7e: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }

    private func text(of scalar: YAMLScalar) -> String? {
        switch scalar.value {
        case .null: "null"
        case .boolean(let boolean): boolean ? "true" : "false"
        case .integer(let number?): String(number)
        case .integer(nil): plainDigits(scalar.text)
        case .float(let number):
            number.isNaN
                ? "NaN"
                : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : pythonDigits(number)
        case .timestamp: nil
        case .string: quoted(scalar.text)
        }
    }

    /// An integer of any size, when it is written as DVC writes one: digits after a minus at most.
    private func plainDigits(_ text: String) -> String? {
        let digits = text.drop { $0 == "-" }
        let isPlain =
            text.utf8.count - digits.utf8.count <= 1 && digits.first != "0"
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isPlain ? text : nil
    }
}
