/// A place in a YAML text, both numbers counted from 1; columns count code points.
package struct YAMLMark: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value of a YAML document and where it starts.
///
/// Aliases are already replaced by what they name and merge keys (`<<`) are applied, so the same
/// mark may occur more than once in a tree.
package struct YAMLNode: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping(YAMLMapping)
    }

    package let mark: YAMLMark
    package let content: Content

    package init(_ content: Content, at mark: YAMLMark) {
        self.content = content
        self.mark = mark
    }

    /// The scalar, or `nil` for a sequence or a mapping.
    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The elements, or `nil` for anything but a sequence.
    package var sequence: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The entries, or `nil` for anything but a mapping.
    package var mapping: YAMLMapping? {
        if case .mapping(let mapping) = content { mapping } else { nil }
    }

    /// The text of a string; `nil` for numbers, Booleans and everything else that is not one.
    package var string: String? {
        if let scalar, scalar.value == .string { scalar.text } else { nil }
    }

    /// What this is, for a message: "a string", "a sequence".
    package var kind: String {
        switch content {
        case .scalar(let scalar): scalar.kind
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }

    /// Whether Python, and so DVC, takes this for "nothing": null, empty, zero or false.
    package var isFalsy: Bool {
        switch content {
        case .sequence(let elements): elements.isEmpty
        case .mapping(let mapping): mapping.entries.isEmpty
        case .scalar(let scalar):
            switch scalar.value {
            case .null, .boolean(false), .integer(0): true
            case .float(let number): number == 0
            case .string: scalar.text.isEmpty
            default: false
            }
        }
    }
}
