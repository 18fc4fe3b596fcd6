internal import Basics
package import Digests
internal import YAML

/// A `dvc.lock`: what every stage of the `dvc.yaml` beside it produced when it last ran.
///
/// Besides schema 2.0 the one of DVC 1, with the stages at the top level and objects named as before
/// DVC 3: DVC 3.67 cannot read it any more, but commits that have it keep needing their data.
///
/// Source: dvc-compat 3.5; `LOCKFILE_SCHEMA` in DVC 3.67 `schema.py`.
package struct PipelineLock: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        /// As written; relative to the `wdir` of the stage, which only `dvc.yaml` knows.
        let path: String
        let data: OutData
        let content: RecordedContent
    }

    /// A dependency and what it held.
    struct Input: Equatable, Sendable {
        /// As ``Entry/path``.
        let path: String
        let content: RecordedContent
    }

    struct Stage: Equatable, Sendable {
        let name: String
        let command: ParameterValue
        let dependencies: [Input]
        /// The values that the stage ran with, by file.
        let parameters: ParameterMap
        let outs: [Entry]
    }

    /// In the order of the file.
    let stages: [Stage]

    /// What the outs of all stages are, all named as by DVC 3.
    package var recordedOuts: Set<ObjectID> {
        Set(stages.lazy.flatMap(\.outs).compactMap { $0.content.oid(isInside: false) })
    }

    /// Reads the contents of a `dvc.lock`; an empty file has no stages.
    package init(_ bytes: [UInt8]) throws(MetafileError) {
        let read = try metafileRoot(of: bytes) { root throws(MetafileError) in
            try Self.stages(root: root)
        }
        stages = read ?? []
    }

    private static func stages(root: YAMLNode) throws(MetafileError) -> [Stage] {
        if root.isLockOfVersion1 {
            return try stages(of: Fields(root, "a lock file", allowed: nil))
        }
        try checkSchema(root)
        let fields = try Fields(
            root, "a lock file", allowed: ["schema", "stages", "datasets"])
        guard let node = try fields.map("stages") else { return [] }
        return try stages(of: Fields(node, "'stages'", allowed: nil))
    }

    private static func stages(of fields: Fields) throws(MetafileError) -> [Stage] {
        var stages: [Stage] = []
        for entry in fields.mapping.entries {
            stages.append(try stage(entry.value, named: entry.key.text))
        }
        return stages
    }

    private static func checkSchema(_ root: YAMLNode) throws(MetafileError) {
        guard let mapping = root.mapping else { return }  // `Fields` says what is wrong
        guard let node = mapping["schema"] else {
            throw MetafileError(.lockSchema(.missing), at: root.mark)
        }
        let text = node.scalar?.text ?? node.kind
        switch node.scalar?.value {
        case .string where text == "2.0": return
        case .string where text == "1.0": throw MetafileError(.lockSchema(.version1), at: node.mark)
        case .integer, .float: throw MetafileError(.lockSchema(.number(text)), at: node.mark)
        default: throw MetafileError(.lockSchema(.unknown(text)), at: node.mark)
        }
    }

    private static func stage(
        _ node: YAMLNode, named name: String
    ) throws(MetafileError) -> Stage {
        let fields = try Fields(
            node, "a stage of the lock file", allowed: ["cmd", "deps", "params", "outs"])
        try fields.require("cmd")
        try fields.check("cmd", "a string or a list") { $0.isStringOrList }
        let parameters = try parameters(fields)
        var inputs: [Input] = []
        for dependency in try fields.list("deps") ?? [] {
            let fields = try Fields(dependency, "a dependency", allowed: entryKeys)
            try fields.require("path")
            for key in ["path", "hash"] { _ = try fields.string(key) }
            _ = try fields.map("dataset")
            try fields.checkDataKeys()
            try fields.checkMembers()
            _ = try fields.checkCloud()
            inputs.append(
                Input(
                    path: try fields.string("path") ?? "", content: try RecordedContent(fields)))
        }
        var outs: [Entry] = []
        for out in try fields.list("outs") ?? [] {
            let fields = try Fields(out, "an out", allowed: entryKeys)
            let location = try fields.location(in: "", at: nil)
            let path = try fields.string("path") ?? ""
            _ = try fields.map("dataset")
            let data = try OutData(fields, isInside: location.isInside)
            outs.append(Entry(path: path, data: data, content: try RecordedContent(fields)))
        }
        let command = fields.mapping["cmd"].map { ParameterValue($0) } ?? .null
        return Stage(
            name: name, command: command, dependencies: inputs, parameters: parameters, outs: outs)
    }

    /// The parameters that a stage ran with: by file, then by name.
    private static func parameters(_ stage: Fields) throws(MetafileError) -> ParameterMap {
        guard let node = try stage.map("params") else { return ParameterMap() }
        var files = ParameterMap()
        for file in try Fields(node, "'params'", allowed: nil).mapping.entries {
            _ = try Fields(file.value, "an entry of 'params'", allowed: nil)
            files[file.key.text] = ParameterValue(file.value, keepingKeys: true)
        }
        return files
    }

    private static let entryKeys =
        Fields.dataKeys + ["path", "hash", "cloud", "files", "dataset"]
}

extension YAMLNode {
    /// Whether this is a lock file without a schema, whose top level holds stages.
    fileprivate var isLockOfVersion1: Bool {
        guard let mapping, mapping["schema"] == nil else { return false }
        return mapping.entries.allSatisfy { $0.value.mapping?["cmd"] != nil }
    }
}
