internal import Basics
internal import DVC
internal import Git
internal import Planning
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Which of DVC's configuration files is meant, the weakest first; raw values are the names of the
/// switches.
package enum ConfigurationLevel: String, CaseIterable, Sendable {
    case system, global, project, local

    var kind: ConfigLevel {
        switch self {
        case .system: .system
        case .global: .global
        case .project: .repo
        case .local: .local
        }
    }

    /// Whether the file is in the repository.
    var isInRepository: Bool { self == .project || self == .local }
}

/// A command about settings that cannot be done, with DVC's exit code for a bad configuration.
package struct ConfigurationCommandError: UserFacingError {
    package let summary: String
    package let advice: String?

    init(_ summary: String, advice: String? = nil) {
        self.summary = summary
        self.advice = advice
    }
}

/// Whether the error is one for which DVC's exit code is 251.
package func isConfigurationError(_ error: any Error) -> Bool {
    error is ConfigError || error is ConfigurationCommandError
}

/// Where DVC's configuration files are for somebody who works in a directory; there need be no
/// repository.
///
/// Source: DVC 3.67.1, `Config.files` and `Repo.find_root`.
struct ConfigurationFiles {
    let directory: FilePath
    let home: FilePath?
    /// The directory that holds `.dvc`, if the current one is in a DVC repository.
    let root: FilePath?
    private let sources: ConfigurationSources
    private let environment: Environment

    init(at directory: FilePath, environment: Environment) {
        self.directory = directory
        self.environment = environment
        home = environment.homeDirectory
        sources = environment.configurationSources
        var candidate = directory
        while !directoryExists(candidate.appending(".dvc")), candidate.bytes.count > 1 {
            candidate = candidate.parent
        }
        root = directoryExists(candidate.appending(".dvc")) ? candidate : nil
    }

    /// Throws when a level is asked for that only a repository has.
    func path(of level: ConfigurationLevel) throws(ConfigurationCommandError) -> FilePath {
        let path: FilePath? =
            switch level {
            case .system: sources.systemFile
            case .global: sources.globalFile
            case .project: root?.appending(".dvc/config")
            case .local: root?.appending(".dvc/config.local")
            }
        guard let path else {
            throw level.isInRepository
                ? ConfigurationCommandError(
                    "'\(directory)' is not inside of a DVC repository",
                    advice: near.advice)
                : ConfigurationCommandError(
                    "cannot tell where the configuration of --\(level.rawValue) is",
                    advice: "set HOME")
        }
        return path.isAbsolute ? path : directory.appending(path)
    }

    /// The DVC roots around; none where there is no Git repository.
    private var near: DVCRootsNearby {
        guard let repository = try? Session(at: directory, environment: environment).repository,
            let top = repository.workTree,
            let below = (directory.resolved ?? directory).relative(to: top)
        else { return DVCRootsNearby() }
        return (try? repository.dvcRootsNear(below)) ?? DVCRootsNearby()
    }

    /// How the file is called in messages and in `--show-origin`.
    func name(of level: ConfigurationLevel) throws -> String {
        let path = try path(of: level)
        return root.flatMap { path.relative(to: $0) }?.string ?? path.string
    }

    /// The levels whose files can exist here.
    var levels: [ConfigurationLevel] {
        ConfigurationLevel.allCases.filter { (try? path(of: $0)) != nil }  // as "cannot exist"
    }

    /// The file of a level, empty when it is not there.
    func document(_ level: ConfigurationLevel) throws -> ConfigDocument {
        let bytes = try readFileIfPresent(try path(of: level), limit: 16 << 20) ?? []
        return try ConfigDocument(parsing: bytes, name: try name(of: level))
    }

    /// What the files of some levels are to `DVCConfig`.
    func sources(
        of documents: [ConfigurationLevel: ConfigDocument]
    ) throws -> [ConfigSource] {
        try documents.map { level, document in
            ConfigSource(
                level: level.kind, bytes: document.bytes, directory: try path(of: level).parent,
                name: document.name)
        }
    }

    func entries(
        of document: ConfigDocument, _ level: ConfigurationLevel
    ) throws -> [ConfigDocument.Entry] {
        try document.entries(directory: try path(of: level).parent, home: home)
    }

    /// Replaces the file in one step, keeping its permissions.
    ///
    /// A new `config.local` is for its owner only: it is where secrets belong. Whoever can push to
    /// the repository can make a link of its files, so those lead nowhere else.
    func write(_ document: ConfigDocument, _ level: ConfigurationLevel) throws {
        let path = try path(of: level)
        let target = path.resolved ?? path
        let parent = path.parent.resolved ?? path.parent
        if level.isInRepository, let root,
            target.relative(to: root.resolved ?? root) == nil
                || parent.relative(to: root.resolved ?? root) == nil
        {
            throw ConfigurationCommandError(
                "'\(document.name)' is a link out of the repository",
                advice: "edit the file that it leads to")
        }
        if path.resolved == nil, fileExists(path) {
            throw ConfigurationCommandError(
                "'\(document.name)' is a link to a file that is not there",
                advice: "edit the file that it leads to")
        }
        try createDirectories(target.parent)
        let old = try fileStatus(target)
        try writeFile(
            target, document.bytes, mode: level == .local ? 0o600 : 0o666,
            exactMode: old.map { $0.st_mode & 0o7777 })
    }
}
