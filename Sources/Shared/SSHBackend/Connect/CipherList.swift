internal import Basics

/// The ciphers that ssh offers a server, the one it likes best first.
package struct CipherList: Equatable, CustomStringConvertible {
    private let names: [String]

    /// `text`: as in ssh_config(5), `Ciphers`: names with commas between them.
    package init(_ text: String) { names = text.split(separator: ",").map(String.init) }

    package var description: String { names.joined(separator: ",") }

    /// What OpenSSH offers when no configuration says anything; the second since version 10.
    ///
    /// Source: OpenSSH's `myproposal.h`, `KEX_CLIENT_ENCRYPT`.
    private static let defaults = [
        CipherList(
            "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
                + "aes128-gcm@openssh.com,aes256-gcm@openssh.com"),
        CipherList(
            "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
                + "aes128-ctr,aes192-ctr,aes256-ctr"),
    ]

    /// The same ciphers in another order; `nil` when somebody has chosen these, who is obeyed.
    package var quickestFirst: CipherList? {
        guard Self.defaults.contains(self) else { return nil }
        return CipherList(
            (names.filter(isGCM) + names.filter { !isGCM($0) }).joined(separator: ","))
    }

    private func isGCM(_ name: String) -> Bool { name.contains("-gcm@") }
}

extension SSHProgram {
    /// The ciphers that the user's configuration leads to for a host; `nil` when the program does not say.
    ///
    /// Nothing is connected to. Source: ssh(1), `-G`.
    func ciphers(of login: SSHLogin, _ environment: Environment) -> CipherList? {
        let command = command(["-G"] + login.arguments(mayAsk: false), environment)
        // A program that is not OpenSSH may do anything with an option that it does not know.
        guard let answer = try? command.run(upTo: .seconds(2)), answer.status.isSuccess else {
            return nil
        }
        let lines = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
        let key = "ciphers "
        return lines.first { $0.hasPrefix(key) }.map { CipherList(String($0.dropFirst(key.count))) }
    }
}

/// Whether this machine's processor computes AES itself, without which it is slower than the rest.
package func hasQuickAES() -> Bool {
    #if os(Linux)
    guard let text = try? readFile("/proc/cpuinfo") else { return false }
    // `flags` on x86, `Features` on ARM: words with blanks between them.
    return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        .contains("aes")
    #else
    return true  // every Mac that runs this
    #endif
}
