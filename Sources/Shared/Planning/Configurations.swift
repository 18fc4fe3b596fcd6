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
    /// What counts more than any file.
    package var overrides: [ConfigSource] = []

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
    /// A root's own file: the same content means the same, however many commits have it.
    private struct Key: Hashable {
        let root: FilePath
        let blob: GitOID?
        /// Set where content has no name: on disk, and where there is no file.
        let revision: Revision?
    }

    private let sources: ConfigurationSources
    private let repository: GitRepository
    private var merged: [Key: Result<DVCConfig, ConfigError>] = [:]
    private var caches: [FilePath: FilePath] = [:]
    private var outer: [ConfigSource]?

    package init(_ sources: ConfigurationSources, in repository: GitRepository) {
        self.sources = sources
        self.repository = repository
    }

    /// What `root` is configured to at a revision.
    ///
    /// `root`: relative to the top of the repository. `file`: its `.dvc/config` there, if any.
    /// Throws ``ConfigError``, `SystemError`.
    func configuration(
        of root: FilePath, at revision: Revision, _ file: RevisionReader.File?
    ) throws -> RootConfiguration {
        let config = try merged(root, revision, file)
        return RootConfiguration(config: config, cacheDirectory: try cache(of: root, config))
    }

    private func merged(
        _ root: FilePath, _ revision: Revision, _ file: RevisionReader.File?
    ) throws -> DVCConfig {
        let key = Key(root: root, blob: file?.blob, revision: file?.blob == nil ? revision : nil)
        if let known = merged[key] { return try known.get() }
        do {
            let levels = try levels(of: root, revision, file?.bytes ?? [])
            let config = try DVCConfig(levels, home: sources.homeDirectory)
            merged[key] = .success(config)
            return config
        } catch let error as ConfigError {
            merged[key] = .failure(error)
            throw error
        }
    }

    /// Where the objects of a root are on this machine: its working copy says, not each commit.
    ///
    /// `config` is asked when the working copy is on a branch without that root.
    private func cache(of root: FilePath, _ config: DVCConfig) throws -> FilePath? {
        guard let workTree = repository.workTree else { return config.cacheDirectory }
        if let known = caches[root] { return known }
        let directory = workTree.appending(root).appending(".dvc")
        var effective = config
        if let bytes = try readFileIfPresent(directory.appending("config")) {
            // One that cannot be read is reported where it matters: it names no remote either.
            let file = RevisionReader.File(bytes: bytes, blob: nil)
            effective = (try? merged(root, .workspace, file)) ?? config
        }
        let cache = effective.cacheDirectory ?? usualCache(in: directory, of: root)
        caches[root] = cache
        return cache
    }

    /// `.dvc/cache`; for a linked worktree that has none yet, the main one's: there the data of the
    /// commits is that were made there.
    private func usualCache(in directory: FilePath, of root: FilePath) -> FilePath {
        let own = directory.appending("cache")
        guard repository.commonDirectory != repository.gitDirectory, !directoryExists(own),
            let main = mainWorkTree?.appending(root).appending(".dvc/cache")
        else { return own }
        return directoryExists(main) ? main : own
    }

    /// The working copy to which linked ones belong; `nil` when there is none, or Git does not tell.
    private var mainWorkTree: FilePath? {
        let common = repository.commonDirectory
        // That of a submodule is elsewhere.
        let question = repository.git.command([
            "--git-dir=\(common)", "config", "--get", "core.worktree",
        ])
        if let answer = try? question.run(), answer.status.isSuccess,
            let path = FilePath(validating: answer.output.dropLast())
        {
            return common.appending(path).normalized
        }
        return common.lastComponent == ".git" ? common.parent : nil
    }

    private func levels(
        of root: FilePath, _ revision: Revision, _ bytes: [UInt8]
    ) throws -> [ConfigSource] {
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
        return levels + sources.overrides
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
