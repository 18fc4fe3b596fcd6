internal import Basics
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
    }

    struct Stage: Equatable, Sendable {
        let name: String
        let outs: [Entry]
    }

    /// In the order of the file.
    let stages: [Stage]

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
            let outs = try outs(ofStage: entry.value)
            stages.append(Stage(name: entry.key.text, outs: outs))
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

    private static func outs(ofStage node: YAMLNode) throws(MetafileError) -> [Entry] {
        let fields = try Fields(
            node, "a stage of the lock file", allowed: ["cmd", "deps", "params", "outs"])
        try fields.require("cmd")
        try fields.check("cmd", "a string or a list") { $0.isStringOrList }
        try checkParameters(fields)
        for dependency in try fields.list("deps") ?? [] {
            let fields = try Fields(dependency, "a dependency", allowed: entryKeys)
            try fields.require("path")
            for key in ["path", "hash"] { _ = try fields.string(key) }
            _ = try fields.map("dataset")
            try fields.checkDataKeys()
            try fields.checkMembers()
            _ = try fields.checkCloud()
        }
        var outs: [Entry] = []
        for out in try fields.list("outs") ?? [] {
            let fields = try Fields(out, "an out", allowed: entryKeys)
            let location = try fields.location(in: "", at: nil)
            let path = try fields.string("path") ?? ""
            _ = try fields.map("dataset")
            let data = try OutData(fields, isInside: location.isInside)
            outs.append(Entry(path: path, data: data))
        }
        return outs
    }

    /// Checks the parameters that a stage ran with: by file, then by name.
    private static func checkParameters(_ stage: Fields) throws(MetafileError) {
        guard let node = try stage.map("params") else { return }
        for file in try Fields(node, "'params'", allowed: nil).mapping.entries {
            _ = try Fields(file.value, "an entry of 'params'", allowed: nil)
        }
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
