package import Basics

/// Where an `ssh://` URL points: a host, who logs in there, and a folder.
///
/// Source: DVC 3.67.1, which cuts such URLs with Python's `urlsplit` and decodes nothing.
package struct SSHAddress: Equatable, Sendable {
    package var user: String?
    package var password: String?
    /// A name that ssh knows, or an address; without the brackets of IPv6.
    package let host: String
    package var port: Int?
    /// Absolute, on the server.
    package let path: FilePath

    /// Reads `ssh://[user[:password]@]host[:port][/path]`.
    package init(url: String) throws(SSHAddressError) {
        let scalars = url.unicodeScalars
        guard let marks = url.range(of: "://") else { throw SSHAddressError(.noHost) }
        let rest = scalars[marks.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var place = authority[...]
        if let at = authority.lastIndex(of: "@") {
            let login = authority[..<at]
            let user = login.prefix { $0 != ":" }
            self.user = user.isEmpty ? nil : String(user)
            password =
                user.endIndex == login.endIndex
                ? nil : String(login[login.index(after: user.endIndex)...])
            place = authority[authority.index(after: at)...]
        }
        var host = place
        if let colon = place.lastIndex(of: ":"), !place[colon...].contains("]") {
            let digits = place[place.index(after: colon)...]
            guard digits.isEmpty || Int(String(digits)).map({ (1...65535).contains($0) }) == true
            else { throw SSHAddressError(.port(String(digits))) }
            port = Int(String(digits))
            host = place[..<colon]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        self.host = String(host)
        // What follows a question mark is no part of the path; a number sign is.
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        self.path = FilePath("/" + String(path)).normalized
        if let fault = Self.fault(inHost: self.host) { throw SSHAddressError(fault) }
        if let user, let fault = Self.fault(inUser: user) { throw SSHAddressError(fault) }
    }

    /// What keeps a name from being given to ssh, which would take it for an option or two words.
    private static func fault(inHost host: String) -> SSHAddressError.Fault? {
        if host.isEmpty { return .noHost }
        return isHarmless(host) && !host.unicodeScalars.contains("/") ? nil : .host(host)
    }

    package static func fault(inUser user: String) -> SSHAddressError.Fault? {
        isHarmless(user) ? nil : .user(user)
    }

    private static func isHarmless(_ name: String) -> Bool {
        !name.hasPrefix("-")
            && name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
    }
}

/// An address that is not given to ssh.
package struct SSHAddressError: UserFacingError, Equatable {
    package enum Fault: Equatable, Sendable {
        case noHost
        case host(String)
        case user(String)
        case port(String)
    }

    package let fault: Fault
    /// The DVC remote's name, once it is known.
    package var remote: String?

    package init(_ fault: Fault) { self.fault = fault }

    package var summary: String {
        let place = remote.map { "remote '\($0)': " } ?? ""
        return switch fault {
        case .noHost: place + "the url names no host"
        case .host(let host): place + "\(quoted(host)) is no name of a host, so ssh does not get it"
        case .user(let user): place + "\(quoted(user)) is no name of a user, so ssh does not get it"
        case .port(let port): place + "\(quoted(port)) is no number of a port"
        }
    }

    package var advice: String? {
        remote.map { "set it with 'git dvc remote modify \($0) url ssh://user@host:port/path'" }
    }
}

extension String {
    fileprivate func range(of marks: String) -> Range<String.Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].unicodeScalars.starts(with: marks.unicodeScalars) {
                return index..<unicodeScalars.index(index, offsetBy: marks.unicodeScalars.count)
            }
            index = unicodeScalars.index(after: index)
        }
        return nil
    }
}
