package import Basics
internal import DVC

/// What an option of DVC's configuration is called on the command line: `core.remote`,
/// `remote.storage.url`, `db.main.url`.
package struct ConfigurationOptionName: Sendable {
    let section: ConfigSectionName
    /// `nil` for `remote.storage`, which means all of its options.
    let option: String?

    package var isSection: Bool { option == nil }

    /// `nil` when the text is no such name; sections and options are put in lower case.
    ///
    /// Source: DVC 3.67.1, `NAME_REGEX` of `dvc/commands/config.py`.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 2 where ["remote", "machine", "db"].contains(parts[0].lowercased()):
            section = ConfigSectionName(parts[1].lowercased(), kind: parts[0].lowercased())
            option = nil
        case 2:
            section = ConfigSectionName(parts[0].lowercased())
            option = parts[1].lowercased()
        case 3 where ["remote", "db"].contains(parts[0]):
            section = ConfigSectionName(parts[1].lowercased(), kind: parts[0])
            option = parts[2].lowercased()
        default: return nil
        }
    }
}

/// What `git dvc config` does with DVC's configuration files, as `dvc config` does it.
///
/// Source: DVC 3.67.1, `dvc/commands/config.py`, observed.
package struct ConfigurationCommands {
    /// A setting, and the file that it is in.
    package struct Setting: Sendable, Equatable {
        package let name: String
        package let value: String
        package let file: String
    }

    private let files: ConfigurationFiles

    package init(at directory: FilePath, environment: Environment) {
        files = ConfigurationFiles(at: directory, environment: environment)
    }

    /// All settings of a level, or of each level, the weakest first; none overrides another here.
    package func list(_ level: ConfigurationLevel?) throws -> [Setting] {
        try levels(level).flatMap { level in
            let file = try files.name(of: level)
            return try files.entries(of: files.document(level), level).map { entry in
                let prefix = entry.section.kind.map { "\($0)." } ?? ""
                return Setting(
                    name: "\(prefix)\(entry.section.name).\(entry.option)", value: entry.value,
                    file: file)
            }
        }
    }

    /// The settings with this name: from the strongest level that has it, or from the one level.
    ///
    /// More than one for `remote.storage`, none when no level has it; an error when the one level
    /// that was asked for has not.
    package func settings(
        _ name: ConfigurationOptionName, _ level: ConfigurationLevel?
    ) throws -> [Setting] {
        for each in try levels(level).reversed() {
            let document = try files.document(each)
            let found = try files.entries(of: document, each).filter {
                $0.section == name.section && (name.option == nil || $0.option == name.option)
            }
            if !found.isEmpty {
                let file = try files.name(of: each)
                return found.map { Setting(name: $0.option, value: $0.value, file: file) }
            }
            if level != nil { try requirePresence(of: name, in: document) }
        }
        return []
    }

    package func set(
        _ name: ConfigurationOptionName, to value: String, level: ConfigurationLevel?
    ) throws {
        let level = level ?? .project
        guard let option = name.option else {
            throw ConfigurationCommandError(
                "'\(name.section.title)' is a section, not an option",
                advice: "add the name of an option: "
                    + "'\(name.section.kind ?? "").\(name.section.name).<option>'")
        }
        let value = try files.written(option, value, in: name.section, level)
        try change(level, .set(option: option, value: value, in: name.section))
    }

    package func unset(_ name: ConfigurationOptionName, level: ConfigurationLevel?) throws {
        let level = level ?? .project
        try requirePresence(of: name, in: files.document(level))
        let edit = name.option.map { ConfigEdit.unset(option: $0, in: name.section) }
        try change(level, edit ?? .remove(name.section))
    }

    private func change(_ level: ConfigurationLevel, _ edit: ConfigEdit) throws {
        var change = try ConfigurationChange(files)
        try change.apply(edit, at: level)
        try change.commit(upTo: level)
    }

    private func levels(_ level: ConfigurationLevel?) throws -> [ConfigurationLevel] {
        guard let level else { return files.levels }
        _ = try files.path(of: level)
        return [level]
    }

    private func requirePresence(
        of name: ConfigurationOptionName, in document: ConfigDocument
    ) throws {
        let kind = name.section.kind ?? "section"
        guard document.has(name.section) else {
            throw ConfigurationCommandError(
                "\(kind) '\(name.section.name)' does not exist in '\(document.name)'")
        }
        if let option = name.option, !document.has(option, in: name.section) {
            throw ConfigurationCommandError(
                "option '\(option)' does not exist in \(kind) '\(name.section.name)' of "
                    + "'\(document.name)'")
        }
    }
}
