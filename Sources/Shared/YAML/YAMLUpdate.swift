/// A document in which only what changes is written anew: comments, order and spelling of the rest
/// stay as they are.
///
/// What is new comes last in its mapping. Source: `apply_diff` in DVC 3.67 `utils/collections.py`.
package struct YAMLUpdate {
    private let bytes: [UInt8]
    private var edits: [Edit] = []

    private struct Edit {
        let range: Range<Int>
        let text: [UInt8]
    }

    /// Makes the document in `bytes` say `value`.
    ///
    /// `nil` when a part that has to change is written in a way that cannot be changed in place: an
    /// alias, an anchor, a tag; or when the result would say something else, because ruamel.yaml's
    /// way of writing loses some blanks. The caller decides what to do then.
    package static func apply(
        _ value: YAMLValue, to bytes: [UInt8]
    ) throws(YAMLError) -> [UInt8]? {
        guard let root = try SpanReader(bytes).root() else { return writeYAML(value) }
        var update = YAMLUpdate(bytes: bytes)
        guard update.change(root, to: value) else { return nil }
        let result = update.result()
        // What cannot be read any more says something else as well.
        guard let read = try? parseYAML(result), YAMLValue(read).says(value) else { return nil }
        return result
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func result() -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            output += bytes[position..<max(position, edit.range.lowerBound)]
            output += edit.text
            position = max(position, edit.range.upperBound)
        }
        return output + bytes[min(position, bytes.count)...]
    }

    private mutating func change(_ node: SpanNode, to value: YAMLValue) -> Bool {
        if node.value == value { return true }
        switch (node.content, value) {
        case (.mapping(let entries), .mapping(let wanted)):
            return change(entries, of: node, to: wanted)
        case (.sequence(let elements), .sequence(let wanted)) where elements.count == wanted.count:
            return zip(elements, wanted).allSatisfy { change($0, to: $1) }
        default: return false
        }
    }

    private mutating func change(
        _ entries: [(key: SpanNode, value: SpanNode)], of node: SpanNode,
        to wanted: [YAMLValue.Entry]
    ) -> Bool {
        var added: [YAMLValue.Entry] = []
        for entry in wanted {
            guard let index = entries.firstIndex(where: { $0.key.value == entry.key }) else {
                added.append(entry)
                continue
            }
            if entries[index].value.value == entry.value { continue }
            let mark = edits.count
            if change(entries[index].value, to: entry.value) { continue }
            edits.removeSubrange(mark...)  // some of it may have been changed already
            guard replace(entries, index, of: node, with: entry) else { return false }
        }
        for index in entries.indices
        where !wanted.contains(where: { $0.key == entries[index].key.value }) {
            guard entries[index].key.value != nil, !entries[index].value.holdsOther else {
                return false
            }
            remove(entries, index, of: node, keepsSome: !wanted.isEmpty)
        }
        if !added.isEmpty { append(added, to: entries, of: node) }
        return true
    }

    // MARK: Entries

    private mutating func replace(
        _ entries: [(key: SpanNode, value: SpanNode)], _ index: Int, of node: SpanNode,
        with entry: YAMLValue.Entry
    ) -> Bool {
        let old = entries[index]
        // Others may refer to what has an anchor.
        if old.value.holdsOther { return false }
        if case .scalar = old.value.content, entry.value.isScalar {
            return replaceScalar(old, entry.value, isFlow: node.isFlow)
        }
        if node.isFlow || old.value.isFlow {
            edits.append(Edit(range: old.value.start..<old.value.end, text: entry.value.flowText))
            return true
        }
        let text = lines([entry], column: column(of: old.key.start)).drop { $0 == 0x20 }.dropLast()
        edits.append(Edit(range: old.key.start..<old.value.end, text: Array(text)))
        return true
    }

    private mutating func replaceScalar(
        _ old: (key: SpanNode, value: SpanNode), _ value: YAMLValue, isFlow: Bool
    ) -> Bool {
        var start = old.value.start
        var end = old.value.end
        // libyaml places the end before the start when a lone carriage return comes before the text.
        guard old.key.end <= start, start <= end else { return false }
        var prefix = ""
        if start == end {
            // Nothing stands behind the colon.
            guard let colon = bytes[old.key.end...].firstIndex(of: UInt8(ascii: ":")) else {
                return false
            }
            start = colon + 1
            end = start
            prefix = " "
        }
        let scalar =
            isFlow
            ? String(decoding: value.flowText, as: UTF8.self)
            : writeYAMLScalar(
                value, keyColumn: column(of: old.key.start), start: column(of: start) + prefix.count
            )
        var text = Array((prefix + scalar).utf8)
        // A comment behind it stays in its column.
        let lineEnd = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let rest = bytes[end..<lineEnd]
        if let sign = rest.firstIndex(where: { $0 != 0x20 }), bytes[sign] == UInt8(ascii: "#"),
            !text.contains(UInt8(ascii: "\n"))
        {
            let room = column(of: sign) - column(of: start) - scalarCount(text)
            text += [UInt8](repeating: 0x20, count: max(1, room))
            end = sign
        }
        edits.append(Edit(range: start..<end, text: text))
        return true
    }

    private mutating func remove(
        _ entries: [(key: SpanNode, value: SpanNode)], _ index: Int, of node: SpanNode,
        keepsSome: Bool
    ) {
        let entry = entries[index]
        let next = index + 1 < entries.count ? entries[index + 1].key.start : nil
        if node.isFlow {
            let start = index > 0 && next == nil ? entries[index - 1].value.end : entry.key.start
            let end = max(start, next ?? entry.value.end)
            edits.append(Edit(range: start..<end, text: []))
            return
        }
        let lineStart = startOfLine(entry.key.start)
        let isFirstInLine = bytes[lineStart..<entry.key.start].allSatisfy { $0 == 0x20 }
        if !isFirstInLine, let next {
            // Behind a dash: the next entry takes its place.
            edits.append(Edit(range: entry.key.start..<next, text: []))
            return
        }
        let end = max(lineStart, endOfLine(entry.value.end))
        edits.append(Edit(range: lineStart..<end, text: []))
    }

    private mutating func append(
        _ added: [YAMLValue.Entry], to entries: [(key: SpanNode, value: SpanNode)],
        of node: SpanNode
    ) {
        if node.isFlow {
            let text = added.map { entry in
                String(decoding: entry.key.flowText, as: UTF8.self) + ": "
                    + String(decoding: entry.value.flowText, as: UTF8.self)
            }.joined(separator: ", ")
            let position = entries.last?.value.end ?? node.start + 1
            edits.append(
                Edit(
                    range: position..<position,
                    text: Array(((entries.isEmpty ? "" : ", ") + text).utf8)))
            return
        }
        // Comments below the last entry belong to it.
        var position = endOfLine(entries.last?.value.end ?? node.end)
        while position < bytes.count {
            let end = endOfLine(position)
            let line = bytes[position..<end].drop { $0 == 0x20 || $0 == 0x09 }
            guard line.first.map({ [0x0a, 0x0d, UInt8(ascii: "#")].contains($0) }) ?? true else {
                break
            }
            position = end
        }
        var text = lines(added, column: column(of: entries.first?.key.start ?? node.start))
        if position > 0, bytes[position - 1] != UInt8(ascii: "\n") { text.insert(0x0a, at: 0) }
        edits.append(Edit(range: position..<position, text: text))
    }

    // MARK: Places

    private func lines(_ entries: [YAMLValue.Entry], column: Int) -> [UInt8] {
        var writer = YAMLWriter()
        writer.indent = column - 2
        writer.node(.mapping(entries), at: .root)
        writer.endLine()
        return Array(writer.text.utf8)
    }

    private func startOfLine(_ offset: Int) -> Int {
        bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    /// After the line break of the line that `offset` is in.
    private func endOfLine(_ offset: Int) -> Int {
        bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    }

    /// In code points, counted from 0.
    private func column(of offset: Int) -> Int { scalarCount(bytes[startOfLine(offset)..<offset]) }

    private func scalarCount(_ text: some Sequence<UInt8>) -> Int {
        text.count { $0 & 0xc0 != 0x80 }
    }
}

