package import Basics
internal import DVC

/// What `git dvc remote` does with DVC's configuration files, as `dvc remote` does it.
///
/// Levels: without one, commands that read ask all together and commands that write change the
/// project's. Source: DVC 3.67.1, `dvc/commands/remote.py`, observed.
package struct RemoteCommands {
    package struct Remote: Sendable, Equatable {
        package let name: String
        /// Paths are absolute; `nil` where only another level has one.
        package let url: String?
        package let isDefault: Bool
    }

    private let files: ConfigurationFiles

    package init(at directory: FilePath, environment: Environment) {
        files = ConfigurationFiles(at: directory, environment: environment)
    }

    package func add(
        _ name: String, url: String, level: ConfigurationLevel?, force: Bool, setsDefault: Bool
    ) throws {
        let name = name.lowercased()
        let section = ConfigSectionName.remote(name)
        let level = level ?? .project
        try checkRemoteAddress(url, remote: name)
        let url = try written("url", url, level)
        var change = try ConfigurationChange(files)
        if let document = change[level], document.has(section) {
            guard force else {
                throw ConfigurationCommandError(
                    "remote '\(name)' already exists",
                    advice: "use '-f' to overwrite it, or 'git dvc remote modify' to change it")
            }
            for option in document.options(of: section) where option != "url" {
                try change.apply(.unset(option: option, in: section), at: level)
            }
        }
        try change.apply(.set(option: "url", value: url, in: section), at: level)
        if setsDefault { try change.apply(.defaultRemote(name), at: level) }
        try change.commit(upTo: level)
    }

    /// The remotes in the order in which DVC lists them.
    package func list(_ level: ConfigurationLevel?) throws -> [Remote] {
        let levels =
            try level.map {
                _ = try files.path(of: $0)
                return [$0]
            } ?? files.levels
        var names: [String] = []
        var urls: [String: String] = [:]
        var defaultName: String?
        for level in levels {
            let document = try files.document(level)
            for entry in try files.entries(of: document, level) {
                if entry.section == .core, entry.option == "remote" { defaultName = entry.value }
                guard entry.section.kind == "remote" else { continue }
                if !names.contains(entry.section.name) { names.append(entry.section.name) }
                if entry.option == "url" { urls[entry.section.name] = entry.value }
            }
        }
        return names.map {
            Remote(name: $0, url: urls[$0], isDefault: $0 == defaultName?.lowercased())
        }
    }

    /// The remote that is meant when none is named, as it is written.
    package func defaultName(_ level: ConfigurationLevel?) throws -> String? {
        let levels =
            try level.map {
                _ = try files.path(of: $0)
                return [$0]
            } ?? files.levels
        return try levels.reversed().lazy.compactMap { level in
            try files.entries(of: files.document(level), level)
                .last { $0.section == .core && $0.option == "remote" }?.value
        }.first
    }

    /// `name`: `nil` to have no default remote at this level.
    package func setDefault(_ name: String?, level: ConfigurationLevel?) throws {
        let level = level ?? .project
        var change = try ConfigurationChange(files)
        if let name = name?.lowercased() {
            _ = try files.path(of: level)
            guard change.has(.remote(name), upTo: level) else { throw unknown(name, change) }
            try change.apply(.defaultRemote(name), at: level)
        } else {
            try change.apply(.unset(option: "remote", in: .core), at: level)
        }
        try change.commit(upTo: level)
    }

    /// `value`: `nil` to take the option away.
    package func modify(
        _ name: String, option: String, value: String?, level: ConfigurationLevel?
    ) throws {
        let name = name.lowercased()
        let section = ConfigSectionName.remote(name)
        let level = level ?? .project
        let value = try value.map { try written(option, $0, level) }
        var change = try ConfigurationChange(files)
        guard change.has(section, upTo: level) else { throw unknown(name, change) }
        if let value {
            try change.apply(.set(option: option, value: value, in: section), at: level)
        } else {
            try change.apply(.unset(option: option, in: section), at: level)
        }
        try change.commit(upTo: level)
    }

    /// Gives a remote another name at a level, and in stronger ones what refers to it.
    ///
    /// DVC leaves the options of stronger levels behind, which then belong to no remote.
    package func rename(_ old: String, to new: String, level: ConfigurationLevel?) throws {
        let (old, new) = (old.lowercased(), new.lowercased())
        let level = level ?? .project
        var change = try ConfigurationChange(files)
        _ = try files.path(of: level)
        guard !change.has(.remote(new), upTo: .local) else {
            throw ConfigurationCommandError("remote '\(new)' already exists")
        }
        guard change[level]?.has(.remote(old)) == true else { throw unknown(old, change, level) }
        let remains = ConfigurationLevel.allCases.contains {
            $0.kind < level.kind && change[$0]?.has(.remote(old)) == true
        }
        for stronger in files.levels where stronger.kind >= level.kind {
            if stronger == level || !remains {
                try change.apply(.rename(.remote(old), to: new), at: stronger)
            }
            if change.isDefault(old, at: stronger) {
                try change.apply(.defaultRemote(new), at: stronger)
            }
        }
        try change.commit(upTo: level)
    }

    package func remove(_ name: String, level: ConfigurationLevel?) throws {
        let name = name.lowercased()
        let level = level ?? .project
        var change = try ConfigurationChange(files)
        _ = try files.path(of: level)
        guard change[level]?.has(.remote(name)) == true else { throw unknown(name, change, level) }
        try change.apply(.remove(.remote(name)), at: level)
        for stronger in files.levels where stronger.kind >= level.kind {
            guard change.has(.remote(name), upTo: stronger) else { continue }
            if stronger.kind > level.kind, change[stronger]?.has(.remote(name)) == true,
                change[stronger]?.has("url", in: .remote(name)) == false
            {
                let file = try files.name(of: stronger)
                throw ConfigurationCommandError(
                    "remote '\(name)' has options in '\(file)', which would belong to no remote",
                    advice: "run 'git dvc remote remove --\(stronger.rawValue) \(name)' first")
            }
        }
        for stronger in files.levels
        where stronger.kind >= level.kind && change.isDefault(name, at: stronger) {
            try change.apply(.unset(option: "remote", in: .core), at: stronger)
        }
        try change.commit(upTo: level)
    }

    /// A value as it is written: paths are relative to the file.
    private func written(
        _ option: String, _ value: String, _ level: ConfigurationLevel
    ) throws -> String {
        try files.written(option, value, in: .remote(""), level)
    }

    private func unknown(
        _ name: String, _ change: ConfigurationChange, _ level: ConfigurationLevel? = nil
    ) -> ConfigurationCommandError {
        let other = files.levels.first { change[$0]?.has(.remote(name)) == true }
        if let other, other != level, let file = try? files.name(of: other) {
            return ConfigurationCommandError(
                "remote '\(name)' does not exist at this level, but in '\(file)'",
                advice: "say so with '--\(other.rawValue)'")
        }
        return ConfigurationCommandError(
            "remote '\(name)' does not exist", advice: "'git dvc remote list' shows those that do")
    }
}

extension ConfigurationFiles {
    /// A value as it is written: paths are relative to the file of the level.
    func written(
        _ option: String, _ value: String, in section: ConfigSectionName,
        _ level: ConfigurationLevel
    ) throws -> String {
        guard ConfigDocument.isPath(option, in: section) else { return value }
        if option == "url", ConfigDocument.isFileURL(value) {
            throw ConfigurationCommandError(
                "file:// is not supported: DVC takes '\(value)' for a folder named 'file:'",
                advice: "write the path alone, without 'file://'")
        }
        return ConfigDocument.writtenPath(
            value, directory: try path(of: level).parent, workingDirectory: directory)
    }
}

extension ConfigurationChange {
    fileprivate func isDefault(_ name: String, at level: ConfigurationLevel) -> Bool {
        self[level]?.text(of: "remote", in: .core)?.lowercased() == name
    }
}

extension ConfigSectionName {
    fileprivate static var core: ConfigSectionName { ConfigSectionName("core") }
}

extension ConfigEdit {
    fileprivate static func defaultRemote(_ name: String) -> ConfigEdit {
        .set(option: "remote", value: name, in: .core)
    }
}
