package import Basics

/// Whether Git's settings allow a transport.
///
/// Git asks itself wherever it opens a connection; this is for connections that the helper opens in
/// its place. Source: git-config(1), "protocol.allow"; Git 2.39 `transport.c`,
/// `is_transport_allowed`; git(1), `GIT_ALLOW_PROTOCOL`, `GIT_PROTOCOL_FROM_USER`.
package struct ProtocolPolicy: Sendable {
    private let config: GitConfig
    private let environment: Environment

    package init(_ config: GitConfig, _ environment: Environment) {
        self.config = config
        self.environment = environment
    }

    /// `name`: `file`, `ssh`, `git`, `http` or `https`.
    package func allows(_ name: String) -> Bool {
        if let list = environment["GIT_ALLOW_PROTOCOL"] {
            return list.split(separator: ":").contains { $0 == name }
        }
        let usual = name == "file" ? "user" : "always"
        let setting = config["protocol.\(name).allow"] ?? config["protocol.allow"] ?? usual
        switch setting.lowercased() {
        case "always": return true
        case "user": return isFromUser
        // What is not understood forbids.
        default: return false
        }
    }

    private var isFromUser: Bool {
        guard let value = environment["GIT_PROTOCOL_FROM_USER"] else { return true }
        return !["0", "false", "no", "off", ""].contains(value.lowercased())
    }
}

/// A transport that Git's settings forbid.
package struct ForbiddenProtocolError: UserFacingError {
    private let name: String

    package init(_ name: String) { self.name = name }

    package var summary: String { "transport '\(name)' not allowed" }
    package var advice: String? {
        "see 'protocol.\(name).allow' in git-config(1), and the variables GIT_ALLOW_PROTOCOL and "
            + "GIT_PROTOCOL_FROM_USER in git(1)"
    }
}
