/// The address of a Git repository that the remote helper was asked to work with.
///
/// Only what Git reaches without a further helper of others; everything that could be taken for an
/// option, start another program or steer a terminal is refused before anything is started
/// (git-integration 8.1, 8.2, 8.5).
package struct RemoteAddress: Equatable, Sendable {
    package enum Transport: Equatable, Sendable {
        /// A path of this machine, absolute or relative.
        case local(path: String)
        case ssh(SSHPlace)
        /// `port`: as it was written.
        case git(host: String, port: String?, path: String)
        case http
        case https

        /// The name that `protocol.<name>.allow` has for it.
        package var policyName: String {
            switch self {
            case .local: "file"
            case .ssh: "ssh"
            case .git: "git"
            case .http: "http"
            case .https: "https"
            }
        }
    }

    /// As Git's own programs get it.
    package let url: String
    package let transport: Transport

    /// Reads an address as Git does.
    ///
    /// Source: Git 2.39 `connect.c`, `parse_connect_url`.
    package init(_ text: String) throws(RemoteAddressError) {
        func refuse(_ reason: RemoteAddressError.Reason) -> RemoteAddressError {
            RemoteAddressError(address: text, reason: reason)
        }
        if text.isEmpty { throw refuse(.empty) }
        if text.hasPrefix("-") { throw refuse(.looksLikeOption) }
        if text.utf8.contains(where: \.isControl) { throw refuse(.controlCharacter) }
        // So arrives what is no UTF-8, and it would be another address.
        if text.unicodeScalars.contains("\u{fffd}") { throw refuse(.notText) }
        if text.namesHelper { throw refuse(.helper) }
        guard let scheme = text.scheme else {
            if text.isLocalPath {
                // A plain word could also be the name of a remote, to the commands that take both.
                url = text.contains("/") ? text : "./" + text
                transport = .local(path: url)
            } else {
                url = text
                let place = try SSHPlace(address: text, rest: text[...], separator: ":")
                transport = .ssh(place)
            }
            return
        }
        let rest = text.dropFirst(scheme.count + 3)
        switch scheme.lowercased() {
        case "file":
            guard let path = String(rest).percentDecoded else { throw refuse(.controlCharacter) }
            // A host before it means nothing: Git takes the path alone.
            guard let start = path.firstIndex(of: "/") else { throw refuse(.noPath) }
            transport = .local(path: String(path[start...]))
        case "ssh", "git+ssh", "ssh+git":
            guard let decoded = String(rest).percentDecoded else { throw refuse(.controlCharacter) }
            transport = .ssh(try SSHPlace(address: text, rest: decoded[...], separator: "/"))
        case "git":
            guard let decoded = String(rest).percentDecoded else { throw refuse(.controlCharacter) }
            let place = try SSHPlace(address: text, rest: decoded[...], separator: "/")
            transport = .git(host: place.host, port: place.port, path: place.path)
        case "http", "https":
            let authority = rest.prefix { !"/?#".contains($0) }
            guard let host = String(authority).percentDecoded else {
                throw refuse(.controlCharacter)
            }
            if host.isEmpty { throw refuse(.badHost) }
            let name = host.split(separator: "@").last ?? ""
            if host.hasPrefix("-") || name.hasPrefix("-") { throw refuse(.looksLikeOption) }
            transport = scheme.lowercased() == "http" ? .http : .https
        default: throw refuse(.scheme(scheme))
        }
        url = text
    }
}

/// Where an SSH address leads.
package struct SSHPlace: Equatable, Sendable {
    /// With the user, as ssh takes it.
    package let host: String
    package let port: String?
    package let path: String

    /// `rest`: the address without its scheme; `separator`: what ends the host.
    fileprivate init(
        address: String, rest: Substring, separator: Character
    ) throws(RemoteAddressError) {
        func refuse(_ reason: RemoteAddressError.Reason) -> RemoteAddressError {
            RemoteAddressError(address: address, reason: reason)
        }
        // An IPv6 address, or a host with a port, stands in brackets, in which colons separate nothing.
        let start =
            rest.firstRange(of: "@[")?.upperBound
            ?? (rest.first == "[" ? rest.index(after: rest.startIndex) : nil)
        let close = start.flatMap { rest[$0...].firstIndex(of: "]") }
        guard let end = rest[(close ?? rest.startIndex)...].firstIndex(of: separator) else {
            throw refuse(.noPath)
        }
        var path = rest[end...]
        if separator == ":" { path.removeFirst() }
        // Of `/~user/x` the server's shell must see `~user/x`.
        if separator == "/", path.hasPrefix("/~") { path.removeFirst() }
        if path.isEmpty { throw refuse(.noPath) }
        if path.hasPrefix("-") { throw refuse(.looksLikeOption) }
        var host = String(rest[..<end])
        var port: String?
        if let start, let close {
            let user = rest[..<rest.index(before: start)]
            let inner = rest[start..<close]
            let after = rest[rest.index(after: close)..<end]
            host = "\(user)\(inner)"
            if after.first == ":" {
                port = after.count > 1 ? String(after.dropFirst()) : nil
            } else if !after.isEmpty {
                throw refuse(.badHost)
            } else if inner.count(where: { $0 == ":" }) == 1, let colon = inner.firstIndex(of: ":")
            {
                port = String(inner[inner.index(after: colon)...])
                host = "\(user)\(inner[..<colon])"
            }
        } else if let colon = host.firstIndex(of: ":"), separator == "/" {
            let digits = host[host.index(after: colon)...]
            port = digits.isEmpty ? nil : String(digits)
            host = String(host[..<colon])
        }
        let isNumber = port.map { UInt16($0) != nil && $0.utf8.allSatisfy(\.isDigit) } ?? true
        guard isNumber else { throw refuse(.badPort) }
        let name = host.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if name.isEmpty { throw refuse(.badHost) }
        if host.hasPrefix("-") || name.hasPrefix("-") { throw refuse(.looksLikeOption) }
        self.host = host
        self.port = port
        self.path = String(path)
    }
}

extension String {
    /// What stands before `://`; `nil` when it is none of a URL's schemes.
    fileprivate var scheme: String? {
        guard let sign = firstRange(of: "://") else { return nil }
        let scheme = self[..<sign.lowerBound]
        guard let first = scheme.utf8.first, first.isLetter,
            scheme.utf8.allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) })
        else { return nil }
        return String(scheme)
    }

    /// Whether this is `<helper>::<address>`, which starts a program of that name.
    ///
    /// Source: Git 2.39 `transport.c`, `external_specification_len`.
    fileprivate var namesHelper: Bool {
        let name = utf8.prefix { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
        return utf8.dropFirst(name.count).starts(with: "::".utf8)
    }

    /// Source: Git 2.39 `connect.c`, `url_is_local_not_ssh`.
    fileprivate var isLocalPath: Bool {
        guard let colon = firstIndex(of: ":") else { return true }
        guard let slash = firstIndex(of: "/") else { return false }
        return slash < colon
    }

    /// With `%XX` replaced; `nil` when that gives a control character or no text.
    fileprivate var percentDecoded: String? {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
                digits.utf8.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
            {
                if value.isControl { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7f }
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
    fileprivate var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}
