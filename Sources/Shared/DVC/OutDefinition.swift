internal import YAML

/// An out as `dvc.yaml` names it: a path and flags, but no data.
struct OutDefinition: Equatable, Sendable {
    /// The lists of a stage that name outs.
    enum List: String, CaseIterable {
        case outs, metrics, plots
    }

    /// As written.
    let path: String
    let line: Int
    var flags = OutFlags()

    /// Whether the path or a flag that we use is only known once templates are resolved.
    var hasTemplate: Bool { path.hasTemplate || flags.remoteName?.hasTemplate == true }

    /// The outs of one list; what is said of the same path in several items is taken together.
    ///
    /// Source: dvc-compat 3.4; `_merge_data` and `load_from_pipeline` in DVC 3.67 `output.py`.
    static func read(_ items: [YAMLNode], from list: List) throws(MetafileError) -> [OutDefinition]
    {
        var outs: [OutDefinition] = []
        var positions: [[UInt8]: Int] = [:]
        for item in items {
            for (path, mark, details) in try entries(of: item, in: list) {
                guard path.isPath else {
                    throw MetafileError(.badPath(key: list.rawValue, value: path), at: mark)
                }
                let position = positions[Array(path.utf8)] ?? outs.count
                if position == outs.count {
                    positions[Array(path.utf8)] = position
                    outs.append(OutDefinition(path: path, line: mark.line))
                }
                for node in details {
                    try outs[position].flags.update(from: flagFields(node, in: list))
                }
            }
        }
        return outs
    }

    /// The paths of an item with the maps that describe each.
    private static func entries(
        of item: YAMLNode, in list: List
    ) throws(MetafileError) -> [(path: String, mark: YAMLMark, details: [YAMLNode])] {
        if let path = item.string { return [(path, item.mark, [])] }
        guard item.mapping != nil else {
            throw MetafileError(
                .wrongType(
                    subject: "an entry of '\(list.rawValue)'", expected: "a string",
                    found: item.kind),
                at: item.mark)
        }
        return try Fields(item, "an entry of '\(list.rawValue)'", allowed: nil).mapping.entries
            .map { entry in
                // A plot may have several descriptions, one for each way to draw it. The schema of
                // DVC 3.67 has them too, but its loader then fails on them.
                let several = list == .plots ? entry.value.sequence : nil
                return (entry.key.text, entry.keyMark, several ?? [entry.value])
            }
    }

    private static func flagFields(_ node: YAMLNode, in list: List) throws(MetafileError) -> Fields
    {
        let fields = try Fields(
            node, "an out", allowed: list == .plots ? keys + plotKeys + ["header"] : keys)
        try fields.checkAnnotations()
        for key in ["persist", "checkpoint"] { _ = try fields.boolean(key) }
        if list == .plots {
            for key in plotKeys { _ = try fields.string(key) }
            _ = try fields.boolean("header")
        }
        return fields
    }

    private static let keys =
        Fields.annotationKeys + ["cache", "persist", "checkpoint", "remote", "push"]
    private static let plotKeys = ["template", "x", "y", "x_label", "y_label", "title"]
}
