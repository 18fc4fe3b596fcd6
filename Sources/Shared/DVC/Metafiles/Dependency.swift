internal import YAML

/// What an import depends on.
enum Dependency {
    /// Checks an entry of `deps` and says what an import with it would be.
    ///
    /// Source: `SCHEMA` in DVC 3.67 `dependency/__init__.py`, `repo.py`, `db.py`.
    static func kind(of node: YAMLNode) throws(MetafileError) -> Metafile.Kind {
        let fields = try Fields(node, "a dependency", allowed: keys)
        try fields.checkDataKeys()
        for key in ["path", "hash"] { _ = try fields.string(key) }
        _ = try fields.boolean("persist")
        _ = try fields.checkCloud()
        try fields.checkMembers()
        _ = try fields.map("fs_config")
        let database = try fields.map("db")
        let repository = try fields.map("repo")
        if let repository {
            let source = try Fields(repository, "'repo'", allowed: repositoryKeys)
            try source.require("url")
            for key in ["url", "rev", "rev_lock"] { _ = try source.string(key) }
            for key in ["config", "remote"] {
                try source.check(key, "a string or a map") {
                    $0.string != nil || $0.mapping != nil
                }
            }
        }
        if let database {
            let source = try Fields(database, "'db'", allowed: databaseKeys)
            for key in databaseKeys { _ = try source.string(key) }
            return .databaseImport
        }
        return repository == nil ? .urlImport : .repositoryImport
    }

    /// The dependency that an entry describes, which was checked.
    ///
    /// Source: `DbDependency.__str__` in DVC 3.67 `dependency/db.py`.
    static func input(
        _ node: YAMLNode, _ kind: Metafile.Kind, in wdir: String
    ) throws(MetafileError) -> StageInput {
        let fields = try Fields(node, "a dependency", allowed: nil)
        let path = try fields.string("path") ?? ""
        let source = fields.mapping["repo"]?.mapping
        switch kind {
        case .databaseImport:
            let database = fields.mapping["db"]?.mapping
            return .other(database?["query"]?.string ?? database?["table"]?.string ?? "")
        case .repositoryImport:
            func text(_ key: String) -> String? {
                source?[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
            }
            return .repository(
                ImportSource(
                    path: path, url: text("url") ?? "", revision: text("rev"),
                    lockedRevision: text("rev_lock"), remoteName: text("remote")?.lowercased(),
                    settings: ImportSettings(source)))
        case .urlImport, .data:
            return .content(at: OutLocation(path, in: wdir), try RecordedContent(fields))
        }
    }

    private static let keys =
        Fields.dataKeys + ["path", "persist", "cloud", "hash", "files", "fs_config", "repo", "db"]
    private static let repositoryKeys = ["url", "rev", "rev_lock", "config", "remote"]
    private static let databaseKeys = ["query", "connection", "file_format", "table"]
}
