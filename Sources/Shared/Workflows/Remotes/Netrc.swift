internal import Basics

/// The logins in a file `.netrc`.
///
/// Source: netrc(5); Python 3.11's `netrc`, with which real DVC reads it: words between blanks, in
/// quotes where a blank is part of one, `#` before a comment, macros up to an empty line.
struct Netrc: Equatable {
    struct Login: Equatable {
        var user = ""
        var password = ""
    }

    private var machines: [String: Login] = [:]
    private var usual: Login?

    /// `nil` for what Python cannot read, and then nobody is logged in.
    init?(_ bytes: [UInt8]) {
        var words = Words(bytes)
        while let word = words.next() {
            switch word {
            case "machine":
                guard let name = words.next(), let login = Self.login(&words) else { return nil }
                machines[name] = login
            case "default":
                guard let login = Self.login(&words) else { return nil }
                usual = login
            case "macdef": words.skipMacro()
            default: return nil
            }
        }
    }

    /// The login for a host, without its port; or the one for all that are not named.
    func login(for host: String) -> Login? { machines[host] ?? usual }

    private static func login(_ words: inout Words) -> Login? {
        var login = Login()
        while true {
            let before = words
            switch words.next() {
            case "login", "user": login.user = words.next() ?? ""
            case "account":
                let account = words.next() ?? ""
                if login.user.isEmpty { login.user = account }
            case "password": login.password = words.next() ?? ""
            case "machine", "default", "macdef", nil:
                words = before
                return login
            default: return nil
            }
        }
    }

    /// Cuts the text into words.
    private struct Words {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        mutating func next() -> String? {
            while let byte = rest.first {
                if Self.isBlank(byte) {
                    rest.removeFirst()
                } else if byte == UInt8(ascii: "#") {
                    rest = rest.drop { $0 != UInt8(ascii: "\n") }
                } else {
                    return word()
                }
            }
            return nil
        }

        private mutating func word() -> String {
            var word: [UInt8] = []
            let isQuoted = rest.first == UInt8(ascii: "\"")
            if isQuoted { rest.removeFirst() }
            while let byte = rest.popFirst() {
                if isQuoted ? byte == UInt8(ascii: "\"") : Self.isBlank(byte) { break }
                // A backslash takes the meaning of what follows away.
                word.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
            }
            return String(decoding: word, as: UTF8.self)
        }

        mutating func skipMacro() {
            var last = UInt8(ascii: " ")
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\n"), last == byte { return }
                last = byte
            }
        }

        private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d) ~= byte }
    }
}

extension Netrc {
    /// The user's own, where `NETRC` says it is or in the home directory; `nil` when there is none that
    /// can be read.
    init?(_ environment: Environment) {
        let path =
            environment.nonEmpty("NETRC").map { FilePath($0) }
            ?? environment.homeDirectory?.appending(".netrc")
        // Whatever keeps it from being read: then nobody is logged in, and a server that asks says so.
        guard let path, let bytes = try? readFileIfPresent(path) else { return nil }
        self.init(bytes)
    }
}
