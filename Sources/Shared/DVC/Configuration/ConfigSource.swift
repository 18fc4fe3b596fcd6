package import Basics

/// Where a setting comes from; a higher level overrides a lower one.
///
/// Source: dvc-compat 1.2.
package enum ConfigLevel: Int, Comparable, Sendable {
    case system, global
    /// `.dvc/config`, which is tracked: whoever can push to the repository writes it.
    case repo
    /// `.dvc/config.local`.
    case local

    package static func < (left: ConfigLevel, right: ConfigLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The bytes of one configuration file, and where they belong.
package struct ConfigSource: Sendable {
    package let level: ConfigLevel
    package let bytes: [UInt8]
    /// Absolute: what relative paths in the file are relative to.
    ///
    /// For the repository's own levels the `.dvc` directory of the working copy, also when the bytes
    /// come from a commit (dvc-compat 4.9).
    package let directory: FilePath
    /// The file's name for messages.
    package let name: String
    /// Whether it counts more than all files, whatever its level.
    package var isOverride = false

    package init(level: ConfigLevel, bytes: [UInt8], directory: FilePath, name: String) {
        self.level = level
        self.bytes = bytes
        self.directory = directory
        self.name = name
    }
}

/// The value of one option, and who gave it.
package struct ConfigSetting: Equatable, Sendable {
    package let value: ConfigValue
    package let level: ConfigLevel
    package let file: String
    package let line: Int

    /// The value when it is no list.
    package var text: String? {
        if case .text(let text) = value { text } else { nil }
    }

    func error(_ reason: ConfigError.Reason) -> ConfigError {
        ConfigError(reason: reason, file: file, line: line)
    }
}

/// How a path in a configuration file is understood.
///
/// Source: DVC 3.67.1, `Config._resolve` (dvc-compat 1.4).
struct ConfigPathResolver {
    let directory: FilePath
    let home: FilePath?

    /// The absolute path or the URL that `text` stands for; a URL stays as it is.
    func resolve(_ text: String, option: String) throws(Failure) -> String {
        guard !text.utf8.contains(0) else {
            throw Failure(reason: .badValue(option: option, expected: "a path"))
        }
        if URLText(text) != nil || text.utf8.first == UInt8(ascii: "/") { return text }
        guard text.utf8.first == UInt8(ascii: "~") else {
            return directory.appending(text).normalized.string
        }
        let rest = text.dropFirst()
        guard let home, rest.isEmpty || rest.utf8.first == UInt8(ascii: "/") else {
            throw Failure(reason: .homeUnknown(option: option))
        }
        return home.appending(rest.drop { $0 == "/" }).string
    }

    struct Failure: Error {
        let reason: ConfigError.Reason
    }
}
