package import Basics

/// How to log in to a server: what the options of a remote say.
///
/// Whatever they are silent about is decided by the user's own configuration of ssh.
/// Source: DVC 3.67.1, `dvc_ssh` (dvc-compat 8.7); ssh_config(5).
package struct SSHLogin: Sendable {
    package var address: SSHAddress
    package var keyFile: FilePath?
    package var password: String?
    package var passphrase: String?
    /// `ask_password` and `ask_passphrase`: ssh itself asks.
    package var asksPassword = false
    package var asksPassphrase = false
    /// In seconds.
    package var timeout: Int?
    package var usesGSS: Bool?
    package var usesAgent: Bool?
    /// Whether there is a terminal on which ssh may ask something.
    package var hasTerminal = false

    package init(_ address: SSHAddress) {
        self.address = address
        password = address.password
    }

    var hasSecrets: Bool { password != nil || passphrase != nil }

    /// The arguments of `ssh`, which end in the host and the name of the subsystem.
    ///
    /// `mayAsk`: whether it may ask the user for what is not known.
    func arguments(mayAsk: Bool) -> [String] {
        var arguments: [String] = []
        func set(_ option: String) { arguments += ["-o", option] }
        // As sftp(1) does it: this connection is for files and for nothing else.
        for option in [
            "ForwardX11=no", "ForwardAgent=no", "PermitLocalCommand=no", "ClearAllForwardings=yes",
            "RequestTTY=no",
        ] { set(option) }
        if let user = address.user { arguments += ["-l", user] }
        if let port = address.port { arguments += ["-p", "\(port)"] }
        if let keyFile {
            // A `%` would be the start of a name of ssh's own.
            let path = keyFile.string.split(separator: "%", omittingEmptySubsequences: false)
            arguments += ["-i", path.joined(separator: "%%")]
            set("IdentitiesOnly=yes")
        }
        if let methods { set("PreferredAuthentications=\(methods)") }
        if let timeout, timeout > 0 { set("ConnectTimeout=\(min(timeout, 86_400))") }
        if let usesGSS { set("GSSAPIAuthentication=\(usesGSS ? "yes" : "no")") }
        if usesAgent == false { set("IdentityAgent=none") }
        if hasSecrets {
            // The same answer a second time is as wrong as the first.
            set("NumberOfPasswordPrompts=1")
        } else if !mayAsk {
            set("BatchMode=yes")
        }
        return arguments + ["-s", "--", address.host, "sftp"]
    }

    /// The ways to prove who logs in, when an option says so.
    private var methods: String? {
        var methods: [String] = []
        if keyFile != nil || passphrase != nil || asksPassphrase { methods.append("publickey") }
        if password != nil || asksPassword { methods += ["keyboard-interactive", "password"] }
        if methods.isEmpty { return nil }
        return (usesGSS == true ? ["gssapi-with-mic"] : []).appending(methods)
            .joined(separator: ",")
    }
}

extension [String] {
    fileprivate func appending(_ others: [String]) -> [String] { self + others }
}
