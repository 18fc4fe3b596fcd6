internal import YAML

/// One stage of a `dvc.yaml`, or the pattern of a group of stages, templates left as they are.
struct StageDefinition {
    /// What makes a stage the pattern of a group, whose members are `name@key`.
    enum Group {
        case foreach(YAMLNode)
        case matrix(YAMLNode)
    }

    let name: String
    let mark: YAMLMark
    let group: Group?
    /// The stage itself, or what stands under `do`; without the `matrix` that makes a group.
    let entries: [YAMLMapping.Entry]

    var hasVariables: Bool { entries.contains { $0.key.text == "vars" } }

    init(_ entry: YAMLMapping.Entry) throws(MetafileError) {
        name = entry.key.text
        mark = entry.keyMark
        let isForeach = entry.value.mapping.map { $0["foreach"] != nil || $0["do"] != nil }
        guard isForeach == true else {
            let fields = try Fields(entry.value, "a stage", allowed: Self.keys)
            try fields.checkStage()
            group = fields.mapping["matrix"].map { .matrix($0) }
            entries = fields.mapping.entries.filter { $0.key.text != "matrix" }
            return
        }
        let fields = try Fields(entry.value, "a stage group", allowed: ["foreach", "do"])
        try fields.require("foreach")
        try fields.require("do")
        try fields.check("foreach", "a list, a map or a string") {
            $0.sequence != nil || $0.mapping != nil || $0.string != nil
        }
        let body = try Fields(
            try fields.map("do") ?? entry.value, "a stage", allowed: Self.keys)
        try body.checkStage()
        group = fields.mapping["foreach"].map { .foreach($0) }
        entries = body.mapping.entries
    }

    private static let keys = [
        "cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "frozen", "always_changed",
        "meta", "desc", "vars", "matrix",
    ]
}

extension Fields {
    /// Checks a stage as DVC's schema does.
    fileprivate func checkStage() throws(MetafileError) {
        try require("cmd")
        try check("cmd", "a string or a list") { $0.isStringOrList }
        _ = try string("wdir")
        try check("deps", "a list of strings") { $0.isListOfStrings }
        try checkVariables()
        try check("params", "a list of strings and maps") {
            $0.sequence?.allSatisfy { $0.string != nil || $0.mapping != nil } ?? false
        }
        if let matrix = try map("matrix") {
            for entry in try Fields(matrix, "'matrix'", allowed: nil).mapping.entries
            where !entry.value.isStringOrList {
                throw wrongType(entry.key.text, "a list or a string", entry.value)
            }
        }
        _ = try boolean("frozen")
        _ = try boolean("always_changed")
        _ = try string("desc")
        for list in OutDefinition.List.allCases {
            try OutDefinition.check(try self.list(list.rawValue) ?? [], in: list)
        }
    }
}
