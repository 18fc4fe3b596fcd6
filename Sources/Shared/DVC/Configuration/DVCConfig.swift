package import Basics

/// DVC's settings: all levels of configuration, merged and checked.
///
/// An invalid option anywhere makes the whole configuration an error, as in DVC. One difference: a
/// remote without a URL is an error only when it is asked for, because `config.local` may hold the
/// credentials of a remote that the configuration of an older commit does not know.
///
/// Source: dvc-compat 1.2 to 1.5.
package struct DVCConfig: Sendable {
    /// By section, then option.
    private(set) var sections: [String: [String: ConfigSetting]] = [:]
    /// By kind of section (`remote`, `machine`, `db`), name, and option.
    private(set) var named: [String: [String: [String: ConfigSetting]]] = [:]

    /// Where objects are kept, when a setting says so: absolute and normalized.
    package private(set) var cacheDirectory: FilePath?

    /// The settings of these files; `home` is the user's directory, for paths that start with `~`.
    package init(_ sources: [ConfigSource], home: FilePath?) throws(ConfigError) {
        try self.init(merging: sources, home: home)
        cacheDirectory = try configuredCacheDirectory()
    }

    /// Whether DVC can work with these files at all; it cannot when a remote has no URL.
    package static func check(_ sources: [ConfigSource], home: FilePath?) throws(ConfigError) {
        try DVCConfig(merging: sources, home: home).requireURLs()
    }

    private init(merging sources: [ConfigSource], home: FilePath?) throws(ConfigError) {
        let files = sources.filter { !$0.isOverride }.sorted { $0.level < $1.level }
        for source in files + sources.filter(\.isOverride) {
            try merge(ConfigLayer(source, home: home))
        }
        try validate()
    }

    /// The remote that is meant when none is named, in lower case.
    package var defaultRemoteName: String? {
        setting("remote", in: "core")?.text?.lowercased().nonEmpty
    }

    /// All remotes, in lower case and sorted.
    package var remoteNames: [String] { (named["remote"] ?? [:]).keys.sorted() }

    /// Whether the cache's directories belong to the group (`cache.shared = group`).
    package var isCacheShared: Bool { setting("shared", in: "cache") != nil }

    /// How files get into the workspace, the best way first.
    package var linkTypes: [LinkType] {
        setting("type", in: "cache")?.value.linkTypes ?? [.reflink, .copy]
    }

    /// Any option of a section without a name.
    package func setting(_ option: String, in section: String) -> ConfigSetting? {
        sections[section]?[option]
    }

    private mutating func merge(_ layer: ConfigLayer) {
        sections.merge(layer.sections) { $0.merging($1) { _, new in new } }
        named.merge(layer.named) { old, new in
            old.merging(new) { $0.merging($1) { _, new in new } }
        }
    }

    private func validate() throws(ConfigError) {
        for (section, settings) in sections.sorted(by: { $0.key < $1.key }) {
            // Options that DVC no longer knows are no errors in this section.
            let isLenient = section == "feature"
            try Self.validate(
                settings, as: ConfigSchema.sections[section] ?? [:], section: section,
                isLenient: isLenient)
        }
        for (kind, all) in named.sorted(by: { $0.key < $1.key }) {
            for (name, settings) in all.sorted(by: { $0.key < $1.key }) {
                let section = "\(kind) \"\(name)\""
                if kind == "remote" {
                    try Self.validateRemote(settings, section: section)
                } else {
                    try Self.validate(
                        settings, as: ConfigSchema.namedSections[kind] ?? [:], section: section)
                }
            }
        }
    }

    private func requireURLs() throws(ConfigError) {
        for name in remoteNames {
            guard let options = named["remote"]?[name], options["url"] == nil else { continue }
            let first = options.values.min { $0.line < $1.line }
            throw ConfigError(
                reason: .missingURL(remote: name), file: first?.file, line: first?.line)
        }
    }

    /// Checks the options of a remote against its URL; one that refers to another remote is checked
    /// when it is asked for.
    static func validateRemote(
        _ settings: [String: ConfigSetting], section: String
    ) throws(ConfigError) {
        guard let url = settings["url"], let text = url.text else { return }
        let parts = URLText(text)
        let scheme = parts?.scheme ?? ""
        // DVC takes a URL without a host, or with an odd scheme, for a path; for this purpose only.
        let isLocal = parts.map { $0.authority.isEmpty || !$0.hasPlainScheme } ?? true
        if scheme == "remote", !isLocal { return }
        guard let options = ConfigSchema.remotes[isLocal ? "" : scheme] else {
            throw url.error(scheme == "file" ? .fileURL : .unsupportedScheme(scheme))
        }
        try validate(settings, as: options, section: section)
    }

    private static func validate(
        _ settings: [String: ConfigSetting], as options: ConfigSchema.Options, section: String,
        isLenient: Bool = false
    ) throws(ConfigError) {
        for (option, setting) in settings.sorted(by: { $0.value.line < $1.value.line }) {
            guard let kind = options[option] else {
                if isLenient { continue }
                throw setting.error(.unknownOption(option, section: section))
            }
            if let reason = kind.fault(of: setting.value, option: option) {
                throw setting.error(reason)
            }
        }
        let exclusive = ConfigSchema.exclusive.options
        if section == ConfigSchema.exclusive.section, exclusive.allSatisfy({ settings[$0] != nil }),
            let place = exclusive.compactMap({ settings[$0] }).max(by: { $0.level < $1.level })
        {
            throw place.error(.exclusiveOptions(exclusive))
        }
    }

    /// `cache.dir`, or the directory of the remote that the obsolete `cache.local` names.
    private func configuredCacheDirectory() throws(ConfigError) -> FilePath? {
        if let local = setting("local", in: "cache"), let name = local.text?.nonEmpty {
            guard case .directory(let path) = try remote(named: name).location else {
                throw local.error(.remoteCache)
            }
            return path
        }
        guard let directory = setting("dir", in: "cache"), let text = directory.text else {
            return nil
        }
        guard URLText(text) == nil else { throw directory.error(.remoteCache) }
        return FilePath(text).normalized
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
