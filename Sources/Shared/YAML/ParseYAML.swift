/// What a document may hold before it counts as an attack.
package struct YAMLLimits: Sendable {
    /// How deep lists and maps may be nested, aliases included; small enough to recurse over.
    package let depth: Int
    /// How many values may come from aliases and merge keys, over the whole document.
    package let aliasedNodes: Int

    package init(depth: Int = 128, aliasedNodes: Int = 100_000) {
        self.depth = depth
        self.aliasedNodes = aliasedNodes
    }
}

/// The value of the one document in `bytes`, or `nil` when the document is empty.
///
/// Read as DVC reads it, that is as ruamel.yaml's safe loader does: YAML 1.2 scalars, unique keys,
/// anchors, aliases and merge keys. A byte-order mark and CRLF are fine. The tree may be walked
/// recursively: the limits hold for it with aliases replaced.
///
/// Source: dvc-compat 3.1.
package func parseYAML(
    _ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
) throws(YAMLError) -> YAMLNode? {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
        let hasMark = buffer.starts(with: byteOrderMark)
        let text = UnsafeBufferPointer(rebasing: buffer.dropFirst(hasMark ? 3 : 0))
        var events = try EventReader(text)
        return try document(from: &events, limits: limits)
    }
}

private func document(
    from events: inout EventReader, limits: YAMLLimits
) throws(YAMLError) -> YAMLNode? {
    var composer = Composer(limits: limits)
    var root: YAMLNode?
    var documents = 0
    while true {
        let event = try events.next()
        switch event.kind {
        case .streamStart, .documentEnd: continue
        case .streamEnd: return root
        case .documentStart(let version):
            documents += 1
            guard documents == 1 else { throw YAMLError(.severalDocuments, at: event.mark) }
            // Under 1.1 the same scalars mean other things (`no` is false, `010` is eight).
            if let version, version != (1, 2) {
                throw YAMLError(
                    .unsupportedVersion("\(version.major).\(version.minor)"), at: event.mark)
            }
        default:
            guard let node = try composer.consume(event) else { continue }
            let isNothing = node.scalar.map { $0.isPlain && $0.text.isEmpty } ?? false
            root = isNothing ? nil : node
        }
    }
}
