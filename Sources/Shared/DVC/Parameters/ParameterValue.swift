internal import YAML

/// A value of a parameters file or of `vars`, as Python has it when DVC fills templates in.
indirect enum ParameterValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// A whole number of any size, as Python prints it.
    case integer(String)
    case float(Double)
    case string(String)
    case bytes([UInt8])
    case list([ParameterValue])
    case map(ParameterMap)
    /// Something that such a file can hold and DVC's templates cannot, in words: "a date"; and what
    /// tells it from others of its kind: a tuple's elements, a date's text.
    case unsupported(String, ParameterValue = .null)

    /// What this is, for a message.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a Boolean"
        case .integer, .float: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .map: "a map"
        case .unsupported(let kind, _): kind
        }
    }

    /// Whether this holds further values.
    var isCompound: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }

    /// Whether Python takes this for "nothing"; what DVC's templates cannot hold is something.
    var isFalsy: Bool {
        switch self {
        case .null, .boolean(false), .integer("0"): true
        case .float(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let map): map.entries.isEmpty
        default: false
        }
    }

    /// The first part of this that templates cannot hold, in words; `nil` when there is none.
    var unsupportedPart: String? {
        switch self {
        case .unsupported(let kind, _): return kind
        case .list(let elements):
            for element in elements {
                if let kind = element.unsupportedPart { return kind }
            }
        case .map(let map):
            for entry in map.entries {
                if let kind = entry.value.unsupportedPart { return kind }
            }
        default: break
        }
        return nil
    }
}

extension ParameterValue {
    /// The value of a YAML node; as in DVC's templates, keys that are no strings are left out.
    ///
    /// `keepingKeys`: such keys are kept, as a NUL and their text.
    init(_ node: YAMLNode, keepingKeys: Bool = false) {
        switch node.content {
        case .scalar(let scalar): self.init(scalar)
        case .sequence(let elements):
            self = .list(elements.map { ParameterValue($0, keepingKeys: keepingKeys) })
        case .mapping(let mapping):
            var map = ParameterMap()
            for entry in mapping.entries where keepingKeys || entry.key.value == .string {
                let key = entry.key.value == .string ? entry.key.text : "\0" + entry.key.text
                map[key] = ParameterValue(entry.value, keepingKeys: keepingKeys)
            }
            self = .map(map)
        }
    }

    init(_ scalar: YAMLScalar) {
        switch scalar.value {
        case .null: self = .null
        case .boolean(let boolean): self = .boolean(boolean)
        case .integer(let number?): self = .integer(String(number))
        case .integer(nil): self.init(bigNumber: scalar.text)
        case .float(let number): self = .float(number)
        case .timestamp: self = .unsupported("a date", .string(scalar.text))
        case .string: self = .string(scalar.text)
        }
    }

    /// A whole number as YAML, TOML and Python write it: sign, `0x`, `0o` or `0b`, digits with `_`.
    init(bigNumber text: String) {
        var digits = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        var radix = 10
        if digits.first == UInt8(ascii: "0"), let letter = digits.dropFirst().first {
            radix = [0x62: 2, 0x6f: 8, 0x78: 16][letter | 0x20] ?? 10
            if radix != 10 { digits.removeFirst(2) }
        }
        guard let decimal = decimalDigits(of: digits, radix: radix) else {
            self = .unsupported("a number with too many digits", .string(text))
            return
        }
        self = .integer(isNegative && decimal != "0" ? "-" + decimal : decimal)
    }
}

/// The decimal digits of a number; `nil` when there are more than Python converts.
///
/// Source: `sys.int_info.default_max_str_digits`.
private func decimalDigits(of digits: ArraySlice<UInt8>, radix: Int) -> String? {
    let limit = 4300
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard significant.count <= limit else { return nil }
    if significant.isEmpty { return "0" }
    if radix == 10 { return String(decoding: significant, as: UTF8.self) }
    let base = 1_000_000_000
    // The lowest nine decimal digits first.
    var groups = [0]
    for digit in significant {
        var carry = Character(UnicodeScalar(digit)).hexDigitValue ?? 0
        for index in groups.indices {
            let value = groups[index] * radix + carry
            groups[index] = value % base
            carry = value / base
        }
        if carry > 0 { groups.append(carry) }
    }
    let rest = groups.dropLast().reversed().map { group in
        let text = String(group)
        return String(repeating: "0", count: 9 - text.utf8.count) + text
    }
    let text = String(groups.last ?? 0) + rest.joined()
    return text.utf8.count <= limit ? text : nil
}
