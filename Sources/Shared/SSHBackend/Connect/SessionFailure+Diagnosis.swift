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

    func words(_ peer: SFTPPeer) -> String {
        switch cause {
        case .notStarted(let words): return words
        case .ended(let words):
            let kind = wasOpen ? "the connection was lost" : "\(peer.name) could not connect"
            let said = printable(withoutTimes(words)).drop { $0 == " " }
            return words.isEmpty ? kind : "\(kind): \(said)"
        case .notUnderstood(.notTheProtocol(let beginning)):
            let text = String(decoding: beginning, as: UTF8.self)
            return "the server sends something else before the protocol: \(quoted(text, limit: 80))"
        case .notUnderstood: return "the server does not keep to the SFTP protocol"
        case .version(let version): return "the server speaks only version \(version) of SFTP"
        case .stalled(let limit):
            return "no answer for \(limit.components.seconds) seconds"
        }
    }

    /// What it means for a request.
    func reason(_ peer: SFTPPeer) -> (reason: StoreError.Reason, remedy: String?) {
        let words = words(peer)
        if isTransient, wasOpen {
            return (.interrupted(words), "run the command again; what is there is not sent again")
        }
        let remedy = remedy(peer)
        if isTransient { return (.interrupted(words), remedy) }
        guard case .ended(let said) = cause else { return (.unavailable(words), remedy) }
        let isDenied = ["Permission denied", "Too many authentication failures", "Host key"]
            .contains { said.contains($0) }
        return (isDenied ? .denied(words) : .unavailable(words), remedy)
    }

    private func remedy(_ peer: SFTPPeer) -> String? {
        switch peer {
        case .server(let login): remedy(login)
        case .rclone(let place): rcloneRemedy(place)
        case .program: remedy(SSHLogin?.none)
        }
    }

    private func rcloneRemedy(_ place: String) -> String? {
        guard case .ended(let said) = cause else { return nil }
        if said.contains("single files") {
            return "'\(printable(place))' is a file, and a remote must be a folder"
        }
        if said.contains("didn't find section") {
            return
                "'rclone listremotes' shows the remotes that there are, 'rclone config' makes one"
        }
        if said.contains("RCLONE_CONFIG_PASS") || said.contains("decrypt configuration") {
            return "rclone's configuration has a password: give it in RCLONE_CONFIG_PASS or by "
                + "RCLONE_PASSWORD_COMMAND"
        }
        if said.contains("unknown flag") { return "rclone 1.65 or newer is needed" }
        return "see what 'rclone lsd' says to that place"
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

    /// The ways to log in that ssh says the server offers, with commas between them.
    private var methods: String? {
        guard case .ended(let said) = cause,
            let denied = said.firstRange(of: "Permission denied ("),
            let end = said[denied.upperBound...].firstIndex(of: ")")
        else { return nil }
        return String(said[denied.upperBound..<end])
    }

    private func deniedRemedy(_ login: SSHLogin?, _ target: String) -> String {
        guard let login else { return "see whether '\(target)' works" }
        if let methods, login.password != nil,
            !methods.contains("password"), !methods.contains("keyboard-interactive")
        {
            return "the server takes no password, only \(printable(methods)): set 'keyfile' of the "
                + "remote"
        }
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

/// A program's last words without the date and time that some programs put before each line.
private func withoutTimes(_ words: String) -> String {
    words.split(separator: "; ").map { line in
        let fields = line.split(separator: " ", maxSplits: 2)
        guard fields.count == 3, fields[0].count == 10, fields[1].contains(":"),
            (fields[0] + fields[1]).allSatisfy({ $0.isNumber || "/:".contains($0) })
        else { return line }
        return fields[2]
    }.joined(separator: "; ")
}
