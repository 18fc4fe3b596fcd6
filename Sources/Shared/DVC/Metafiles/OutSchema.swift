internal import YAML

extension OutDefinition {
    /// Checks the items of a list as DVC's schema does, templates not yet filled in.
    ///
    /// Source: dvc-compat 3.4; `STAGE_DEFINITION` in DVC 3.67 `schema.py`.
    static func check(_ items: [YAMLNode], in list: List) throws(MetafileError) {
        for item in items where item.string == nil {
            guard item.mapping != nil else {
                throw MetafileError(
                    .wrongType(
                        subject: "an entry of '\(list.rawValue)'", expected: "a string",
                        found: item.kind),
                    at: item.mark)
            }
            let paths = try Fields(item, "an entry of '\(list.rawValue)'", allowed: nil)
            for entry in paths.mapping.entries {
                let several = list == .plots ? entry.value.sequence : nil
                for node in several ?? [entry.value] { try checkFlags(node, in: list) }
            }
        }
    }

    private static func checkFlags(_ node: YAMLNode, in list: List) throws(MetafileError) {
        let fields = try Fields(
            node, "an out", allowed: list == .plots ? keys + plotKeys + ["header"] : keys)
        try fields.checkAnnotations()
        for key in ["cache", "persist", "checkpoint", "push"] { _ = try fields.boolean(key) }
        _ = try fields.string("remote")
        if list == .plots {
            for key in plotKeys { _ = try fields.string(key) }
            _ = try fields.boolean("header")
        }
    }

    private static let keys =
        Fields.annotationKeys + ["cache", "persist", "checkpoint", "remote", "push"]
    private static let plotKeys = ["template", "x", "y", "x_label", "y_label", "title"]
}
