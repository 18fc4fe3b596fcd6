/// Builds the tree from events, without recursion, and keeps it within its limits.
struct Composer {
    /// A finished node with what its subtree weighs once aliases are replaced.
    struct Subtree {
        let node: YAMLNode
        /// Number of nodes, this one included.
        let weight: Int
        /// Number of levels, 1 for a scalar.
        let height: Int
    }

    /// A sequence or mapping whose end has not been seen.
    private struct Open {
        let start: YAMLEvent
        var content: OpenContent
        var weight = 1
        var height = 1
    }

    private enum OpenContent {
        case sequence([YAMLNode])
        case mapping(OpenMapping)
    }

    private let limits: YAMLLimits
    private var stack: [Open] = []
    private var anchors: [[UInt8]: Subtree] = [:]
    private var aliasedNodes = 0

    init(limits: YAMLLimits) { self.limits = limits }

    /// Takes the next event inside of a document; returns the root once it is complete.
    mutating func consume(_ event: YAMLEvent) throws(YAMLError) -> YAMLNode? {
        switch event.kind {
        case .alias(let name):
            return try attach(resolveAlias(name, at: event.mark))
        case .scalar(let text, let isPlain):
            let scalar = try YAMLScalar(
                text: text, isPlain: isPlain, tag: event.tag, at: event.mark)
            let node = YAMLNode(.scalar(scalar), at: event.mark)
            return try finish(Subtree(node: node, weight: 1, height: 1), anchor: event.anchor)
        case .sequenceStart:
            try open(event, as: .sequence([]), tag: "tag:yaml.org,2002:seq")
        case .mappingStart:
            try open(event, as: .mapping(OpenMapping()), tag: "tag:yaml.org,2002:map")
        case .end:
            guard let closed = stack.popLast() else { return nil }
            let content: YAMLNode.Content =
                switch closed.content {
                case .sequence(let elements): .sequence(elements)
                case .mapping(let mapping): .mapping(mapping.finished)
                }
            let node = YAMLNode(content, at: closed.start.mark)
            return try finish(
                Subtree(node: node, weight: closed.weight, height: closed.height),
                anchor: closed.start.anchor)
        case .streamStart, .streamEnd, .documentStart, .documentEnd: break
        }
        return nil
    }

    private mutating func open(
        _ event: YAMLEvent, as content: OpenContent, tag: String
    ) throws(YAMLError) {
        guard stack.count < limits.depth else {
            throw YAMLError(.tooDeep(limit: limits.depth), at: event.mark)
        }
        if let found = event.tag, found != tag, found != "!" {
            throw YAMLError(.unsupportedTag(found), at: event.mark)
        }
        stack.append(Open(start: event, content: content))
    }

    private mutating func finish(
        _ subtree: Subtree, anchor: String?
    ) throws(YAMLError) -> YAMLNode? {
        if let anchor { anchors[Array(anchor.utf8)] = subtree }
        return try attach(subtree)
    }

    private mutating func resolveAlias(
        _ name: String, at mark: YAMLMark
    ) throws(YAMLError) -> Subtree {
        guard let subtree = anchors[Array(name.utf8)] else {
            throw YAMLError(.unknownAlias(name), at: mark)
        }
        aliasedNodes += subtree.weight
        guard aliasedNodes <= limits.aliasedNodes else {
            throw YAMLError(.tooManyAliases(limit: limits.aliasedNodes), at: mark)
        }
        // A scalar (height 1) may stand inside of the deepest collection.
        guard stack.count + subtree.height <= limits.depth + 1 else {
            throw YAMLError(.tooDeep(limit: limits.depth), at: mark)
        }
        let node = YAMLNode(subtree.node.content, at: mark)
        return Subtree(node: node, weight: subtree.weight, height: subtree.height)
    }

    /// Puts a finished node into the collection it stands in; returns it when it stands in none.
    private mutating func attach(_ subtree: Subtree) throws(YAMLError) -> YAMLNode? {
        guard var parent = stack.popLast() else { return subtree.node }
        parent.weight += subtree.weight
        parent.height = max(parent.height, subtree.height + 1)
        // Emptied first, so that the array inside is not copied for every element.
        switch parent.content {
        case .sequence(var elements):
            parent.content = .sequence([])
            elements.append(subtree.node)
            parent.content = .sequence(elements)
        case .mapping(var mapping):
            parent.content = .sequence([])
            try mapping.append(subtree.node)
            parent.content = .mapping(mapping)
        }
        stack.append(parent)
        return nil
    }
}
