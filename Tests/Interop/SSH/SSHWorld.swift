import Basics
import TestSupport

/// A repository that real DVC made, whose data remote is a folder of a real `sshd`.
final class SSHWorld: Sendable {
    let repository: InteropRepository
    let server: SSHServer
    /// The folder on the server, which is this machine.
    let folder: FilePath
    /// Has a line for each time that ssh was started by `git dvc`.
    let log: FilePath

    var sandbox: Sandbox { repository.sandbox }
    var path: FilePath { repository.path }
    var connectionCount: Int {
        get throws {
            try readFileIfPresent(log)?.split(separator: UInt8(ascii: "\n")).count ?? 0
        }
    }

    init(_ server: SSHServer? = nil) throws {
        let server = try server ?? SSHServer.shared()
        self.server = server
        repository = try InteropRepository()
        folder = server.newFolder()
        log = repository.sandbox.path("ssh.log")
        try configure()
        try useSSH(server.options)
        try sandbox.commitAll("data on a server", in: path)
    }

    /// Makes the folder the default remote; `lines` are more of its options.
    func configure(url: String? = nil, _ lines: String = "", key: Bool = true) throws {
        try repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = \(url ?? "ssh://127.0.0.1:\(server.port)\(folder)")
                user = root
            \(lines)

            """)
        // What only real DVC needs: ours gets its key from the options of ssh.
        try repository.setConfig(
            key ? "['remote \"storage\"']\n    keyfile = \(server.userKey)\n" : "", local: true)
    }

    /// Has Git and the suite start ssh with these options, through a script that counts.
    ///
    /// ssh takes the user's home directory from the system, and not from HOME: without options it
    /// would read what whoever runs the tests has there.
    func useSSH(_ options: [String]) throws {
        let quoted = options.map { "'\($0)'" }.joined(separator: " ")
        let script = "#!/bin/sh\necho started >>'\(log)'\nexec /usr/bin/ssh \(quoted) \"$@\"\n"
        try sandbox.write(script, to: "bin/counting-ssh", mode: 0o755)
        try sandbox.git(
            "config", "--global", "core.sshCommand", sandbox.path("bin/counting-ssh").string,
            in: path)
    }

    /// A clone of what was pushed, with what no commit has.
    func clone(_ name: String = "clone") throws -> FilePath {
        let clone = try repository.clone(name)
        let local = try readFile(path.appending(".dvc/config.local"))
        try sandbox.write(local, to: clone.appending(".dvc/config.local"))
        return clone
    }
}
