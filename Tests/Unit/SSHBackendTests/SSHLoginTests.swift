import Basics
import SSHBackend
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct SSHLoginTests {
    /// What ssh is started with for a login that `change` describes.
    private func arguments(
        mayAsk: Bool = false, _ change: (inout SSHLogin) -> Void = { _ in }
    ) throws -> [String] {
        var login = SSHLogin(try SSHAddress(url: "ssh://me@host:2222/d"))
        change(&login)
        login.hasTerminal = mayAsk
        let connector = SSHConnector(
            .path("/usr/bin/ssh"), login, Environment([:]), asker: nil, temporaryFolder: "/tmp")
        return try connector.transport(for: SessionNeed(isFirst: true)).command.arguments
    }

    @Test func `without options the user's own configuration decides`() throws {
        let arguments = try arguments(mayAsk: true)
        #expect(
            arguments == [
                "-o", "ForwardX11=no", "-o", "ForwardAgent=no", "-o", "PermitLocalCommand=no", "-o",
                "ClearAllForwardings=yes", "-o", "RequestTTY=no", "-l", "me", "-p", "2222", "-s",
                "--", "host", "sftp",
            ])
        #expect(try self.arguments().contains("BatchMode=yes"))
    }

    @Test func `each option of DVC is one of ssh`() throws {
        let cases: [((inout SSHLogin) -> Void, [String])] = [
            (
                { $0.keyFile = "/k%h" },
                ["/k%%h", "IdentitiesOnly=yes", "PreferredAuthentications=publickey"]
            ),
            ({ $0.asksPassphrase = true }, ["PreferredAuthentications=publickey"]),
            (
                { $0.asksPassword = true },
                ["PreferredAuthentications=keyboard-interactive,password"]
            ),
            (
                {
                    $0.keyFile = "/k"
                    $0.password = "p"
                },
                [
                    "PreferredAuthentications=publickey,keyboard-interactive,password",
                    "NumberOfPasswordPrompts=1",
                ]
            ),
            ({ $0.timeout = 5 }, ["ConnectTimeout=5"]),
            ({ $0.usesGSS = true }, ["GSSAPIAuthentication=yes"]),
            ({ $0.usesGSS = false }, ["GSSAPIAuthentication=no"]),
            ({ $0.usesAgent = false }, ["IdentityAgent=none"]),
        ]
        for (change, expected) in cases {
            let arguments = try arguments(change)
            for word in expected { #expect(arguments.contains(word), "\(arguments)") }
        }
    }

    @Test func `no secret is on a command line or in an environment`() throws {
        var login = SSHLogin(try SSHAddress(url: "ssh://me:secret-1@host/d"))
        login.passphrase = "secret-2"
        let connector = SSHConnector(
            .path("/usr/bin/ssh"), login, Environment([:]), asker: "/bin/git-dvc",
            temporaryFolder: "/tmp")
        let command = try connector.transport(for: SessionNeed(isFirst: true)).command
        let all = command.arguments + command.environment.variables.map { "\($0)=\($1)" }
        #expect(all.allSatisfy { !$0.contains("secret") })
        #expect(command.environment["SSH_ASKPASS"] == "/bin/git-dvc")
        // Who is asked answers what ssh asks, and nothing else.
        let socket = FilePath(try #require(command.environment[SecretServer.variable]))
        let folder = try #require(try fileStatus(socket.parent))
        #expect(folder.st_mode & 0o777 == 0o700)
        func ask(_ prompt: String) -> String? {
            answerFromSecretServer(at: socket, prompt: prompt)
                .map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(ask("me@host's password: ") == "secret-1\n")
        #expect(ask("Enter passphrase for key '/k': ") == "secret-2\n")
        #expect(ask("Are you sure you want to continue connecting (yes/no)? ") == nil)
        withExtendedLifetime(connector) {}
    }
}

@Suite struct SSHProgramTests {
    @Test func `the program is the one that Git would start`() throws {
        let path = "/usr/bin:/bin"
        #expect(try SSHProgram(Environment(["PATH": path]), setting: "ssh -4") == .line("ssh -4"))
        #expect(
            try SSHProgram(
                Environment(["PATH": path, "GIT_SSH_COMMAND": "mine", "GIT_SSH": "/bin/sh"]),
                setting: "ssh -4") == .line("mine"))
        #expect(
            try SSHProgram(Environment(["PATH": path, "GIT_SSH": "/bin/sh"]), setting: nil)
                == .path("/bin/sh"))
        #expect(
            try SSHProgram(Environment(["PATH": path, "GIT_SSH": "sh"]), setting: nil)
                == .path("/usr/bin/sh"))
    }

    /// A relative path would be one into the working copy.
    @Test(arguments: ["./ssh", "bin/ssh", "no-such-program-at-all"])
    func `a program that cannot be found elsewhere is refused`(name: String) {
        #expect(throws: SSHProgramError.self) {
            try SSHProgram(Environment(["PATH": ".::/usr/bin", "GIT_SSH": name]), setting: nil)
        }
    }
}
