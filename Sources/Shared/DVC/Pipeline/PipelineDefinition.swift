package import Basics
internal import YAML

/// A `dvc.yaml`: the stages and what they produce, templates filled in.
///
/// Source: dvc-compat 3.4, 3.6; `MULTI_STAGE_SCHEMA` in DVC 3.67 `schema.py`.
package struct PipelineDefinition: Equatable, Sendable {
    /// In the order of the file.
    private(set) var stages: [PipelineStage] = []
    /// Files that it lists outside of stages, relative to its directory.
    package private(set) var metrics: [String] = []
    package private(set) var parameters: [String] = []

    /// One that says nothing.
    private init() {}

    /// Reads the contents of a `dvc.yaml`; an empty file has no stages.
    ///
    /// `parameters` is asked for the files that templates take values from, only when there are
    ///   templates or `vars`, and once for each file: `params.yaml` first, then what `vars` names.
    ///   Paths are normalized and relative to the directory of the `dvc.yaml`. They come from a
    ///   stranger: one may start with `..` or be absolute, and is to be refused where it leaves the
    ///   repository. The answer for what is no file is `nil`.
    package init(
        _ bytes: [UInt8], parameters: @escaping (FilePath) -> [UInt8]?
    ) throws(MetafileError) {
        let files = ParameterFiles(read: parameters)
        let read = try metafileRoot(of: bytes) { root throws(MetafileError) in
            try Self(root: root, files)
        }
        self = read ?? Self()
    }

    private init(root: YAMLNode, _ files: ParameterFiles) throws(MetafileError) {
        let fields = try Fields(root, "a dvc.yaml", allowed: Self.keys)
        try fields.checkVariables()
        for key in ["params", "metrics"] {
            try fields.check(key, "a list of strings") { $0.isListOfStrings }
        }
        _ = try fields.list("plots")
        _ = try fields.map("artifacts")
        try fields.check("datasets", "a list") { !$0.isNumberOrNull }
        var definitions: [StageDefinition] = []
        if let node = try fields.map("stages") {
            for entry in try Fields(node, "'stages'", allowed: nil).mapping.entries {
                definitions.append(try StageDefinition(entry))
            }
        }
        var context = TemplateContext()
        let hasVariables = fields.has("vars") || definitions.contains(where: \.hasVariables)
        if hasVariables || root.firstTemplate != nil {
            try context.loadDefault(from: files)
            if let variables = fields.mapping["vars"] {
                try context.load(variables, in: "", from: files, place: "vars")
            }
        }
        for key in ["params", "metrics", "plots", "artifacts", "datasets"] {
            guard let node = fields.mapping[key] else { continue }
            let filled = try TemplateFilling(context: context, files: files, place: key)
                .fillSection(node)
            if key == "metrics" { metrics = filled.elements.compactMap(\.text) }
            if key == "params" { parameters = filled.elements.compactMap(\.text) }
        }
        stages = try PipelineStages(definitions, context, files).all()
    }

    private static let keys = [
        "vars", "stages", "params", "metrics", "plots", "artifacts", "datasets",
    ]
}

extension TemplateContext {
    /// Loads `params.yaml`, if there is one.
    fileprivate mutating func loadDefault(from files: ParameterFiles) throws(MetafileError) {
        do throws(TemplateFault) {
            guard try files.values(at: "params.yaml") != nil else { return }
            try load("params.yaml", in: "", from: files)
        } catch {
            throw MetafileError(.template(place: "vars", error))
        }
    }
}

extension TemplateFilling {
    /// Fills in what stands outside of stages, which names files but owns no data.
    fileprivate func fillSection(_ node: YAMLNode) throws(MetafileError) -> ParameterValue {
        guard place == "artifacts", let mapping = node.mapping else {
            return try fill(node, .anything)
        }
        for entry in mapping.entries {
            _ = try string(key(entry, .anything), "the name of an artifact", at: entry.keyMark)
            try fill(entry.value, .anything)
        }
        return .null
    }
}

extension YAMLNode {
    /// Whether Python cannot go through this.
    fileprivate var isNumberOrNull: Bool { scalar.map { $0.value != .string } ?? false }
}

extension Fields {
    /// Checks `vars`: names of files, or maps.
    func checkVariables() throws(MetafileError) {
        for item in try list("vars") ?? [] where item.string == nil && item.mapping == nil {
            throw wrongType("vars", "a list of strings and maps", item)
        }
    }
}
