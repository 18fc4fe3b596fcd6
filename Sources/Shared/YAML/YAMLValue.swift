/// A value to be written as YAML.
package indirect enum YAMLValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// A number, spelled as it is to be written.
    case number(String)
    case string(String)
    case sequence([YAMLValue])
    case mapping([Entry])

    package struct Entry: Equatable, Sendable {
        package let key: YAMLValue
        package var value: YAMLValue

        package init(_ key: YAMLValue, _ value: YAMLValue) {
            self.key = key
            self.value = value
        }

        package init(_ key: String, _ value: YAMLValue) { self.init(.string(key), value) }
    }

    package static func integer(_ number: some BinaryInteger) -> YAMLValue { .number("\(number)") }
}
