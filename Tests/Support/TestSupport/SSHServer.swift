package import Basics
internal import Foundation
internal import Synchronization

/// A real `sshd` of a test's own, on a free port of this machine; it ends with this object.
///
/// Who logs in is whoever runs the tests, by a key that nobody else has; but their shell, in which
/// sshd starts everything, reads none of their files, which can take longer than all else.
package final class SSHServer: Sendable {
    package let port: UInt16
    /// Everything that the server and its clients need, and ``root`` in it.
    package let directory: FilePath
    /// The folder that is the remote, not made yet.
    package var root: FilePath { directory.appending("remote") }
    package var userKey: FilePath { directory.appending("user_key") }
    /// A file with the server's key, as clients keep it.
    package var knownHosts: FilePath { directory.appending("known_hosts") }
    private let keeper: TemporaryDirectory
    private let process: Locked<RunningProcess>

    /// `settings`: lines of sshd_config(5), before the usual ones, so that they win.
    package init(_ settings: String = "", passphrase: String = "") throws {
        keeper = try TemporaryDirectory(inMemory: true)
        directory = keeper.path
        port = try LoopbackSocket.freePort()
        try Self.run(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(directory)/host_key"],
            directory)
        try Self.run(
            "ssh-keygen",
            ["-q", "-t", "ed25519", "-N", passphrase, "-f", "\(directory)/user_key"], directory)
        try writeFile(
            directory.appending("authorized_keys"), readFile(directory.appending("user_key.pub")))
        let hostKey = try String(
            decoding: readFile(directory.appending("host_key.pub")), as: UTF8.self)
        try writeFile(
            directory.appending("known_hosts"), Array("[127.0.0.1]:\(port) \(hostKey)".utf8))
        let text = """
            \(settings)
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(directory)/host_key
            AuthorizedKeysFile \(directory)/authorized_keys
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            \(settings.contains("Subsystem") ? "" : "Subsystem sftp /usr/lib/openssh/sftp-server")
            LogLevel ERROR
            MaxStartups 100
            SetEnv HOME=\(directory)

            """
        try writeFile(directory.appending("sshd_config"), Array(text.utf8))
        process = Locked(try Self.start(directory))
        try awaitServer(on: port) { log }
    }

    private static func start(_ directory: FilePath) throws -> RunningProcess {
        // Its own folder, which only root may write to, is not there before a system starts it.
        if geteuid() == 0 { try createDirectories("/run/sshd", mode: 0o755) }
        return try RunningProcess(
            "/usr/sbin/sshd", ["-D", "-e", "-f", "\(directory)/sshd_config"], in: directory,
            environment: ["PATH": "/usr/bin:/bin"], input: [], scratch: directory)
    }

    /// What it wrote to its log.
    package var log: String { process.withLock { $0.errorOutputSoFar } }

    /// What ssh needs to log in: options for its command line, or for `GIT_SSH_COMMAND`.
    ///
    /// It reads no file of the user's.
    package var options: [String] {
        [
            "-F", "none", "-i", userKey.string, "-o", "UserKnownHostsFile=\(knownHosts)", "-o",
            "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o",
            "IdentitiesOnly=yes",
        ]
    }

    package var url: String { "ssh://127.0.0.1:\(port)\(root)" }

    package static func run(
        _ program: String, _ arguments: [String], _ directory: FilePath
    ) throws {
        try RunningProcess(
            program, arguments, in: directory, environment: ["PATH": "/usr/bin:/bin"], input: [],
            scratch: directory
        ).wait().checked()
    }

    // MARK: One for all tests

    private static let one = Locked<SSHServer?>(nil)
    private static let folderCount = SharedCounter()

    /// A server that is started by the first test that needs it, and ends with the process.
    package static func shared() throws -> SSHServer {
        try one.withLock { one in
            if let one { return one }
            let server = try SSHServer()
            // A static property is never destroyed, and the program would stay.
            atexit { SSHServer.one.withLock { $0 = nil } }
            one = server
            return server
        }
    }

    /// A folder of the caller's own below the server's; it is not made.
    package func newFolder() -> FilePath {
        let number = Self.folderCount.value.wrappingAdd(1, ordering: .relaxed).newValue
        return root.appending("folder \(number)")
    }
}

/// Waits until a server that was started accepts connections.
///
/// `said`: what it has written so far, for the error when it never does.
package func awaitServer(on port: UInt16, _ said: () -> String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if (try? LoopbackSocket.connected(to: port)) != nil { return }
        usleep(20_000)  // between two tries to connect, which is what is waited for
    }
    throw SSHServerNotReady(said: said())
}

/// The server did not start.
package struct SSHServerNotReady: Error, CustomStringConvertible {
    let said: String
    package var description: String { "sshd is not ready: \(said)" }
}
