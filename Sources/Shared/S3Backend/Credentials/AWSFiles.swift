package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The user's two files of AWS settings, as they were when the search began.
package struct AWSFiles: Sendable {
    package let configPath: FilePath
    package let credentialsPath: FilePath
    /// `nil` when there is no such file.
    package let config: AWSConfigFile?
    package let credentials: AWSConfigFile?
    private let trackedFiles: [FilePath]

    /// The folder that holds `.aws`; without a home there is none.
    let home: FilePath

    /// Throws ``AWSConfigError`` and ``CredentialError``.
    package init(_ settings: CredentialSettings) throws {
        let environment = settings.environment
        let home = environment.homeDirectory ?? "/nonexistent"
        self.home = home
        var tracked: [FilePath] = []
        func path(_ variable: String, _ option: FilePath?, _ isTracked: Bool, _ name: String)
            -> FilePath
        {
            if let text = environment[variable] { return expanded(text, in: environment) }
            guard let option else { return home.appending(".aws").appending(name) }
            if isTracked { tracked.append(option) }
            return option
        }
        configPath = path(
            "AWS_CONFIG_FILE", settings.configPath, settings.configPathIsTracked, "config")
        credentialsPath = path(
            "AWS_SHARED_CREDENTIALS_FILE", settings.credentialPath,
            settings.credentialPathIsTracked, "credentials")
        trackedFiles = tracked
        config = try Self.read(configPath)
        credentials = try Self.read(credentialsPath)
    }

    private static func read(_ path: FilePath) throws -> AWSConfigFile? {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try readFileIfPresent(path, limit: 16 << 20)
        } catch {
            // A directory is no file of settings, as for botocore.
            if error.code == EISDIR { return nil }
            throw CredentialError.unreadable(error)
        }
        guard let bytes else { return nil }
        return try AWSConfigFile(parsing: bytes, path: path)
    }

    /// The settings of `[profile NAME]`, or of `[default]`, in the configuration file alone.
    package func configSection(ofProfile name: String) -> AWSConfigFile.Section? {
        Self.section("profile", name, in: config)
    }

    /// The settings of a profile from both files; the credentials file wins.
    package func profile(_ name: String) -> AWSConfigFile.Section? {
        let own = configSection(ofProfile: name)
        guard let secrets = credentials?.sections[name] else { return own }
        return (own ?? [:]).merging(secrets) { _, secret in secret }
    }

    /// The settings of `[sso-session NAME]` or `[services NAME]`.
    package func section(_ kind: String, named name: String) -> AWSConfigFile.Section? {
        Self.section(kind, name, in: config)
    }

    private static func section(
        _ kind: String, _ name: String, in file: AWSConfigFile?
    ) -> AWSConfigFile.Section? {
        guard let file else { return nil }
        if kind == "profile", name == "default", let section = file.sections["default"] {
            return section
        }
        for (header, section) in file.sections where header.hasPrefix(kind) {
            // What is not two words is not a profile, whatever it is.
            guard let words = try? shellWords(header), words.count == 2 else { continue }
            if words[1] == name { return section }
        }
        return nil
    }

    /// Throws when a setting comes from a file that the repository names, for those settings which
    /// would let it run programs, read files or receive secrets.
    func refuseFromRepository(_ setting: String, ofProfile name: String) throws(CredentialError) {
        guard let found = profile(name)?[setting] else { return }
        let holdsIt: (AWSConfigFile?) -> Bool = { file in
            guard let file, trackedFiles.contains(file.path) else { return false }
            return file.sections.values.contains { $0[setting] == found }
        }
        for file in [credentials, config] where holdsIt(file) {
            throw .notFromRepository(setting: setting, file: file?.path ?? configPath)
        }
    }

    /// Whether settings of the configuration file may say where secrets go.
    var configIsTracked: Bool { trackedFiles.contains(configPath) }
}

/// The path with `~` and variables replaced, as Python's `expandvars` and `expanduser` do; a variable
/// that is not set stays as it is.
func expanded(_ text: String, in environment: Environment) -> FilePath {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
        result += rest[..<dollar]
        let after = rest[rest.index(after: dollar)...]
        var name = after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        var end = name.endIndex
        if after.first == "{", let close = after.firstIndex(of: "}") {
            name = after[after.index(after: after.startIndex)..<close]
            end = after.index(after: close)
        }
        result += environment[String(name)] ?? String(rest[dollar..<end])
        rest = rest[end...]
    }
    result += rest
    if result == "~" || result.hasPrefix("~/"), let home = environment.homeDirectory {
        return home.appending(FilePath(result.dropFirst(2)))
    }
    return FilePath(result)
}
