/// Writes a value as a document in block style, byte for byte as DVC's writer does.
///
/// Folds at 80 columns, counted in code points. Source: `emitter.py` and `representer.py` of ruamel.yaml
/// 0.19 with the settings of DVC 3.67, `utils/serialize/_yaml.py`; compared with it over random texts.
package func writeYAML(_ value: YAMLValue) -> [UInt8] {
    var writer = YAMLWriter()
    writer.node(value, at: .root)
    writer.endLine()
    return Array(writer.text.utf8)
}

/// The text of a scalar, as it stands behind a key that begins in `column` (counted from 0).
///
/// `start`: where the scalar begins, behind the colon or the dash and its blank.
package func writeYAMLScalar(_ value: YAMLValue, keyColumn column: Int, start: Int) -> String {
    var writer = YAMLWriter()
    writer.indent = column
    writer.column = start
    writer.hasWhitespace = true
    writer.isIndention = false
    writer.node(value, at: .mappingValue)
    return writer.text
}

/// The state of writing one document.
struct YAMLWriter {
    enum Place { case root, key, mappingValue, sequenceItem }

    private(set) var scalars = String.UnicodeScalarView()
    /// Of the collection that is being written; `nil` outside of all.
    var indent: Int?
    var column = 0
    /// Whether a blank or a line break came last.
    var hasWhitespace = true
    /// Whether nothing but blanks and dashes stands in the line.
    var isIndention = true

    static let width = 80

    var text: String { String(scalars) }

    mutating func endLine() { if column > 0 { lineBreak() } }

    mutating func node(_ value: YAMLValue, at place: Place) {
        switch value {
        case .sequence([]): indicator("[]", needsBlank: true)
        case .mapping([]): indicator("{}", needsBlank: true)
        case .sequence(let elements): sequence(elements, at: place)
        case .mapping(let entries): mapping(entries, at: place)
        // The place is left empty where that reads as null again.
        case .null where place == .sequenceItem: write([" "])
        case .null: scalar(place == .mappingValue ? "" : "null", isString: false, at: place)
        case .boolean(let boolean): scalar(boolean ? "true" : "false", isString: false, at: place)
        case .number(let number): scalar(number, isString: false, at: place)
        case .string(let string): scalar(string, isString: true, at: place)
        }
    }

    private mutating func sequence(_ elements: [YAMLValue], at place: Place) {
        let outer = indent
        // In a mapping the dashes stand below the key.
        let isIndentless = place == .mappingValue && !isIndention
        if !isIndentless { indent = indent.map { $0 + 2 } ?? 0 }
        for element in elements {
            startLine()
            indicator("-", needsBlank: true, isIndention: true)
            node(element, at: .sequenceItem)
        }
        indent = outer
    }

    private mutating func mapping(_ entries: [YAMLValue.Entry], at place: Place) {
        let outer = indent
        indent = indent.map { $0 + 2 } ?? 0
        for entry in entries {
            startLine()
            if isSimpleKey(entry.key) {
                node(entry.key, at: .key)
                indicator(":", needsBlank: false)
            } else {
                indicator("?", needsBlank: true, isIndention: true)
                node(entry.key, at: .mappingValue)
                startLine()
                indicator(":", needsBlank: true, isIndention: true)
            }
            node(entry.value, at: .mappingValue)
        }
        indent = outer
    }

    private func isSimpleKey(_ key: YAMLValue) -> Bool {
        guard case .string(let text) = key else { return true }
        // ruamel's limit is 128, and the tag that it does not write, `!!str`, counts.
        return text.unicodeScalars.count < 123 && !ScalarAnalysis(text).hasLineBreaks
    }

    private mutating func scalar(_ text: String, isString: Bool, at place: Place) {
        let outer = indent
        indent = indent.map { $0 + 2 } ?? 0
        let analysis = ScalarAnalysis(text)
        let canSplit = place != .key
        switch analysis.style(isString: isString, isKey: place == .key) {
        case .plain: plain(analysis.scalars, canSplit: canSplit)
        case .single: singleQuoted(analysis.scalars, canSplit: canSplit)
        case .double: doubleQuoted(analysis.scalars, canSplit: canSplit)
        }
        indent = outer
    }

    // MARK: Pieces

    mutating func write(_ text: some Sequence<Unicode.Scalar>) {
        for scalar in text {
            scalars.append(scalar)
            column += 1
        }
    }

    mutating func indicator(_ text: String, needsBlank: Bool, isIndention: Bool = false) {
        if needsBlank && !hasWhitespace { write([" "]) }
        write(text.unicodeScalars)
        hasWhitespace = false
        self.isIndention = self.isIndention && isIndention
    }

    mutating func lineBreak(_ character: Unicode.Scalar = "\n") {
        scalars.append(character)
        hasWhitespace = true
        isIndention = true
        column = 0
    }

    mutating func startLine() {
        let indent = indent ?? 0
        if !isIndention || column > indent || column == indent && !hasWhitespace { lineBreak() }
        if column < indent {
            hasWhitespace = true
            write(repeatElement(" ", count: indent - column))
        }
    }
}
