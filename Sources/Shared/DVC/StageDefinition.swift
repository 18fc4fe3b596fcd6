internal import YAML

/// One stage of a `dvc.yaml`, or the pattern of a group of stages.
struct StageDefinition: Equatable, Sendable {
    let name: String
    let line: Int
    /// Whether the stage is a group (`foreach`, `matrix`), whose members are `name@key`.
    let isGroup: Bool
    let wdir: String
    let outs: [OutDefinition]

    /// Whether the outs cannot be told without resolving templates.
    var needsTemplates: Bool { isGroup || wdir.hasTemplate || outs.contains(where: \.hasTemplate) }

    init(_ entry: YAMLMapping.Entry) throws(MetafileError) {
        name = entry.key.text
        line = entry.keyMark.line
        let body: YAMLNode
        let isForeach = entry.value.mapping.map { $0["foreach"] != nil || $0["do"] != nil }
        if isForeach == true {
            let group = try Fields(entry.value, "a stage group", allowed: ["foreach", "do"])
            try group.require("foreach")
            try group.require("do")
            try group.check("foreach", "a list, a map or a string") {
                $0.sequence != nil || $0.mapping != nil || $0.string != nil
            }
            body = try group.map("do") ?? entry.value
        } else {
            body = entry.value
        }
        let fields = try Fields(body, "a stage", allowed: Self.keys)
        try fields.checkStage()
        isGroup = isForeach == true || fields.has("matrix")
        wdir = try fields.string("wdir") ?? ""
        try checkWorkingDirectory(wdir, at: fields.mapping["wdir"]?.mark ?? fields.mark)
        var outs: [OutDefinition] = []
        for list in OutDefinition.List.allCases {
            outs += try OutDefinition.read(try fields.list(list.rawValue) ?? [], from: list)
        }
        self.outs = outs
    }

    private static let keys = [
        "cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "frozen", "always_changed",
        "meta", "desc", "vars", "matrix",
    ]
}

extension Fields {
    /// Checks what a stage says besides its outs.
    fileprivate func checkStage() throws(MetafileError) {
        try require("cmd")
        try check("cmd", "a string or a list") { $0.isStringOrList }
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
    }
}
