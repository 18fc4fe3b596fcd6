internal import YAML

/// An out as `dvc.yaml` names it, templates filled in: a path and flags, but no data.
struct OutDefinition: Equatable, Sendable {
    /// The lists of a stage that name outs.
    enum List: String, CaseIterable {
        case outs, metrics, plots
    }

    let path: String
    let line: Int
    var flags = OutFlags()

    /// The outs of one list; what is said of the same path in several items is taken together.
    ///
    /// Source: dvc-compat 3.4; `_merge_data` and `load_from_pipeline` in DVC 3.67 `output.py`.
    static func read(
        _ items: [YAMLNode], from list: List, _ templates: TemplateFilling
    ) throws(MetafileError) -> [OutDefinition] {
        var outs: [OutDefinition] = []
        var positions: [[UInt8]: Int] = [:]
        for item in items {
            for (path, mark, details) in try entries(of: item, in: list, templates) {
                guard path.isPath else {
                    throw MetafileError(.badPath(key: list.rawValue, value: path), at: mark)
                }
                let position = positions[Array(path.utf8)] ?? outs.count
                if position == outs.count {
                    positions[Array(path.utf8)] = position
                    outs.append(OutDefinition(path: path, line: mark.line))
                    outs[position].flags.list = list
                }
                for node in details { try outs[position].flags.update(from: node, templates) }
            }
        }
        return outs
    }

    /// The paths of an item with the maps that describe each.
    private static func entries(
        of item: YAMLNode, in list: List, _ templates: TemplateFilling
    ) throws(MetafileError) -> [(path: String, mark: YAMLMark, details: [YAMLNode])] {
        if let text = item.string {
            let path = try templates.value(text, at: item.mark)
            return [(try templates.string(path, "an out", at: item.mark), item.mark, [])]
        }
        var entries: [(path: String, mark: YAMLMark, details: [YAMLNode])] = []
        var positions: [[UInt8]: Int] = [:]
        for entry in item.mapping?.entries ?? [] {
            let key = try templates.key(entry)
            let path = try templates.string(key, "an out", at: entry.keyMark)
            // A plot may have several descriptions, one for each way to draw it. The schema of
            // DVC 3.67 has them too, but its loader then fails on them.
            let several = list == .plots ? entry.value.sequence : nil
            // Two keys of one map may become the same path: then the second replaces the first.
            let position = positions.updateValue(entries.count, forKey: Array(path.utf8))
            if let position { entries[position].details = [] }
            entries.append((path, entry.keyMark, several ?? [entry.value]))
        }
        return entries
    }
}

extension OutFlags {
    /// Reads the flags of an out in `dvc.yaml`; those that do not stand there keep their value.
    ///
    /// Only texts can have templates, because the schema is checked before they are filled in.
    fileprivate mutating func update(
        from node: YAMLNode, _ templates: TemplateFilling
    ) throws(MetafileError) {
        try templates.fill(node)
        let fields = try Fields(node, "an out", allowed: nil)
        if let cache = try fields.boolean("cache") { isCached = cache }
        if let push = try fields.boolean("push") { isPushable = push }
        if let persist = try fields.boolean("persist") { isPersistent = persist }
        guard let remote = fields.mapping["remote"], let text = remote.string else { return }
        let value = try templates.value(text, at: remote.mark)
        let name = value.isFalsy ? "" : try templates.string(value, "'remote'", at: remote.mark)
        remoteName = name.isEmpty ? nil : name.lowercased()
    }
}

extension TemplateFilling {
    /// The text of a value that must be one.
    func string(
        _ value: ParameterValue, _ subject: String, at mark: YAMLMark
    ) throws(MetafileError) -> String {
        guard case .string(let text) = value else {
            let fault = TemplateFault.wrongKind(
                subject: subject, expected: "a string", found: value.kind)
            throw located(fault, at: mark)
        }
        return text
    }
}
