package import Basics

/// Where the objects of a remote are.
package enum RemoteLocation: Equatable, Sendable {
    /// Absolute and normalized.
    case directory(FilePath)
    /// One of ``knownSchemes`` in lower case, and the URL as it is written; it may hold a password.
    case url(scheme: String, text: String)

    /// Source: dvc-compat 8; `rclone` is ours alone.
    package static let knownSchemes: Set<String> = [
        "s3", "gs", "azure", "ssh", "http", "https", "webdav", "webdavs", "hdfs", "webhdfs", "oss",
        "gdrive", "rclone",
    ]
}

/// A data remote of DVC: a name, a place, and how to get there.
package struct DVCRemote: Equatable, Sendable {
    /// In lower case.
    package let name: String
    package let location: RemoteLocation
    /// All options, inherited ones included, with absolute paths; `url` too.
    package let options: [String: ConfigSetting]

    /// How many transfers may run at a time, when the user said so.
    package var jobs: Int? { text(of: "jobs").flatMap { Int(configText: $0) } }

    /// Whether directories of a local remote belong to the group (`shared = group`).
    package var isShared: Bool { text(of: "shared") != nil }

    /// How files get from a local remote into the cache, when the user said so (`type`).
    package var linkTypes: [LinkType]? { options["type"]?.value.linkTypes }

    /// Whether objects are kept under the names of the files, as versions: pushing is refused.
    ///
    /// Source: dvc-compat 2.6.
    package var isCloudVersioned: Bool {
        boolean("version_aware") ?? false || boolean("worktree") ?? false
    }

    package func text(of option: String) -> String? { options[option]?.text }

    /// The level that set the option: a secret from ``ConfigLevel/repo`` is known to everybody.
    package func level(of option: String) -> ConfigLevel? { options[option]?.level }

    /// The value of a switch; `nil` when it is not set, or to something else.
    package func boolean(_ option: String) -> Bool? {
        text(of: option).flatMap { Bool(configText: $0) }
    }

    /// The value of a number; `nil` when it is not set, or to something else.
    package func number(_ option: String) -> Int? {
        text(of: option).flatMap { Int(configText: $0) }
    }
}

extension DVCConfig {
    /// The remote with this name in any case, references to other remotes resolved.
    package func remote(named name: String) throws(ConfigError) -> DVCRemote {
        let name = name.lowercased()
        var visited: Set<String> = []
        let options = try resolvedOptions(ofRemote: name, visited: &visited)
        try Self.validateRemote(options, section: "remote \"\(name)\"")
        guard let url = options["url"], let text = url.text else {
            throw ConfigError(reason: .missingURL(remote: name), file: nil, line: nil)
        }
        return DVCRemote(
            name: name, location: try Self.location(text, setting: url), options: options)
    }

    private static func location(
        _ text: String, setting: ConfigSetting
    ) throws(ConfigError) -> RemoteLocation {
        guard let scheme = URLText(text)?.scheme else {
            return .directory(FilePath(text).normalized)
        }
        if RemoteLocation.knownSchemes.contains(scheme) { return .url(scheme: scheme, text: text) }
        throw setting.error(scheme == "file" ? .fileURL : .unsupportedScheme(scheme))
    }

    /// The options of a remote over those of the remote that its `remote://` URL names, if any.
    ///
    /// Source: DVC 3.67.1, `_resolve_remote_refs` (dvc-compat 8.1).
    private func resolvedOptions(
        ofRemote name: String, visited: inout Set<String>
    ) throws(ConfigError) -> [String: ConfigSetting] {
        guard let own = named["remote"]?[name] else {
            throw ConfigError(reason: .noSuchRemote(name), file: nil, line: nil)
        }
        guard let url = own["url"], let text = url.text, let reference = URLText(text),
            reference.scheme == "remote"
        else { return own }
        // A chain this long is no better than a loop, and each link takes a stack frame.
        guard visited.insert(name).inserted, visited.count <= 100 else {
            throw url.error(.remoteLoop(name))
        }
        let baseName = reference.authority.lowercased()
        let base: [String: ConfigSetting]
        do throws(ConfigError) {
            base = try resolvedOptions(ofRemote: baseName, visited: &visited)
        } catch {
            // Without a place the error is about the name that this URL mentions.
            throw error.file == nil ? url.error(error.reason) : error
        }
        guard let baseURL = base["url"]?.text else {
            throw url.error(.missingURL(remote: baseName))
        }
        let path = reference.rest.unicodeScalars.prefix { $0 != "?" && $0 != "#" }
            .drop { $0 == "/" }
        var merged = base.merging(own) { _, own in own }
        merged["url"] = ConfigSetting(
            value: .text(baseURL + "/" + String(path)), level: url.level, file: url.file,
            line: url.line)
        return merged
    }
}
