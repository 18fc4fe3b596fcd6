internal import Basics
internal import Storage

extension SFTPSessionFailure {
    /// Whether trying again can help, though nobody changes anything.
    var isTransient: Bool {
        switch cause {
        case .stalled: wasOpen
        case .ended(let words): wasOpen || Self.drops.contains { words.contains($0) }
        case .notStarted, .notUnderstood, .version: false
        }
    }

    /// What a server says, or its machine, that has too much to do.
    ///
    /// Source: OpenSSH's `kex.c` and `packet.c`; sshd_config(5), `MaxStartups`.
    private static let drops = [
        "kex_exchange_identification", "Connection reset by", "Connection closed by",
        "Broken pipe", "banner exchange",
    ]

    var words: String {
        switch cause {
        case .notStarted(let words): return words
        case .ended(let words):
            let kind = wasOpen ? "the connection was lost" : "ssh could not connect"
            return words.isEmpty ? kind : "\(kind): \(printable(words))"
        case .notUnderstood(.notTheProtocol(let beginning)):
            let text = String(decoding: beginning, as: UTF8.self)
            return "the server sends something else before the protocol: \(quoted(text, limit: 80))"
        case .notUnderstood: return "the server does not keep to the SFTP protocol"
        case .version(let version): return "the server speaks only version \(version) of SFTP"
        case .stalled(let limit):
            return "no answer for \(limit.components.seconds) seconds"
        }
    }

    /// What it means for a request; `login` is how the server was reached, if that was by ssh.
    func reason(_ login: SSHLogin?) -> (reason: StoreError.Reason, remedy: String?) {
        if isTransient { return (.interrupted(words), nil) }
        guard case .ended(let said) = cause else { return (.unavailable(words), remedy(login)) }
        let isDenied = ["Permission denied", "Too many authentication failures", "Host key"]
            .contains { said.contains($0) }
        return (isDenied ? .denied(words) : .unavailable(words), remedy(login))
    }

    private func remedy(_ login: SSHLogin?) -> String? {
        let target = login.map { login in
            let address = login.address
            let port = address.port.map { "-p \($0) " } ?? ""
            return printable("ssh \(port)\(address.user.map { $0 + "@" } ?? "")\(address.host)")
        }
        switch cause {
        case .notUnderstood(.notTheProtocol):
            return "a file that the shell reads on the server, such as ~/.bashrc, must print "
                + "nothing when nobody is at the keyboard"
        case .ended(let said):
            guard let target else { return nil }
            if said.contains("IDENTIFICATION HAS CHANGED") || said.contains("has changed and you") {
                return "real DVC does not check host keys, ssh does: if the server was set up "
                    + "anew, remove the old key with 'ssh-keygen -R', then run '\(target)' once"
            }
            if said.contains("Host key verification failed") {
                return "real DVC does not check host keys, ssh does: run '\(target)' once and "
                    + "compare the fingerprint"
            }
            if said.contains("subsystem request failed") {
                return "the server must offer SFTP: 'Subsystem sftp internal-sftp' in its "
                    + "sshd_config"
            }
            if said.contains("Permission denied") || said.contains("authentication failures") {
                return deniedRemedy(login, target)
            }
            return "see whether '\(target)' works, and what 'git dvc remote list' says"
        case .notStarted, .notUnderstood, .version, .stalled: return nil
        }
    }

    private func deniedRemedy(_ login: SSHLogin?, _ target: String) -> String {
        guard let login else { return "see whether '\(target)' works" }
        if login.hasSecrets { return "check the password or passphrase of the remote" }
        if login.asksPassword || login.asksPassphrase, !login.hasTerminal {
            return "there is no terminal on which ssh could ask for the password or passphrase"
        }
        if login.keyFile != nil {
            return "check 'keyfile' of the remote, and that the server knows that key"
        }
        return "see whether '\(target)' works without asking anything"
    }
}
