internal import Basics
internal import DVC

/// Edits of one or more configuration files that are written together, once they are known to leave
/// DVC a configuration that it can read.
///
/// DVC takes no lock for it, and neither does this.
struct ConfigurationChange {
    let files: ConfigurationFiles
    private var documents: [ConfigurationLevel: ConfigDocument] = [:]
    private var changed: Set<ConfigurationLevel> = []
    /// Whether DVC could read all levels together before.
    private let wasValid: Bool

    /// Reads all levels; one that cannot be read is an error.
    init(_ files: ConfigurationFiles) throws {
        self.files = files
        for level in files.levels { documents[level] = try files.document(level) }
        wasValid = (try? Self.check(documents, in: files)) != nil  // the error is told on writing
    }

    subscript(level: ConfigurationLevel) -> ConfigDocument? { documents[level] }

    /// Whether the section is in this level or a weaker one.
    func has(_ section: ConfigSectionName, upTo level: ConfigurationLevel) -> Bool {
        documents.contains { $0.key.kind <= level.kind && $0.value.has(section) }
    }

    mutating func apply(_ edit: ConfigEdit, at level: ConfigurationLevel) throws {
        _ = try files.path(of: level)
        guard var document = documents[level] else { return }
        let before = document.bytes
        try document.apply(edit)
        documents[level] = document
        if document.bytes != before { changed.insert(level) }
    }

    /// Writes what has changed, unless the settings up to `level` are not valid then, or all levels
    /// together no longer are.
    ///
    /// DVC checks the latter after it has written, and leaves a configuration that none of its
    /// commands can read. Where it was like that before, this writes and throws as DVC does: one of
    /// several mistakes may have been mended.
    func commit(upTo level: ConfigurationLevel) throws {
        try Self.check(documents.filter { $0.key.kind <= level.kind }, in: files)
        let check = Result { try Self.check(documents, in: files) }
        if wasValid { try check.get() }
        for level in ConfigurationLevel.allCases where changed.contains(level) {
            if let document = documents[level] { try files.write(document, level) }
        }
        try check.get()
    }

    private static func check(
        _ documents: [ConfigurationLevel: ConfigDocument], in files: ConfigurationFiles
    ) throws {
        try DVCConfig.check(files.sources(of: documents), home: files.home)
    }
}
