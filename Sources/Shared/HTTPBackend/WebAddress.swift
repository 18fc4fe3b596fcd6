internal import Basics

/// The root of a remote on a web server, from which the paths of objects are named.
package struct WebAddress: Equatable, Sendable {
    /// `https://host:8080/a%20b`, without a slash at its end.
    let root: String
    /// The user and password of the URL, decoded; `nil` when it names none.
    package let user: String?
    package let password: String?

    /// `url`: starts with `http://` or `https://`; bytes that no URL may have are encoded, as DVC does.
    ///
    /// `nil` for a URL without a host, with one that is none, or with a query or fragment, in which no
    /// object has a place.
    package init?(_ url: String) {
        guard let start = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) })
        else { return nil }
        let rest = url.dropFirst(start.count)
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { return nil }
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        var host = authority
        if let at = authority.lastIndex(of: "@") {
            let words = authority[..<at].split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = Self.decoded(words[0])
            password = words.count > 1 ? Self.decoded(words[1]) : nil
            host = authority[authority.index(after: at)...]
        } else {
            (user, password) = (nil, nil)
        }
        let port = host.split(separator: ":", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, host.first != ":", host.first != "-",
            host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "%") }),
            !host.contains(":") || host.last == "]" || UInt16(port) != nil
        else { return nil }
        var encoded = Self.encoded(path)
        while encoded.hasSuffix("/") { encoded.removeLast() }
        root = start + host.lowercased() + encoded
    }

    /// `http` or `https`.
    package var scheme: String { String(root.prefix { $0 != ":" }) }

    /// With its port, if the URL names one.
    package var host: String { String(root.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }) }

    /// Without its port, and without the brackets of IPv6.
    package var hostName: String {
        let host = host
        guard host.first != "[" else { return String(host.dropFirst().prefix { $0 != "]" }) }
        return String(host.prefix { $0 != ":" })
    }

    /// The URL of what lies at `path` below the root.
    func url(of path: FilePath) -> String {
        path.isEmpty ? root : "\(root)/\(percentEncoded(path.bytes, keepingSlashes: true))"
    }

    /// The URLs of the folders that hold the root, the nearest first; not that of the whole server.
    var parents: [String] {
        let start = scheme.count + "://".count + host.count
        var path = root.dropFirst(start)
        var parents: [String] = []
        while let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = path[..<slash]
            if path.last != "/" { parents.append("\(root.prefix(start))\(path)") }
        }
        return parents
    }

    private static func decoded(_ text: Substring) -> String {
        String(decoding: percentDecoded(String(text)), as: UTF8.self)
    }

    /// What is encoded already stays so.
    private static func encoded(_ path: Substring) -> String {
        var text = ""
        for byte in path.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7f && !"\"<>\\^`{|}".utf8.contains(byte)
            text += isPlain ? String(UnicodeScalar(byte)) : percentEncoded([byte])
        }
        return text
    }
}

/// Where a redirect leads: `location` as seen from `url`; `nil` for what is no URL of HTTP.
///
/// Source: RFC 3986, section 5.2, for the forms that servers send: absolute, without a scheme, with an
/// absolute path.
func redirectTarget(_ location: String, from url: String) -> String? {
    if location.lowercased().hasPrefix("http://") || location.lowercased().hasPrefix("https://") {
        return location
    }
    let scheme = url.prefix { $0 != "/" }  // with its colon
    if location.hasPrefix("//") { return scheme + location }
    guard location.hasPrefix("/") else { return nil }
    let authority = url.dropFirst(scheme.count + 2).prefix { $0 != "/" }
    return "\(scheme)//\(authority)\(location)"
}
