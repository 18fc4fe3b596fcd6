package import Basics

/// Starts the user's own ssh for each session, and answers what it asks.
package final class SSHConnector: Sendable {
    private let program: SSHProgram
    private let login: SSHLogin
    private let environment: Environment
    /// The suite's program that ssh starts to ask, and where its questions go to.
    private let asker: FilePath?
    private let temporaryFolder: FilePath
    private let secrets = Locked<SecretServer?>(nil)
    /// What ``quickCiphers()`` found, once it was asked.
    private let ciphers = Locked<CipherList??>(nil)

    /// `asker`: the program to put into `SSH_ASKPASS`; without one no password can be given.
    package init(
        _ program: SSHProgram, _ login: SSHLogin, _ environment: Environment, asker: FilePath?,
        temporaryFolder: FilePath
    ) {
        self.program = program
        self.login = login
        self.environment = environment
        self.asker = asker
        self.temporaryFolder = temporaryFolder
    }

    /// How to open a session; only the first may ask the user.
    package func transport(for need: SessionNeed) throws(SystemError) -> SFTPTransport {
        let mayAsk = need.isFirst && login.hasTerminal
        var environment = environment
        environment["LC_MESSAGES"] = "C"
        if login.hasSecrets, let asker {
            let server = try secretServer()
            environment["SSH_ASKPASS"] = asker.string
            environment["SSH_ASKPASS_REQUIRE"] = "force"
            environment[SecretServer.variable] = server.socket.string
        }
        var options: [String] = []
        if need.movesMuch, let ciphers = quickCiphers() { options = ["-o", "Ciphers=\(ciphers)"] }
        var transport = SFTPTransport(
            program.command(options + login.arguments(mayAsk: mayAsk), environment))
        transport.isInteractive = mayAsk && !login.hasSecrets
        if let timeout = login.timeout, timeout > 0 {
            transport.openTimeout = .seconds(min(timeout, 86_400))
        }
        return transport
    }

    /// The ciphers in the order that is quickest here, where nobody has chosen one.
    private func quickCiphers() -> CipherList? {
        ciphers.withLock { known in
            if let known { return known }
            let found = hasQuickAES() ? program.ciphers(of: login, environment)?.quickestFirst : nil
            known = .some(found)
            return found
        }
    }

    private func secretServer() throws(SystemError) -> SecretServer {
        try secrets.withLock { secrets throws(SystemError) in
            if let secrets { return secrets }
            let server = try SecretServer(login, in: temporaryFolder)
            secrets = server
            return server
        }
    }
}
