/// A node of a document and the bytes that it takes up.
indirect enum SpanContent {
    case scalar(YAMLScalar)
    case sequence([SpanNode])
    case mapping([(key: SpanNode, value: SpanNode)])
    /// An alias, or something that only a reader of the whole document understands.
    case other
}

struct SpanNode {
    let start: Int
    /// After the last byte; of a block collection that of its last part.
    let end: Int
    let isFlow: Bool
    let content: SpanContent
}

/// Finds out which bytes each part of a document takes up.
///
/// For documents that ``parseYAML(_:limits:)`` has read without an error.
struct SpanReader {
    private let bytes: [UInt8]
    private let lineStarts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(index + 1)
        }
        lineStarts = starts
    }

    /// The root of the document, or `nil` when there is none.
    func root() throws(YAMLError) -> SpanNode? {
        try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
            var events = try EventReader(buffer)
            while true {
                let event = try events.next()
                switch event.kind {
                case .streamStart, .documentStart: continue
                case .streamEnd, .documentEnd: return nil
                default: return try node(event, &events)
                }
            }
        }
    }

    private func node(
        _ event: YAMLEvent, _ events: inout EventReader
    ) throws(YAMLError) -> SpanNode {
        let start = offset(of: event.mark)
        switch event.kind {
        case .scalar(let text, let isPlain):
            let value = isPlain && event.tag == nil ? YAMLScalar.Value(resolving: text) : .string
            let scalar = YAMLScalar(text: text, value: value, isPlain: isPlain)
            return SpanNode(
                start: start, end: trimmed(offset(of: event.end), from: start), isFlow: false,
                content: event.tag == nil && event.anchor == nil ? .scalar(scalar) : .other)
        case .sequenceStart:
            var elements: [SpanNode] = []
            while true {
                let next = try events.next()
                if case .end = next.kind {
                    return collection(event, next, .sequence(elements), elements.last)
                }
                elements.append(try node(next, &events))
            }
        case .mappingStart:
            var entries: [(key: SpanNode, value: SpanNode)] = []
            while true {
                let next = try events.next()
                if case .end = next.kind {
                    return collection(event, next, .mapping(entries), entries.last?.value)
                }
                let key = try node(next, &events)
                entries.append((key, try node(try events.next(), &events)))
            }
        default:
            return SpanNode(
                start: start, end: offset(of: event.end), isFlow: false, content: .other)
        }
    }

    private func collection(
        _ first: YAMLEvent, _ last: YAMLEvent, _ content: SpanContent, _ lastPart: SpanNode?
    ) -> SpanNode {
        let start = offset(of: first.mark)
        let opener = start < bytes.count ? bytes[start] : 0
        let isFlow =
            (opener == UInt8(ascii: "[") || opener == UInt8(ascii: "{")) && last.end != last.mark
        let end = isFlow ? offset(of: last.end) : lastPart?.end ?? start
        let isPlain = first.tag == nil && first.anchor == nil
        return SpanNode(
            start: start, end: end, isFlow: isFlow, content: isPlain ? content : .other)
    }

    /// The end without line breaks and blanks, which a block scalar takes in.
    private func trimmed(_ end: Int, from start: Int) -> Int {
        var end = end
        while end > start, [0x0a, 0x0d, 0x20].contains(bytes[end - 1]) { end -= 1 }
        return end
    }

    private func offset(of mark: YAMLMark) -> Int {
        guard mark.line <= lineStarts.count else { return bytes.count }
        var offset = lineStarts[mark.line - 1]
        var left = mark.column - 1
        while left > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xc0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }
}
