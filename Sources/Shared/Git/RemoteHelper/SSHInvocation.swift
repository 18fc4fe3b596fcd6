package import Basics

/// How Git calls the user's ssh.
///
/// Source: Git 2.39 `connect.c`, `fill_ssh_args`, `determine_ssh_variant`, `push_ssh_options`;
/// git-config(1), `core.sshCommand`, `ssh.variant`.
package struct SSHInvocation: Sendable {
    package enum Variant: String, Sendable {
        case ssh, plink, putty, tortoiseplink, simple
        /// Asking the program itself (`ssh -G`) tells.
        case auto
    }

    /// A shell line of the user's, or the name or path of a program.
    package let program: String
    package let isShellLine: Bool
    package let variant: Variant

    package init(_ config: GitConfig, _ environment: Environment) {
        let line = environment["GIT_SSH_COMMAND"] ?? config["core.sshcommand"]
        program = line ?? environment["GIT_SSH"] ?? "ssh"
        isShellLine = line != nil
        let chosen = environment["GIT_SSH_VARIANT"] ?? config["ssh.variant"]
        if let chosen {
            variant = Variant(rawValue: chosen) ?? .ssh
        } else {
            // The first word of a line; what is quoted there is a path.
            let path = isShellLine ? Self.firstWord(of: program) : program
            var name = (path.split(separator: "/").last ?? "").lowercased()
            if name.hasSuffix(".exe") { name.removeLast(4) }
            variant =
                switch name {
                case "ssh": .ssh
                case "plink": .plink
                case "tortoiseplink": .tortoiseplink
                default: .auto
                }
        }
    }

    private static func firstWord(of line: String) -> String {
        let line = line.drop { $0 == " " || $0 == "\t" }
        guard let quote = line.first, quote == "'" || quote == "\"" else {
            return String(line.prefix { $0 != " " && $0 != "\t" })
        }
        return String(line.dropFirst().prefix { $0 != quote })
    }

    /// The options and the host; `nil` when this variant cannot do what is asked.
    ///
    /// `version`: of Git's protocol, 0 for the oldest.
    package func arguments(
        for place: SSHPlace, variant: Variant, version: Int, family: String?
    ) -> [String]? {
        var arguments: [String] = []
        if variant == .ssh, version > 0 { arguments += ["-o", "SendEnv=GIT_PROTOCOL"] }
        if let family {
            if variant == .simple { return nil }
            arguments.append(family == "ipv4" ? "-4" : "-6")
        }
        if variant == .tortoiseplink { arguments.append("-batch") }
        if let port = place.port {
            switch variant {
            case .ssh: arguments += ["-p", port]
            case .plink, .putty, .tortoiseplink: arguments += ["-P", port]
            case .simple, .auto: return nil
            }
        }
        return arguments + [place.host]
    }
}

/// A path as one word of the other side's shell, which may also be a `csh`.
///
/// Source: Git 2.39 `quote.c`, `sq_quote_buf`.
package func quotedForServer(_ path: String) -> String {
    var text = "'"
    for character in path {
        text += character == "'" || character == "!" ? "'\\\(character)'" : String(character)
    }
    return text + "'"
}
