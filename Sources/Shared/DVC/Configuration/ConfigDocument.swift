package import Basics

/// A configuration file that can be changed.
///
/// A file that is as DVC writes it stays so, byte by byte what DVC would make of it. In any other, for
/// instance one with comments, only the lines of what changes are touched.
package struct ConfigDocument: Sendable {
    package private(set) var bytes: [UInt8]
    /// For messages.
    package let name: String

    private var raw: RawConfig
    private var outline: ConfigOutline

    /// An empty `bytes` is a file that is not there yet.
    package init(parsing bytes: [UInt8], name: String) throws(ConfigError) {
        self.bytes = bytes
        self.name = name
        raw = try RawConfig(parsing: bytes, name: name)
        outline = try raw.outline
    }

    package func has(_ section: ConfigSectionName) -> Bool { outline[section] != nil }

    package func has(_ option: String, in section: ConfigSectionName) -> Bool {
        outline[section]?[option] != nil
    }

    /// The options of a section, in their order.
    package func options(of section: ConfigSectionName) -> [String] {
        outline[section]?.options.map(\.key) ?? []
    }

    /// The text of an option as it is written, references and all; `nil` also for a list.
    package func text(of option: String, in section: ConfigSectionName) -> String? {
        if case .text(let text) = outline[section]?[option] { text } else { nil }
    }

    /// Throws ``ConfigError`` and leaves everything as it was when the change cannot be written.
    package mutating func apply(_ edit: ConfigEdit) throws(ConfigError) {
        var wanted = outline
        wanted.apply(edit)
        // A file of DVC's that has become empty is a single line end.
        let isDVCs = bytes.isEmpty || outline.text.map { Array($0.utf8) } == bytes
        let text = isDVCs ? wanted.text : raw.text(after: edit).map { $0[...].string }
        guard let text else { throw notWritable(edit) }
        let new = Array(text.utf8)
        let raw = try RawConfig(parsing: new, name: name)
        let outline = try raw.outline
        guard outline.isEquivalent(to: wanted) else { throw notWritable(edit) }
        // A reference that leads nowhere would make the file unreadable.
        _ = try ConfigFile(parsing: new, name: name)
        (bytes, self.raw, self.outline) = (new, raw, outline)
    }

    private func notWritable(_ edit: ConfigEdit) -> ConfigError {
        let what =
            switch edit {
            case .set(let option, _, let section): "this value of '\(option)' in '\(section.title)'"
            case .rename(_, let name): "the name '\(name)'"
            case .unset, .remove: "section '\(edit.section.title)'"
            }
        return ConfigError(reason: .notWritable(what), file: name, line: nil)
    }
}

extension ConfigDocument {
    /// An option as it is in force: references replaced, paths absolute.
    package struct Entry: Sendable {
        package let section: ConfigSectionName
        package let option: String
        /// A list as Python prints it.
        package let value: String
    }

    /// All options, in the order in which DVC lists them.
    ///
    /// `directory`: what relative paths are relative to. `home`: what `~` means.
    package func entries(
        directory: FilePath, home: FilePath?
    ) throws(ConfigError) -> [Entry] {
        let paths = ConfigPathResolver(directory: directory, home: home)
        let resolved = try ConfigOutline(raw.sections) { index throws(ConfigError) in
            try raw.sections.resolvedOptions(of: index, file: name)
        }
        let written = resolved.sections
        let order = ConfigSectionName.kinds.map(Optional.some) + [nil]
        return order.flatMap { kind in written.filter { $0.name.kind == kind } }.flatMap {
            section in
            section.options.map { key, value in
                var text = value.pythonText
                if ConfigSchema.isPath(key, inKind: section.name.kind ?? section.name.name) {
                    // One that cannot be resolved is shown as it is written.
                    text = (try? paths.resolve(text, option: key)) ?? text
                }
                return Entry(section: section.name, option: key, value: text)
            }
        }
    }

    /// How a path or URL that was typed in `workingDirectory` is written into a file in `directory`.
    ///
    /// Source: DVC 3.67.1, `Config._to_relpath` (dvc-compat 1.4).
    package static func writtenPath(
        _ text: String, directory: FilePath, workingDirectory: FilePath
    ) -> String {
        let isKept = URLText(text) != nil || text.hasPrefix("/") || text.hasPrefix("~")
        guard !isKept else { return text }
        return workingDirectory.appending(text).normalized
            .relativeWithParents(to: directory.normalized).string
    }

    /// Whether an option holds a path or a URL.
    package static func isPath(_ option: String, in section: ConfigSectionName) -> Bool {
        ConfigSchema.isPath(option, inKind: section.kind ?? section.name)
    }

    /// Whether a URL is of a kind that DVC takes for a folder.
    package static func isFileURL(_ text: String) -> Bool { URLText(text)?.scheme == "file" }
}

extension RawConfig {
    /// What the file says as it is written, references not replaced.
    var outline: ConfigOutline {
        get throws(ConfigError) {
            try ConfigOutline(sections) { index throws(ConfigError) in
                sections[index].options.map { ($0.key, $0.option) }
            }
        }
    }
}

extension ConfigValue {
    fileprivate var pythonText: String {
        switch self {
        case .text(let text): text
        case .list(let items): "[" + items.map { quotedPython($0) }.joined(separator: ", ") + "]"
        }
    }
}

extension FilePath {
    /// The way from `start` to this path, both absolute and normalized: `.`, `a/b` or `../c`.
    fileprivate func relativeWithParents(to start: FilePath) -> FilePath {
        let (mine, theirs) = (components, start.components)
        let shared = zip(mine, theirs).prefix { $0.0 == $0.1 }.count
        let parts =
            Array(repeating: Array("..".utf8)[...], count: theirs.count - shared)
            + mine.dropFirst(shared)
        guard !parts.isEmpty else { return "." }
        return FilePath(unchecked: Array(parts.joined(separator: [UInt8(ascii: "/")])))
    }
}
