internal import Basics
internal import YAML

/// The entries of a mapping as DVC's schema sees them: known keys with known types.
///
/// Unknown keys and wrong types are errors, as they are in DVC: it refuses such a file whole.
struct Fields {
    let mapping: YAMLMapping
    let mark: YAMLMark
    /// What the mapping is, for messages: "an out".
    let place: String

    /// Takes `node` apart; `allowed` are all the keys that it may have, `nil` when any may stand.
    init(_ node: YAMLNode, _ place: String, allowed: [String]?) throws(MetafileError) {
        guard let mapping = node.mapping else {
            throw MetafileError(
                .wrongType(subject: place, expected: "a map", found: node.kind), at: node.mark)
        }
        self.mapping = mapping
        self.mark = node.mark
        self.place = place
        for entry in mapping.entries {
            guard entry.key.value == .string else {
                throw MetafileError(
                    .wrongType(
                        subject: "a key in \(place)", expected: "a string", found: entry.key.kind),
                    at: entry.keyMark)
            }
            guard let allowed else { continue }
            let key = entry.key.text.utf8
            guard allowed.contains(where: { $0.utf8.elementsEqual(key) }) else {
                throw MetafileError(
                    .unknownKey(entry.key.text, place: place), at: entry.keyMark)
            }
        }
    }

    func has(_ key: String) -> Bool { mapping[key] != nil }

    func string(_ key: String) throws(MetafileError) -> String? {
        try value(key, "a string") { $0.string }
    }

    func boolean(_ key: String) throws(MetafileError) -> Bool? {
        try value(key, "true or false") { node in
            if case .boolean(let boolean)? = node.scalar?.value { boolean } else { nil }
        }
    }

    /// A number that is not negative and fits.
    func count(_ key: String) throws(MetafileError) -> Int? {
        guard let node = mapping[key] else { return nil }
        guard let scalar = node.scalar, case .integer(let number) = scalar.value else {
            throw wrongType(key, "a whole number", node)
        }
        guard let number, number >= 0 else {
            throw MetafileError(
                .wrongValue(key: key, value: scalar.text, expected: "a number from 0 to 2^63-1"),
                at: node.mark)
        }
        return number
    }

    func list(_ key: String) throws(MetafileError) -> [YAMLNode]? {
        try value(key, "a list") { $0.sequence }
    }

    /// The same as `list`, but null stands for no list.
    func listOrNull(_ key: String) throws(MetafileError) -> [YAMLNode]? {
        if mapping[key]?.scalar?.value == .null { return nil }
        return try list(key)
    }

    func map(_ key: String) throws(MetafileError) -> YAMLNode? {
        try value(key, "a map") { $0.mapping == nil ? nil : $0 }
    }

    /// Checks that the value of `key`, if there is one, has one of the types that `accepts` knows.
    func check(
        _ key: String, _ expected: String, accepts: (YAMLNode) -> Bool
    ) throws(MetafileError) {
        _ = try value(key, expected) { accepts($0) ? true : nil }
    }

    func require(_ key: String) throws(MetafileError) {
        guard has(key) else {
            throw MetafileError(.missingKey(key, place: place), at: mark)
        }
    }

    func wrongType(_ key: String, _ expected: String, _ node: YAMLNode) -> MetafileError {
        MetafileError(
            .wrongType(subject: quoted(key), expected: expected, found: node.kind), at: node.mark)
    }

    private func value<Value>(
        _ key: String, _ expected: String, _ convert: (YAMLNode) -> Value?
    ) throws(MetafileError) -> Value? {
        guard let node = mapping[key] else { return nil }
        guard let value = convert(node) else { throw wrongType(key, expected, node) }
        return value
    }
}

extension YAMLNode {
    /// Whether this is a list that holds nothing but strings.
    var isListOfStrings: Bool { sequence?.allSatisfy { $0.string != nil } ?? false }

    /// Whether this is a string or a list, as `cmd` must be.
    var isStringOrList: Bool { string != nil || sequence != nil }
}
