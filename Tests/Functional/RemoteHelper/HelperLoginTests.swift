import Basics
import Digests
import TestSupport
import Testing

/// Git servers on the web that want a name and a password.
@Suite struct HelperLoginTests {
    static let user = "some.one"
    static let password = "p@ss: wörd%"
    static let encoded = "p%40ss%3A%20w%C3%B6rd%25"

    let world: PushWorld
    let servers: GitServers
    let url: String

    init() throws {
        world = try PushWorld()
        servers = GitServers(world.sandbox, root: world.sandbox.root)
        try world.sandbox.git("config", "http.receivepack", "true", in: world.bare)
        url = try servers.url("bare.git", by: .http, login: "\(Self.user):\(Self.password)")
        try world.git("remote", "set-url", "origin", url)
        try world.dvc("install", "-q").checked()
    }

    /// A credential helper that answers with this password and writes down what it was asked.
    private func useCredentialHelper(_ password: String = Self.password) throws -> FilePath {
        let log = world.sandbox.path("credentials")
        let script = try world.sandbox.write(
            """
            #!/bin/sh
            echo "$1" >>'\(log)'
            [ "$1" != get ] || printf 'username=%s\\npassword=%s\\n' '\(Self.user)' '\(password)'

            """, to: "credential-helper", mode: 0o755)
        try world.sandbox.git(
            "config", "--global", "credential.helper", script.string, in: world.sandbox.root)
        return log
    }

    private func operations(_ log: FilePath) throws -> [String] {
        String(decoding: try readFileIfPresent(log) ?? [], as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    @Test func `a credential helper is asked once, and told that it was right`() throws {
        let log = try useCredentialHelper()
        let oid = try world.commit("data", as: "file")
        try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().count == 1)
        let asked = try operations(log)
        #expect(asked.count { $0 == "get" } == 1, "\(asked)")
        #expect(asked.contains("store") && !asked.contains("erase"), "\(asked)")
        try world.git("fetch", "-q", "origin")
        try world.sandbox.git("clone", "-q", "dvc::\(url)", "clone", in: world.sandbox.root)
        let file = world.sandbox.path("clone/file")
        #expect(String(decoding: try readFile(file), as: UTF8.self) == "data")
    }

    @Test func `a wrong password is refused as by Git alone, and nothing is uploaded`() throws {
        let log = try useCredentialHelper("wrong")
        try world.commit("data", as: "file")
        let result = try world.push("origin", "main")
        let asked = try operations(log)
        try removeFile(log)
        try world.dvc("uninstall", "-q").checked()
        let native = try world.push("origin", "main")
        #expect(result.status == native.status)
        #expect(result.errorOutput == native.errorOutput)
        #expect(result.errorOutput.contains("Authentication failed"))
        #expect(try asked == operations(log))
        #expect(asked == ["get", "erase"])
        #expect(try world.stored() == [])
        #expect(try world.refs() == [])
    }

    @Test func `nobody to ask is an error as with Git alone`() throws {
        try world.commit("data", as: "file")
        let result = try world.push("origin", "main")
        try world.dvc("uninstall", "-q").checked()
        #expect(try world.push("origin", "main").errorOutput == result.errorOutput)
        #expect(result.status == 128)
        #expect(try world.stored() == [])
    }

    @Test func `GIT_ASKPASS is asked as by Git`() throws {
        let script = try world.sandbox.write(
            """
            #!/bin/sh
            case $1 in Username*) echo '\(Self.user)' ;; *) echo '\(Self.password)' ;; esac

            """, to: "askpass", mode: 0o755)
        let oid = try world.commit("data", as: "file")
        try world.push("origin", "main", environment: ["GIT_ASKPASS": script.string]).checked()
        #expect(try world.stored() == world.keys(oid))
    }

    /// As in CI, where the address has a token: `typed` on the command line, else as the remote's.
    @Test(arguments: [true, false])
    func `a password in the address works and is shown to nobody`(typed: Bool) throws {
        try world.sandbox.write(
            Array("#!/bin/sh\n{ echo \"$@\"; cat; env; } >>told\n".utf8),
            to: world.path.appending(".git/hooks/post-push"), mode: 0o755)
        let address = url.replacing("://", with: "://\(Self.user):\(Self.encoded)@")
        if !typed { try world.git("remote", "set-url", "origin", address) }
        let oid = try world.commit("data", as: "file")
        let result = try world.push("-v", typed ? address : "origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().count == 1)
        let told = String(decoding: try readFile(world.path.appending("told")), as: UTF8.self)
        #expect(told.contains(" refs/heads/main "))
        let shown =
            try result.errorOutput + result.output + told
            + world.traceLines().joined(separator: "\n")
        for secret in [Self.password, Self.encoded] { #expect(!shown.contains(secret)) }
        // Nor when it fails.
        let wrong = url.replacing("://", with: "://\(Self.user):\(Self.encoded)x@")
        let failing = try world.push("-v", wrong, "main:other")
        #expect(failing.status == 128)
        #expect(!failing.errorOutput.contains(Self.encoded), "\(failing)")
    }
}
