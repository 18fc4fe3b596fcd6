internal import Basics
internal import DVC
internal import Git
internal import Planning

extension Session {
    /// DVC's configuration of a root, as its working copy has it.
    ///
    /// `root`: relative to the top of the Git repository. Throws `ConfigError`, `SystemError`.
    func configuration(of root: FilePath) throws -> DVCConfig {
        try DVCConfig(configurationFiles(of: root), home: environment.homeDirectory)
    }

    /// The configuration files of a root that are there, with their levels.
    func configurationFiles(of root: FilePath) throws -> [ConfigSource] {
        let directory = (repository.workTree ?? repository.gitDirectory).appending(root)
            .appending(".dvc")
        let files: [(ConfigLevel, FilePath?)] = [
            (.system, configurationSources.systemFile), (.global, configurationSources.globalFile),
            (.repo, directory.appending("config")), (.local, directory.appending("config.local")),
        ]
        return try files.compactMap { level, file in
            guard let file, let bytes = try readFileIfPresent(file) else { return nil }
            return ConfigSource(
                level: level, bytes: bytes, directory: file.parent, name: file.string)
        }
    }

    /// The names of the DVC remotes here, in lower case and sorted.
    package var remoteNames: [String] {
        get throws { try configuration(of: dvcRoot()).remoteNames }
    }
}
