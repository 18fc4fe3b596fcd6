internal import YAML

/// A `.dvc` file: the outs that `dvc add` or an import recorded.
///
/// Source: dvc-compat 3.2, 3.3; `SINGLE_STAGE_SCHEMA` in DVC 3.67 `schema.py`.
package struct Metafile: Equatable, Sendable {
    /// Where the data came from.
    package enum Kind: Equatable, Sendable {
        /// `dvc add`, or anything that is no import.
        case data
        /// `dvc import`: DVC fetches the data from the other repository and never pushes it.
        case repositoryImport
        /// `dvc import-url`: pushed and fetched like data.
        case urlImport
        /// `dvc import-db`: pushed and fetched like data.
        case databaseImport
    }

    package let kind: Kind
    package let outs: [Out]
    /// What the outs were made from, as of an import; see ``Stage/dependencies``.
    package let dependencies: [OutLocation]
    /// Whether this is an import whose data nobody has downloaded yet (`--no-download`).
    package let isPartialImport: Bool
    private let state: StageState

    /// Reads the contents of a `.dvc` file; an empty file has no outs.
    package init(_ bytes: [UInt8]) throws(MetafileError) {
        if let plain = PlainMetafile(bytes) {
            self.init(outs: [plain.out])
            return
        }
        try self.init(parsing: bytes)
    }

    /// Reads it with the YAML parser, whatever it looks like.
    init(parsing bytes: [UInt8]) throws(MetafileError) {
        let read = try metafileRoot(of: bytes) { root throws(MetafileError) in
            try Metafile(root: root)
        }
        self = read ?? Metafile(outs: [])
    }

    /// A file that says nothing else.
    private init(outs: [Out]) {
        self.init(
            kind: .data, outs: outs, dependencies: [], isPartialImport: false, state: StageState())
    }

    /// The one stage that a `.dvc` file is.
    package var stage: Stage {
        Stage(name: nil, dependencies: dependencies, outs: outs, state: state, definition: nil)
    }

    private init(
        kind: Kind, outs: [Out], dependencies: [OutLocation], isPartialImport: Bool,
        state: StageState
    ) {
        self.state = state
        self.dependencies = dependencies
        self.kind = kind
        self.outs = outs
        self.isPartialImport = isPartialImport
    }

    private init(root: YAMLNode) throws(MetafileError) {
        if let command = root.mapping?.entry(for: "cmd") {
            throw MetafileError(.oldStageFile, at: command.keyMark)
        }
        let fields = try Fields(root, "a .dvc file", allowed: Self.keys)
        try fields.checkChecksum("md5")
        try fields.check("wdir", "a string") { $0.string != nil || $0.scalar?.value == .null }
        var state = StageState()
        for key in ["locked", "frozen"] where try fields.boolean(key) == true {
            state.isFrozen = true
        }
        state.isAlwaysChanged = try fields.boolean("always_changed") ?? false
        _ = try fields.string("desc")

        let wdir = fields.mapping["wdir"]
        var sources: [Kind] = []
        var dependencies: [OutLocation] = []
        let nodes = try fields.listOrNull("deps") ?? []
        for node in nodes {
            let kind = try Dependency.kind(of: node)
            sources.append(kind)
            state.inputs.append(try Dependency.input(node, kind, in: wdir?.string ?? ""))
            guard kind == .urlImport, let path = node.mapping?["path"]?.string, path.isPath else {
                continue
            }
            dependencies.append(OutLocation(path, in: wdir?.string ?? ""))
        }
        var outs: [Out] = []
        var isIdentified = false
        for node in try fields.listOrNull("outs") ?? [] {
            let (out, data) = try Out.read(node, in: wdir)
            outs.append(out)
            isIdentified = data.isIdentified
        }
        let isImport = sources.count == 1 && outs.count == 1
        state.isChecksumChanged = StageChecksum.isChanged(fields, nodes, isImport: isImport)
        self.init(
            kind: isImport ? sources[0] : .data, outs: outs, dependencies: dependencies,
            isPartialImport: isImport && !isIdentified, state: state)
    }

    private static let keys = [
        "md5", "wdir", "deps", "outs", "locked", "frozen", "meta", "always_changed", "desc",
    ]
}