extension SpanNode {
    /// Whether an alias, or something with an anchor or a tag, is in it.
    fileprivate var holdsOther: Bool {
        switch content {
        case .scalar: false
        case .other: true
        case .sequence(let elements): elements.contains(where: \.holdsOther)
        case .mapping(let entries):
            entries.contains { $0.key.holdsOther || $0.value.holdsOther }
        }
    }

    /// What it says; `nil` for what needs the whole document to be understood.
    fileprivate var value: YAMLValue? {
        switch content {
        case .scalar(let scalar): return YAMLValue(scalar)
        case .other: return nil
        case .sequence(let elements):
            let values = elements.compactMap(\.value)
            return values.count == elements.count ? .sequence(values) : nil
        case .mapping(let entries):
            let values = entries.compactMap { entry in
                entry.key.value.flatMap { key in
                    entry.value.value.map { YAMLValue.Entry(key, $0) }
                }
            }
            return values.count == entries.count ? .mapping(values) : nil
        }
    }
}

extension YAMLValue {
    package init(_ scalar: YAMLScalar) {
        switch scalar.value {
        case .null: self = .null
        case .boolean(let boolean): self = .boolean(boolean)
        case .integer, .float, .timestamp: self = .number(scalar.text)
        case .string: self = .string(scalar.text)
        }
    }

