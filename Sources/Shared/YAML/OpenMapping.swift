/// A mapping that is being read: keys and values arrive in turn.
struct OpenMapping {
    private var entries: [YAMLMapping.Entry] = []
    private var pendingKey: (scalar: YAMLScalar, mark: YAMLMark)?
    private var mergeSources: [[YAMLMapping.Entry]] = []
    private var hasMergeKey = false
    /// The keys seen, once there are too many to compare one by one.
    private var seen: Set<YAMLMapping.Identity> = []

    init() {}

    /// The mapping with its merge keys applied.
    var finished: YAMLMapping {
        mergeSources.isEmpty
            ? YAMLMapping(entries) : YAMLMapping(merging: mergeSources, under: entries)
    }

    /// Takes the next node, which is a key or the value of the last key.
    mutating func append(_ node: YAMLNode) throws(YAMLError) {
        guard let key = pendingKey else { return try begin(node) }
        pendingKey = nil
        if key.scalar.isMergeKey {
            mergeSources = try Self.sources(of: node)
        } else {
            entries.append(
                YAMLMapping.Entry(key: key.scalar, keyMark: key.mark, value: node))
        }
    }

    private mutating func begin(_ node: YAMLNode) throws(YAMLError) {
        guard let key = node.scalar else { throw YAMLError(.compoundKey, at: node.mark) }
        let isNew: Bool
        if key.isMergeKey {
            isNew = !hasMergeKey
            hasMergeKey = true
        } else {
            isNew = isFirst(key)
        }
        guard isNew else { throw YAMLError(.duplicateKey(key.text), at: node.mark) }
        pendingKey = (key, node.mark)
    }

    /// Whether no entry has this key; remembers it.
    private mutating func isFirst(_ key: YAMLScalar) -> Bool {
        let few = 8
        if entries.count < few {
            let isString = key.value == .string
            return !entries.contains {
                ($0.key.value == .string) == isString
                    && $0.key.text.utf8.elementsEqual(key.text.utf8)
            }
        }
        if seen.isEmpty { seen = Set(entries.map { YAMLMapping.Identity($0.key) }) }
        return seen.insert(YAMLMapping.Identity(key)).inserted
    }

    private static func sources(
        of node: YAMLNode
    ) throws(YAMLError) -> [[YAMLMapping.Entry]] {
        if let mapping = node.mapping { return [mapping.entries] }
        guard let elements = node.sequence else {
            throw YAMLError(.badMerge(found: node.kind), at: node.mark)
        }
        var sources: [[YAMLMapping.Entry]] = []
        for element in elements {
            guard let mapping = element.mapping else {
                throw YAMLError(.badMerge(found: element.kind), at: element.mark)
            }
            sources.append(mapping.entries)
        }
        return sources
    }
}

extension YAMLScalar {
    /// Whether this, as a key, asks to merge; a quoted `<<` is a key like any other.
    fileprivate var isMergeKey: Bool { isPlain && text == "<<" }
}
