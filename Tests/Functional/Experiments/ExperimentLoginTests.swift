import Basics
import TestSupport
import Testing

/// `git dvc exp` and a server that cannot be trusted, or does not let us in: nothing moves, and what is said
/// says why.
@Suite struct ExperimentLoginTests {
    enum Obstacle: String, CaseIterable {
        case foreignHost, foreignUser

        /// What is wrong, in ssh's words.
        var words: [String] {
            switch self {
            case .foreignHost:
                ["Host key for [127.0.0.1]:", " has changed", "Host key verification failed"]
            case .foreignUser: ["Permission denied (publickey)"]
            }
        }
    }

    let lab: ExperimentWorld
    var world: PushWorld { lab.world }
    private let server: SSHServer

    init() throws {
        lab = try ExperimentWorld()
        server = try SSHServer.shared()
        try lab.makeExperiment("one", "1")
        let url = "ssh://127.0.0.1:\(server.port)\(world.bare)"
        try world.git("remote", "add", "distant", url)
    }

    /// The ssh command of somebody who knows another key of the host, or has another key of their own.
    private func ssh(_ obstacle: Obstacle) throws -> String {
        let key = world.sandbox.path("foreign")
        try world.sandbox.run(
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.string
        ).checked()
        let known = world.sandbox.path("known")
        let line = String(decoding: try readFile(world.sandbox.path("foreign.pub")), as: UTF8.self)
        try writeFile(known, Array("[127.0.0.1]:\(server.port) \(line)".utf8))
        let own =
            switch obstacle {
            case .foreignHost: ["-o", "UserKnownHostsFile=\(known)", "-i", "\(server.userKey)"]
            case .foreignUser:
                ["-o", "UserKnownHostsFile=\(server.knownHosts)", "-i", "\(key)"]
            }
        let options = [
            "-F", "none", "-o", "GlobalKnownHostsFile=/dev/null", "-o",
            "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
        ]
        return "ssh " + (options + own).map { "'\($0)'" }.joined(separator: " ")
    }

    @Test(arguments: Obstacle.allCases)
    func `nothing moves, and one line says why`(obstacle: Obstacle) throws {
        let stored = try world.stored()
        let ssh = try ssh(obstacle)
        for words in [
            ["list", "distant"], ["pull", "distant", "one"], ["push", "distant", "-A"],
        ] {
            let result = try world.sandbox.start(
                "git", ["dvc", "exp"] + words, in: lab.path, environment: ["GIT_SSH_COMMAND": ssh]
            ).wait()
            #expect(result.status == 255)
            let said = result.errorOutput
            #expect(said.hasPrefix("error: cannot use Git remote 'distant': "), "\(said)")
            for word in obstacle.words { #expect(said.contains(word), "\(said)") }
            // Nobody is told to forget the key before being told of it.
            #expect(!said.contains("ssh-keygen"), "\(said)")
        }
        #expect(try lab.names() == [])
        #expect(try world.stored() == stored)
    }
}
