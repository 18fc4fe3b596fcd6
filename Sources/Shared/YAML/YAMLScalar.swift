/// A scalar: its text as written (without quotes, escapes resolved) and what that text means.
package struct YAMLScalar: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case null
        case boolean(Bool)
        /// `nil` when the number does not fit; it is a number all the same.
        case integer(Int?)
        case float(Double)
        /// A date or a time; the text is kept, nothing here needs its value.
        case timestamp
        case string
    }

    package let text: String
    package let value: Value
    /// Whether the text stands without quotes and is not a block scalar.
    package let isPlain: Bool

    package init(text: String, value: Value, isPlain: Bool) {
        self.text = text
        self.value = value
        self.isPlain = isPlain
    }

    /// The scalar that a plain text without a tag is.
    package init(plain text: String) {
        self.init(text: text, value: Value(resolving: text), isPlain: true)
    }

    /// What this is, for a message.
    package var kind: String {
        switch value {
        case .null: "null"
        case .boolean: "a Boolean"
        case .integer, .float: "a number"
        case .timestamp: "a date"
        case .string: "a string"
        }
    }
}
