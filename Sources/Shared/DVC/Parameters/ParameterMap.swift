/// Values by name, in the order in which the names came first, as in a Python `dict`.
struct ParameterMap: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let key: String
        var value: ParameterValue
    }

    /// A name whose bytes count, not what Swift holds for the same characters.
    private struct Name: Hashable, Sendable {
        let text: String

        static func == (left: Name, right: Name) -> Bool {
            left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }

    private(set) var entries: [Entry] = []
    private var positions: [Name: Int] = [:]

    init() {}

    func has(_ key: String) -> Bool { positions[Name(text: key)] != nil }

    /// The value of a name.
    ///
    /// One that is set again keeps its place; setting `nil` does nothing.
    subscript(key: String) -> ParameterValue? {
        get { positions[Name(text: key)].map { entries[$0].value } }
        set {
            guard let newValue else { return }
            let position = positions[Name(text: key), default: entries.count]
            if position < entries.count {
                entries[position].value = newValue
            } else {
                positions[Name(text: key)] = position
                entries.append(Entry(key: key, value: newValue))
            }
        }
    }

    /// Changes the map that stands under `key` in place, so that it is not copied.
    mutating func changeMap<Failure: Error>(
        _ key: String, _ change: (inout ParameterMap) throws(Failure) -> Void
    ) throws(Failure) {
        guard let position = positions[Name(text: key)],
            case .map(var inner) = entries[position].value
        else { return }
        entries[position].value = .null
        defer { entries[position].value = .map(inner) }
        try change(&inner)
    }

    static func == (left: ParameterMap, right: ParameterMap) -> Bool {
        left.entries == right.entries
    }
}
