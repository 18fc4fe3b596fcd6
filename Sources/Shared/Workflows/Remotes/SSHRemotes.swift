package import Basics
internal import DVC
internal import Git
internal import SSHBackend

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Session {
    /// A folder on a server; nothing is asked of it yet.
    ///
    /// Source: DVC 3.67.1, `dvc_ssh` (dvc-compat 8.7).
    func sshStore(for remote: DVCRemote, url text: String) throws -> SSHStore {
        let login = try sshLogin(for: remote, url: text)
        let program = try SSHProgram(environment, setting: config["core.sshcommand"])
        let folder = environment.nonEmpty("TMPDIR").map { FilePath($0) }
        let connector = SSHConnector(
            program, login, environment, asker: suiteProgram(named: "git-dvc", environment),
            temporaryFolder: folder?.isAbsolute == true ? folder ?? "/tmp" : "/tmp")
        var configuration = SSHConfiguration(name: remote.name, root: login.address.path)
        configuration.peer = .server(login)
        if let sessions = remote.number("max_sessions") {
            // DVC keeps two of them for a shell, which we do not need.
            configuration.sessions = max(1, min(configuration.sessions, sessions - 2))
        }
        let trace = trace
        return SSHStore(configuration) { need throws(SystemError) in
            let transport = try connector.transport(for: need)
            if trace.isOn { trace.log("run: \(transport.command.line)") }
            return transport
        }
    }

    private func sshLogin(for remote: DVCRemote, url text: String) throws -> SSHLogin {
        var login: SSHLogin
        do throws(SSHAddressError) {
            login = SSHLogin(try SSHAddress(url: text))
            if let user = remote.text(of: "user"), !user.isEmpty {
                if let fault = SSHAddress.fault(inUser: user) { throw SSHAddressError(fault) }
                login.address.user = user
            }
            if let port = remote.number("port") {
                guard (1...65535).contains(port) else { throw SSHAddressError(.port("\(port)")) }
                login.address.port = port
            }
        } catch {
            var error = error
            error.remote = remote.name
            throw error
        }
        login.password = remote.text(of: "password") ?? login.password
        login.passphrase = remote.text(of: "passphrase")
        login.keyFile = remote.text(of: "keyfile").map { expandingHome(FilePath($0)) }
        login.asksPassword = remote.boolean("ask_password") ?? false && login.password == nil
        login.asksPassphrase = remote.boolean("ask_passphrase") ?? false && login.passphrase == nil
        login.timeout = remote.number("timeout")
        login.usesGSS = remote.boolean("gss_auth")
        login.usesAgent = remote.boolean("allow_agent")
        login.hasTerminal = hasTerminal
        return login
    }

    private func expandingHome(_ path: FilePath) -> FilePath {
        guard path.bytes.starts(with: "~/".utf8), let home = environment.homeDirectory else {
            return path
        }
        return home.appending(FilePath(unchecked: Array(path.bytes.dropFirst(2))))
    }

    /// Whether ssh can ask the user something: in a hook the three streams say nothing about that.
    private var hasTerminal: Bool {
        if environment.nonEmpty("SSH_ASKPASS") != nil { return true }
        if environment["GIT_TERMINAL_PROMPT"] == "0" { return false }
        return (try? OpenFile("/dev/tty", O_RDWR, operation: "open")) != nil  // as "no"
    }
}

/// Answers what ssh asks, when it was ssh that started this program to ask.
///
/// `words`: the program's arguments, the first of which is the question. Returns the exit code, or
/// `nil` when this program was started to do something else.
package func answerSSH(_ words: [String], environment: Environment) -> CInt? {
    guard let socket = environment.nonEmpty(SecretServer.variable), words.count == 1 else {
        return nil
    }
    // What it is to ask is the question itself, which is no command of ours.
    guard let answer = answerFromSecretServer(at: FilePath(socket), prompt: words[0]) else {
        return 1
    }
    write(String(decoding: answer, as: UTF8.self), to: 1)
    return 0
}
