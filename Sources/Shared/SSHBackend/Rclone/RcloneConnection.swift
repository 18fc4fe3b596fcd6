internal import Basics

/// A folder that the user's own `rclone` can reach.
///
/// Source: rclone 1.75, "rclone serve sftp", "Docs: config by environment variables".
package struct RcloneConnection: Sendable, Equatable {
    /// What rclone takes for it: `name:path` or `:backend:path`; there is no secret in it.
    package let place: String
    /// The options of a connection that exists for this run only; `nil` for one of the user's own.
    ///
    /// Secrets are among them, so they go into the environment of the program and nowhere else.
    package let options: [String: String]?
    /// More variables for the program.
    package var variables: [String: String] = [:]

    /// What a connection that exists for this run only is called.
    private static let ownName = "gitdvc"

    /// A connection that exists for this run only, to `path` on a service.
    ///
    /// `options`: by rclone's names, `type` among them.
    package init(options: [String: String], path: String) {
        place = "\(Self.ownName):\(path)"
        self.options = options
    }

    /// One that `rclone://<name>:<path>` names, from the user's configuration of rclone, or
    /// `rclone://:<backend>:<path>` for a backend that needs no options.
    ///
    /// Options within the URL are refused: some of them would run a program, and some are secrets,
    /// which every user of the machine could read on a command line.
    package init(url: String) throws(RcloneAddressError) {
        guard url.lowercased().hasPrefix("rclone://") else { throw .noColon }
        let text = url.unicodeScalars.dropFirst("rclone://".count)
        guard text.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            throw .controlCharacter
        }
        let isBackend = text.first == ":"
        let rest = isBackend ? text.dropFirst() : text
        guard let colon = rest.firstIndex(of: ":") else { throw .noColon }
        let name = rest[..<colon]
        if name.contains(",") { throw .options }
        guard Self.isName(name, isBackend: isBackend) else { throw .name(String(name)) }
        place = String(text)
        options = nil
    }

    /// Source: rclone's `fspath.go`.
    private static func isName(_ name: Substring.UnicodeScalarView, isBackend: Bool) -> Bool {
        guard let first = name.first, let last = name.last, first != "-", first != " ", last != " "
        else { return false }
        return name.allSatisfy { scalar in
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                return true
            }
            return scalar == "_" || scalar == "-"
                || !isBackend && ".+@ ".unicodeScalars.contains(scalar)
        }
    }

    /// How to start the program for a session.
    func command(_ program: FilePath, _ environment: Environment) -> Command {
        var environment = environment
        for (name, value) in variables { environment[name] = value }
        for (option, value) in options ?? [:] {
            environment["RCLONE_CONFIG_\(Self.ownName)_\(option)".uppercased()] = value
        }
        // In memory: what the service renews does not end up in the user's file.
        let file = options == nil ? [] : ["--config", ""]
        return Command(
            program, ["serve", "sftp", "--stdio"] + file + Self.flags + ["--", place],
            environment: environment)
    }

    /// What the promise depends on, and so is not left to the user's variables.
    ///
    /// Why each: docs/decisions/0013-rclone-serves-what-we-do-not-speak.md.
    private static let flags = [
        "--vfs-cache-mode", "off",
        "--poll-interval", "0", "--no-modtime", "--buffer-size", "1Mi", "--filter", "+ **",
        "--ask-password=false",
    ]
}

/// Why an `rclone://` URL is not given to rclone.
package enum RcloneAddressError: UserFacingError, Equatable {
    case noColon
    case name(String)
    case options
    case controlCharacter

    package var summary: String {
        switch self {
        case .noColon: "the url is not of the form 'rclone://<remote>:<path>'"
        case .name(let name): "\(quoted(name)) is no name of an rclone remote"
        case .options: "the url has options for rclone in it, which are not given to it"
        case .controlCharacter: "the url has a control character in it"
        }
    }

    package var advice: String? {
        switch self {
        case .options:
            "define a remote with 'rclone config', and use its name: 'rclone://<remote>:<path>'"
        case .noColon, .name, .controlCharacter:
            "'rclone listremotes' shows the names, each with its colon"
        }
    }
}
