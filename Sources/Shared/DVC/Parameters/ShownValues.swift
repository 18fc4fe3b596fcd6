package import Basics

/// The values of a metrics or parameters file, as tables of experiments show them.
package struct ShownValues: Equatable, Sendable {
    private let root: ParameterValue

    private init(_ root: ParameterValue) { self.root = root }

    /// Reads a metrics file: numbers and texts, also those in maps; all else is left out.
    ///
    /// `path`: its name says what kind of file it is. Source: `_read_metric` in DVC 3.67
    /// `repo/metrics/show.py`.
    package init(
        metrics bytes: [UInt8], named path: FilePath
    ) throws(ParameterFileError) {
        let value = try parameterFile(bytes, named: path, keepingKeys: true).metrics
        root = value.flatMap { $0.isFalsy ? nil : $0 } ?? .map(ParameterMap())
    }

    /// Reads a parameters file.
    ///
    /// `names`: the only ones that are meant, with dots; empty for all.
    /// Source: `read_param_file` in DVC 3.67 `dependency/param.py`.
    package init(
        parameters bytes: [UInt8], named path: FilePath, names: [String]
    ) throws(ParameterFileError) {
        let file = try parameterFile(bytes, named: path, keepingKeys: true)
        if names.isEmpty {
            root = file
            return
        }
        var chosen = ParameterMap()
        for name in names { chosen.insert(name.split(separator: "."), of: file) }
        root = .map(chosen)
    }

    /// As Python's `json.dumps` writes them.
    package var json: String { root.json }

    /// What is not in a map, under dotted names, in the order of the file; `nil` where the file holds no
    /// map.
    package var cells: [(name: String, value: ShownValue)]? {
        guard case .map(let map) = root else { return nil }
        var cells: [(name: String, value: ShownValue)] = []
        map.flatten(below: nil, into: &cells)
        return cells
    }
}

/// One value of a metrics or parameters file.
package struct ShownValue: Equatable, Sendable {
    private let value: ParameterValue

    init(_ value: ParameterValue) { self.value = value }

    package var isNull: Bool { value == .null }

    /// As Python's `str()` writes it; `nil` for null.
    ///
    /// `precision`: how many digits a number has at most that is not whole; `nil` for all of them.
    /// Source: `_format_field` in DVC 3.67 `compare.py`.
    package func text(precision: Int?) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        case .float(let number): precision.map { rounded(number, $0) } ?? pythonDigits(number)
        default: value.pythonText(precision: precision)
        }
    }

    /// Whether this comes before another in ascending order; `nil` where Python knows no order.
    package func precedes(_ other: ShownValue) -> Bool? {
        if let left = value.magnitude, let right = other.value.magnitude { return left < right }
        if case .string(let left) = value, case .string(let right) = other.value {
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        return nil
    }
}

extension ParameterMap {
    fileprivate func flatten(
        below prefix: String?, into cells: inout [(name: String, value: ShownValue)]
    ) {
        for entry in entries {
            let name = prefix.map { "\($0).\(entry.shownKey)" } ?? entry.shownKey
            if case .map(let inner) = entry.value {
                // An empty map is nothing.
                inner.flatten(below: name, into: &cells)
            } else {
                cells.append((name, ShownValue(entry.value)))
            }
        }
    }

    /// Takes over what a dotted name means in another value, with the maps that it is in.
    fileprivate mutating func insert(_ steps: some Collection<Substring>, of value: ParameterValue)
    {
        guard let step = steps.first, case .map(let map) = value else { return }
        let key = map.has(String(step)) ? String(step) : "\0" + step
        guard let found = map[key] else { return }
        let rest = steps.dropFirst()
        if rest.isEmpty {
            self[key] = found
            return
        }
        var inner = ParameterMap()
        if case .map(let present)? = self[key] { inner = present }
        let before = inner.entries.count
        inner.insert(rest, of: found)
        if inner.entries.count > before || has(key) { self[key] = .map(inner) }
    }
}

extension ParameterMap.Entry {
    /// The name without the mark of a key that is no text.
    var shownKey: String { key.utf8.first == 0 ? String(key.dropFirst()) : key }
}

extension ParameterValue {
    /// What of this a table of metrics shows.
    fileprivate var metrics: ParameterValue? {
        switch self {
        case .boolean, .integer, .float, .string: return self
        case .map(let map):
            var shown = ParameterMap()
            for entry in map.entries {
                guard let value = entry.value.metrics else { continue }
                if case .map(let inner) = value, inner.entries.isEmpty { continue }
                shown[entry.key] = value
            }
            return .map(shown)
        default: return nil
        }
    }

    fileprivate var magnitude: Double? {
        switch self {
        case .boolean(let boolean): boolean ? 1 : 0
        case .integer(let digits): Double(digits)
        case .float(let number): number
        default: nil
        }
    }
}
