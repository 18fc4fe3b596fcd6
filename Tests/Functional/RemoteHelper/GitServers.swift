import Basics
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A way to reach a repository of this machine, through a real server where there is one.
enum GitWay: String, CaseIterable, CustomStringConvertible, Sendable {
    case path, file, ssh, daemon, http

    var description: String { rawValue }
}

/// Real Git servers below one folder; they end with this object.
final class GitServers: Sendable {
    let root: FilePath
    private let sandbox: Sandbox
    private let processes = Locked<[RunningProcess]>([])
    private let ports = Locked<[String: UInt16]>([:])

    init(_ sandbox: Sandbox, root: FilePath) {
        self.sandbox = sandbox
        self.root = root
    }

    /// The address of a repository below the root.
    func url(_ name: String, by way: GitWay, login: String? = nil) throws -> String {
        switch way {
        case .path: return root.appending(name).string
        case .file: return "file://\(root.appending(name))"
        case .ssh: return "ssh://127.0.0.1:\(try SSHServer.shared().port)\(root.appending(name))"
        case .daemon: return "git://127.0.0.1:\(try daemonPort())/\(name)"
        case .http: return "http://127.0.0.1:\(try webPort(login: login))/\(name)"
        }
    }

    /// What Git needs to log in by ssh.
    func environment() throws -> [String: String?] {
        let options = try SSHServer.shared().options.map { "'\($0)'" }.joined(separator: " ")
        return ["GIT_SSH_COMMAND": "ssh \(options)"]
    }

    private func daemonPort() throws -> UInt16 {
        try start("daemon") { port in
            (
                "git",
                [
                    "daemon", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1",
                    "--port=\(port)", "--base-path=\(root)", root.string,
                ]
            )
        }
    }

    private func webPort(login: String?) throws -> UInt16 {
        let script = FilePath(#filePath).parent.appending("git-http-server.py").string
        return try start("http \(login ?? "")") { port in
            ("python3", [script, "\(port)", root.string] + (login.map { [$0] } ?? []))
        }
    }

    private func start(
        _ name: String, _ command: (UInt16) -> (String, [String])
    ) throws -> UInt16 {
        try ports.withLock { ports in
            if let port = ports[name] { return port }
            let port = try LoopbackSocket.freePort()
            let (program, arguments) = command(port)
            let process = try sandbox.start(program, arguments)
            processes.withLock { $0.append(process) }
            let deadline = ContinuousClock.now + .seconds(60)
            while (try? LoopbackSocket.connected(to: port)) == nil {
                guard ContinuousClock.now < deadline else {
                    throw ServerNotReady(said: process.errorOutputSoFar)
                }
                usleep(20_000)  // between two tries to connect, which is what is waited for
            }
            ports[name] = port
            return port
        }
    }

    struct ServerNotReady: Error { let said: String }
}
