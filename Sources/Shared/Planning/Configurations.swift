package import Basics
package import DVC
package import Git

/// The configuration files outside of a repository.
package struct ConfigurationSources: Sendable {
    /// `/etc/xdg/dvc/config` or what `DVC_SYSTEM_CONFIG_DIR` says.
    package let systemFile: FilePath?
    /// `~/.config/dvc/config` or what `DVC_GLOBAL_CONFIG_DIR` says.
    package let globalFile: FilePath?
    /// What `~` means in a path.
    package let homeDirectory: FilePath?

    package init(systemFile: FilePath?, globalFile: FilePath?, homeDirectory: FilePath?) {
        self.systemFile = systemFile
        self.globalFile = globalFile
        self.homeDirectory = homeDirectory
    }
}

/// The merged configuration of a DVC root as one revision has it.
package struct RootConfiguration: Sendable {
    package let config: DVCConfig
    /// `nil` without a working copy.
    package let cacheDirectory: FilePath?
}

/// Reads DVC configurations: the repository's file from a commit or the disk, the others from disk.
///
/// Source: DVC 3.67, observed (dvc-compat 1.2, 4.5). A relative URL in a commit's file means what it
/// means in the working copy (design 6), where DVC resolves it against `/` (dvc-compat 4.9).
package final class Configurations {
    private struct Key: Hashable {
        let root: FilePath
        let revision: Revision
    }

    private let sources: ConfigurationSources
    private let repository: GitRepository
    private var merged: [Key: Result<RootConfiguration, ConfigError>] = [:]
    private var outer: [ConfigSource]?

    package init(_ sources: ConfigurationSources, in repository: GitRepository) {
        self.sources = sources
        self.repository = repository
    }

    /// What `root` is configured to at a revision.
    ///
    /// `root`: the DVC root, relative to the top of the repository.
    /// `bytes`: the content of its `.dvc/config` there, empty when there is no such file.
    /// Throws ``ConfigError``, `SystemError`.
    package func configuration(
        of root: FilePath, at revision: Revision, bytes: [UInt8]
    ) throws -> RootConfiguration {
        let key = Key(root: root, revision: revision)
        if let known = merged[key] { return try known.get() }
        do {
            let configuration = try read(root, revision, bytes)
            merged[key] = .success(configuration)
            return configuration
        } catch let error as ConfigError {
            merged[key] = .failure(error)
            throw error
        }
    }

    private func read(
        _ root: FilePath, _ revision: Revision, _ bytes: [UInt8]
    ) throws -> RootConfiguration {
        let directory = root.appending(".dvc")
        let realDirectory = (repository.workTree ?? repository.gitDirectory).appending(directory)
        let name = directory.appending("config").string
        var levels = try outerLevels()
        levels.append(
            ConfigSource(
                level: .repo, bytes: bytes, directory: realDirectory,
                name: revision.name.map { "\(name) (commit \($0))" } ?? name))
        if repository.workTree != nil,
            let local = try readFileIfPresent(realDirectory.appending("config.local"))
        {
            levels.append(
                ConfigSource(
                    level: .local, bytes: local, directory: realDirectory,
                    name: directory.appending("config.local").string))
        }
        let config = try DVCConfig(levels, home: sources.homeDirectory)
        let isLocal = repository.workTree != nil
        return RootConfiguration(
            config: config,
            cacheDirectory: config.cacheDirectory
                ?? (isLocal ? realDirectory.appending("cache") : nil))
    }

    private func outerLevels() throws -> [ConfigSource] {
        if let outer { return outer }
        var levels: [ConfigSource] = []
        for (kind, file) in [
            (ConfigLevel.system, sources.systemFile), (.global, sources.globalFile),
        ] {
            guard let file, let bytes = try readFileIfPresent(file) else { continue }
            levels.append(
                ConfigSource(level: kind, bytes: bytes, directory: file.parent, name: file.string))
        }
        outer = levels
        return levels
    }
}
