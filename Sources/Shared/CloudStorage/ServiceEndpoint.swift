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
        guard ["http", "https"].contains(scheme),
            let (name, port) = Self.place(authority.lowercased())
        else { return nil }
        var path = rest.drop { $0 != "/" }
        while path.hasSuffix("/") { path.removeLast() }
        let usualPort = scheme == "https" ? 443 : 80
        host = port.map { $0 == usualPort ? name : "\(name):\($0)" } ?? name
        (self.scheme, self.path) = (scheme, String(path))
    }

    /// A name or an address, which has brackets around it when it has colons, and the port behind it.
    private static func place(_ authority: String) -> (name: String, port: Int?)? {
        let name: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[...end]
            guard name.count > 2,
                name.dropFirst().dropLast().utf8.allSatisfy({ isHostByte($0) || $0 == colon })
            else { return nil }
        } else {
            name = authority.prefix { $0 != ":" }
            guard !name.isEmpty, !name.hasPrefix("-"), name.utf8.allSatisfy(isHostByte) else {
                return nil
            }
        }
        let rest = authority[name.endIndex...]
        if rest.isEmpty || rest == ":" { return (String(name), nil) }
        let digits = rest.dropFirst()
        guard rest.utf8.first == colon, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { return nil }
        return (String(name), port)
    }

    private static let colon = UInt8(ascii: ":")

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
