package import Basics

/// The parameters that a stage reads from one file, with the values that it last ran with.
package struct ParameterDependency: Equatable, Sendable {
    package enum Change: String, Sendable {
        case modified, deleted, new
    }

    package let file: OutLocation
    /// Empty for the whole file.
    package let names: [String]
    /// The values by name; `nil` when the stage never ran with this file.
    let recorded: ParameterValue?

    /// Whether the stage never ran with this file.
    package var isNew: Bool {
        if case .map? = recorded { false } else { true }
    }

    /// What has changed, by name, in the order in which DVC shows it.
    ///
    /// `bytes`: the file's content. `path`: its name says what kind of file it is.
    /// Throws ``ParameterFileError``.
    ///
    /// Source: `ParamsDependency.workspace_status` in DVC 3.67 `dependency/param.py`.
    package func changes(
        in bytes: [UInt8], named path: FilePath
    ) throws(ParameterFileError) -> [(name: String, change: Change)] {
        guard case .map(let recorded) = recorded else { return [] }
        let file = try parameterFile(bytes, named: path, keepingKeys: true)
        var actual = ParameterMap()
        if names.isEmpty {
            guard case .map(let map) = file else {
                throw ParameterFileError(problem: "it holds \(file.kind), not a map", line: nil)
            }
            actual = map
        }
        for name in names { actual[name] = file.parameter(name) }
        // Of a whole file, what is in it comes first, then what was.
        var before = ParameterMap()
        for entry in recorded.entries where names.isEmpty || names.contains(byBytes: entry.key) {
            before[entry.key] = entry.value
        }
        let wanted =
            names.isEmpty
            ? actual.entries.map(\.key) + before.entries.map(\.key).filter { !actual.has($0) }
            : names
        var changes: [(name: String, change: Change)] = []
        for name in wanted {
            switch (actual[name], before[name]) {
            case (nil, _): changes.append((name, .deleted))
            case (_?, nil): changes.append((name, .new))
            case (let now?, let then?):
                if !now.isEqualInPython(to: then) { changes.append((name, .modified)) }
            }
        }
        return changes
    }
}

extension [String] {
    fileprivate func contains(byBytes text: String) -> Bool {
        contains { $0.utf8.elementsEqual(text.utf8) }
    }
}

extension ParameterValue {
    /// The value that a dotted name stands for; numbers are those of a list's elements.
    ///
    /// Source: `dpath.get` with the separator `.`; wildcards in names are not followed.
    func parameter(_ name: String) -> ParameterValue? {
        let dot = UInt8(ascii: ".")
        let steps = Array(name.utf8).drop { $0 == dot }.split(
            separator: dot, omittingEmptySubsequences: false)
        if steps.isEmpty { return self }
        var value = self
        for step in steps {
            let text = String(decoding: step, as: UTF8.self)
            switch value {
            case .map(let map):
                guard let next = map[text] ?? map["\0" + text] else { return nil }
                value = next
            case .list(let elements), .unsupported("a tuple", .list(let elements)):
                guard let index = Int(text), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// Whether Python's `==` finds both equal, a tuple being what was recorded as a list.
    ///
    /// Numbers are equal whatever their type, as are `true` and 1; keys of maps have no order.
    func isEqualInPython(to other: ParameterValue) -> Bool {
        if let left = number, let right = other.number { return left.isEqual(to: right) }
        switch (self, other) {
        case (.null, .null): return true
        case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.list(let left), .list(let right)),
            (.unsupported("a tuple", .list(let left)), .list(let right)):
            return left.count == right.count
                && zip(left, right).allSatisfy { $0.isEqualInPython(to: $1) }
        case (.map(let left), .map(let right)):
            return left.entries.count == right.entries.count
                && left.entries.allSatisfy { entry in
                    right[entry.key].map { entry.value.isEqualInPython(to: $0) } ?? false
                }
        case (.unsupported(let left, let content), .unsupported(let right, let otherContent)):
            return left == right && content.isEqualInPython(to: otherContent)
        default: return false
        }
    }

    private var number: Number? {
        switch self {
        case .boolean(let boolean): .whole(boolean ? "1" : "0")
        case .integer(let digits): .whole(digits)
        case .float(let number): .float(number)
        default: nil
        }
    }

    private enum Number {
        case whole(String)
        case float(Double)

        func isEqual(to other: Number) -> Bool {
            switch (self, other) {
            case (.whole(let left), .whole(let right)): left.utf8.elementsEqual(right.utf8)
            case (.float(let left), .float(let right)): left == right
            case (.whole(let digits), .float(let number)), (.float(let number), .whole(let digits)):
                // Exact where it matters: a number that is no whole one equals none.
                number == number.rounded() && Double(digits) == number
                    && (Int(digits).map { Int(exactly: number) == $0 } ?? true)
            }
        }
    }
}
