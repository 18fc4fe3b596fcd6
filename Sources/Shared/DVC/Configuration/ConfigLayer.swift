internal import Basics

/// One configuration file as settings: sections told apart, paths made absolute.
///
/// Source: DVC 3.67.1, `_parse_named` and `Config._load_paths`.
struct ConfigLayer {
    private(set) var sections: [String: [String: ConfigSetting]] = [:]
    private(set) var named: [String: [String: [String: ConfigSetting]]] = [:]

    private let source: ConfigSource
    private let paths: ConfigPathResolver

    init(_ source: ConfigSource, home: FilePath?) throws(ConfigError) {
        self.source = source
        paths = ConfigPathResolver(directory: source.directory, home: home)
        let file = try ConfigFile(parsing: source.bytes, name: source.name)
        if let first = file.unnamed.options.min(by: { $0.value.line < $1.value.line }) {
            throw error(.optionOutsideSection(first.key), line: first.value.line)
        }
        var outer: ConfigFile.Section?
        for section in file.sections {
            if section.depth == 1 {
                outer = section
                try add(section)
            } else if let outer {
                try add(section, within: outer)
            }
        }
    }

    private mutating func add(_ section: ConfigFile.Section) throws(ConfigError) {
        let name = ConfigSectionName(title: section.title)
        if let kind = name.kind {
            named[kind, default: [:]][name.name] = try settings(of: section, kind: kind)
        } else if ConfigSectionName.kinds.contains(section.title) {
            // DVC lets `[remote]` replace all `['remote "name"']` before it.
            named[section.title] = [:]
            if let first = section.options.min(by: { $0.value.line < $1.value.line }) {
                throw error(.optionWithoutName(section: section.title), line: first.value.line)
            }
        } else if ConfigSchema.sections[section.title] != nil {
            sections[section.title] = try settings(of: section, kind: section.title)
        } else {
            throw error(.unknownSection(section.title), line: section.line)
        }
    }

    /// `[[name]]` within `[remote]` is one more way to write `['remote "name"']`.
    private mutating func add(
        _ section: ConfigFile.Section, within outer: ConfigFile.Section
    ) throws(ConfigError) {
        if section.depth == 2, ConfigSectionName.kinds.contains(outer.title) {
            named[outer.title, default: [:]][section.title] = try settings(
                of: section, kind: outer.title)
        } else if outer.title != "feature" {
            throw error(
                .unknownOption(section.title, section: outer.title), line: section.line)
        }
    }

    private func settings(
        of section: ConfigFile.Section, kind: String
    ) throws(ConfigError) -> [String: ConfigSetting] {
        var result: [String: ConfigSetting] = [:]
        for (name, option) in section.options {
            var value = option.value
            if ConfigSchema.isPath(name, inKind: kind) {
                guard case .text(let text) = value else {
                    throw error(.listInsteadOfText(option: name), line: option.line)
                }
                do {
                    value = .text(try paths.resolve(text, option: name))
                } catch {
                    throw self.error(error.reason, line: option.line)
                }
            }
            result[name] = ConfigSetting(
                value: value, level: source.level, file: source.name, line: option.line)
        }
        return result
    }

    private func error(_ reason: ConfigError.Reason, line: Int) -> ConfigError {
        ConfigError(reason: reason, file: source.name, line: line)
    }
}
