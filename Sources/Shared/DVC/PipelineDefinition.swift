internal import YAML

/// A `dvc.yaml`: the stages and what they produce, templates left as they are.
///
/// Source: dvc-compat 3.4; `MULTI_STAGE_SCHEMA` in DVC 3.67 `schema.py`.
package struct PipelineDefinition: Equatable, Sendable {
    /// In the order of the file.
    let stages: [StageDefinition]

    /// Reads the contents of a `dvc.yaml`; an empty file has no stages.
    package init(_ bytes: [UInt8]) throws(MetafileError) {
        let read = try metafileRoot(of: bytes) { root throws(MetafileError) in
            try Self.stages(root: root)
        }
        stages = read ?? []
    }

    private static func stages(root: YAMLNode) throws(MetafileError) -> [StageDefinition] {
        let fields = try Fields(root, "a dvc.yaml", allowed: keys)
        try fields.checkVariables()
        for key in ["params", "metrics"] {
            try fields.check(key, "a list of strings") { $0.isListOfStrings }
        }
        _ = try fields.list("plots")
        _ = try fields.map("artifacts")
        guard let node = try fields.map("stages") else { return [] }
        var stages: [StageDefinition] = []
        for entry in try Fields(node, "'stages'", allowed: nil).mapping.entries {
            stages.append(try StageDefinition(entry))
        }
        return stages
    }

    private static let keys = [
        "vars", "stages", "params", "metrics", "plots", "artifacts", "datasets",
    ]
}

extension Fields {
    /// Checks `vars`: names of files, or maps.
    func checkVariables() throws(MetafileError) {
        for item in try list("vars") ?? [] where item.string == nil && item.mapping == nil {
            throw wrongType("vars", "a list of strings and maps", item)
        }
    }
}