    package init(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar): self.init(scalar)
        case .sequence(let elements): self = .sequence(elements.map { YAMLValue($0) })
        case .mapping(let mapping):
            self = .mapping(
                mapping.entries.map { Entry(YAMLValue($0.key), YAMLValue($0.value)) })
        }
    }

    /// Whether both say the same; the order of a mapping's entries says nothing.
    fileprivate func says(_ other: YAMLValue) -> Bool {
        switch (self, other) {
        case (.mapping(let own), .mapping(let others)):
            own.count == others.count
                && own.indices.allSatisfy { index in
                    // An update keeps the order but for a few entries: looked at first, it saves
                    // comparing every stage of a lock file with every other.
                    let other =
                        others[index].key == own[index].key
                        ? others[index] : others.first { $0.key == own[index].key }
                    return other.map { own[index].value.says($0.value) } ?? false
                }
        case (.sequence(let own), .sequence(let others)):
            own.count == others.count && zip(own, others).allSatisfy { $0.says($1) }
        default: self == other
        }
    }

    fileprivate var isScalar: Bool {
        switch self {
        case .sequence, .mapping: false
        default: true
        }
    }

    /// The value in one line.
    fileprivate var flowText: [UInt8] {
        switch self {
        case .sequence(let elements):
            let parts = elements.map { String(decoding: $0.flowText, as: UTF8.self) }
            return Array("[\(parts.joined(separator: ", "))]".utf8)
        case .mapping(let entries):
            let parts = entries.map {
                String(decoding: $0.key.flowText, as: UTF8.self) + ": "
                    + String(decoding: $0.value.flowText, as: UTF8.self)
            }
            return Array("{\(parts.joined(separator: ", "))}".utf8)
        case .null: return Array("null".utf8)
        case .string(let text)
        where text.unicodeScalars.contains(where: { ",[]{}".unicodeScalars.contains($0) }):
            var writer = YAMLWriter()
            writer.doubleQuoted(Array(text.unicodeScalars), canSplit: false)
            return Array(writer.text.utf8)
        default:
            var writer = YAMLWriter()
            writer.node(self, at: .key)
            return Array(writer.text.utf8)
        }
    }
}
