/// Where a service is, as a remote's option or a variable says it: `https://host:port/path`.
package struct ServiceEndpoint: Equatable, Sendable {
    /// `https` or `http`.
    package let scheme: String
    /// In lower case, with the port unless it is the scheme's own.
    package let host: String
    /// Empty, or `/…` without a slash at its end.
    package let path: String

    /// `nil` when it is not a URL of HTTP.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let rest = text[mark.upperBound...].prefix { $0 != "?" && $0 != "#" }
        // A password in it would be sent along with nothing that asks for it.
        let authority = rest.prefix { $0 != "/" }.split(separator: "@").last ?? ""
        var host = authority.lowercased()
        let usualPort = scheme == "https" ? ":443" : ":80"
        if host.hasSuffix(usualPort) { host.removeLast(usualPort.count) }
        guard ["http", "https"].contains(scheme), !host.isEmpty,
            host.utf8.allSatisfy({ Self.isHostByte($0) || ":[]".utf8.contains($0) })
        else { return nil }
        var path = rest.drop { $0 != "/" }
        while path.hasSuffix("/") { path.removeLast() }
        (self.scheme, self.host, self.path) = (scheme, host, String(path))
    }

    package var url: String { "\(scheme)://\(host)\(path)" }

    /// The host without its port.
    package var hostName: String {
        guard host.hasPrefix("[") else { return String(host.prefix { $0 != ":" }) }
        return String(host.dropFirst().prefix { $0 != "]" })
    }

    /// Whether it is on this machine, so that nobody can listen on the way.
    package var isLoopback: Bool {
        let name = hostName
        if name == "localhost" || name == "::1" { return true }
        // An address, not a name that begins like one.
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the name of the host can be read as one; in lower case.
    package static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
