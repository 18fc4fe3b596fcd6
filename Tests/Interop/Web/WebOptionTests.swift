import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// DVC's options of `http` and `webdav` remotes, as a server sees them.
@Suite struct WebOptionTests {
    /// A repository whose data remote is a real server behind a proxy that writes down the requests.
    private struct World {
        let repository: InteropRepository
        let server: WebServer
        let proxy: FaultProxy
        private let scheme: String

        init(_ program: WebServer.Program, asks: WebServer.Login? = nil, _ lines: String = "")
            throws
        {
            repository = try InteropRepository()
            server = try WebServer(program, asks: asks)
            proxy = try FaultProxy(to: server.port)
            scheme = program == .nginx ? "http" : "webdav"
            try configure(lines)
        }

        func configure(_ lines: String, local: String = "") throws {
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = \(scheme)://127.0.0.1:\(proxy.port)/data
                    \(scheme == "http" ? "method = PUT" : "")
                \(lines)

                """)
            let section = local.isEmpty ? "" : "['remote \"storage\"']\n\(local)\n"
            try repository.setConfig(section, local: true)
        }

        /// The values of a header in all requests so far; `-` where there is none.
        func values(of header: String) -> Set<String> {
            Set(proxy.requests.map { $0.headers[header] ?? "-" })
        }
    }

    @Test func `a header of one's own is sent, and is no part of any message`() throws {
        for program in [WebServer.Program.nginx, .rclone] {
            let auth = program == .nginx ? "    auth = custom\n" : ""
            let world = try World(program)
            try world.configure(
                "\(auth)    custom_auth_header = X-Key", local: "    password = open sesame")
            let push = try world.repository.tryOurs("push", "-v")
            #expect(push.succeeded, "\(push)")
            #expect(world.values(of: "x-key") == ["open sesame"])
            #expect(!push.errorOutput.contains("sesame"))
            world.proxy.reset()
            let status = try world.repository.tryDVC("status", "--cloud")
            #expect(status.output.contains("in sync"), "\(status)")
            #expect(world.values(of: "x-key") == ["open sesame"])
        }
    }

    @Test func `a login in .netrc lets us in where it lets real DVC in`() throws {
        let world = try World(.nginx, asks: .basic)
        let refused = try world.repository.tryOurs("push")
        #expect(refused.errorOutput.contains("HTTP 401"), "\(refused)")
        try world.repository.sandbox.write(
            Array(
                "machine 127.0.0.1 login \(WebServer.user) password \"\(WebServer.password)\"\n"
                    .utf8),
            to: world.repository.sandbox.home.appending(".netrc"), mode: 0o600)
        let push = try world.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        let status = try world.repository.tryDVC("status", "--cloud")
        #expect(status.output.contains("in sync"), "\(status)")
    }

    @Test func `a password is asked of Git's credential helpers`() throws {
        for program in [WebServer.Program.nginx, .rclone] {
            let auth = program == .nginx ? "    auth = basic\n" : ""
            let world = try World(program, asks: .basic)
            try world.configure("\(auth)    user = \(WebServer.user)\n    ask_password = true")
            let refused = try world.repository.tryOurs("push")
            #expect(!refused.succeeded)
            #expect(refused.errorOutput.contains("nobody to ask for the password"), "\(refused)")
            try world.repository.sandbox.git(
                "config", "--global", "credential.helper",
                "!f() { echo 'password=\(WebServer.password)'; }; f", in: world.repository.path)
            let push = try world.repository.tryOurs("push")
            #expect(push.succeeded, "\(push)")
        }
    }

    @Test
    func `a token is sent, or the one that a program prints, which is not run for a stranger`()
        throws
    {
        let world = try World(.rclone)
        try world.configure("", local: "    token = abc\n    user = me\n    password = pw")
        try world.repository.tryOurs("push").checked()
        #expect(world.values(of: "authorization") == ["Bearer abc"])
        world.proxy.reset()
        let script = world.repository.sandbox.path("token")
        try world.repository.sandbox.write(
            Array("#!/bin/sh\necho run >>'\(script).log'\necho \"tok-$1\"\n".utf8), to: script,
            mode: 0o755)
        try world.configure("", local: "    bearer_token_command = \(script) one")
        try world.repository.tryOurs("status", "--cloud").checked()
        #expect(world.values(of: "authorization") == ["Bearer tok-one"])
        #expect(try readFile(FilePath("\(script).log")) == Array("run\n".utf8))
        // A header of one's own goes along, as with real DVC; any other login does not.
        for (lines, key) in [("custom_auth_header = X-Key", "pw"), ("user = me", "-")] {
            world.proxy.reset()
            try world.configure(
                "",
                local: "    bearer_token_command = \(script) one\n    password = pw\n    \(lines)")
            for status in [
                try world.repository.tryOurs("status", "--cloud"),
                try world.repository.tryDVC("status", "--cloud"),
            ] {
                #expect(status.succeeded, "\(status)")
            }
            #expect(world.values(of: "authorization") == ["Bearer tok-one"])
            #expect(world.values(of: "x-key") == [key])
        }
        try removeFile(FilePath("\(script).log"))
        try world.configure("    bearer_token_command = \(script) two")
        let refused = try world.repository.tryOurs("status", "--cloud")
        #expect(refused.errorOutput.contains("from which no program is run"), "\(refused)")
        #expect(try readFileIfPresent(FilePath("\(script).log")) == nil)
    }

    @Test func `a certificate says who we are`() throws {
        let repository = try InteropRepository()
        let folder = repository.sandbox.path("tls")
        try createDirectories(folder.appending("root"))
        for name in ["server", "client"] {
            try repository.sandbox.run(
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem"
            ).checked()
        }
        let port = try LoopbackSocket.freePort()
        let server = try repository.sandbox.start(
            S3Server.program("rclone"),
            [
                "serve", "webdav", "\(folder)/root", "--addr", "127.0.0.1:\(port)", "--config", "",
                "--cert", "\(folder)/server.pem", "--key", "\(folder)/server.key", "--client-ca",
                "\(folder)/client.pem",
            ])
        defer { server.send(SIGTERM) }
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? LoopbackSocket.connected(to: port)) == nil, ContinuousClock.now < deadline {
            usleep(20_000)  // between two tries to connect, which is what is waited for
        }
        func push(
            _ lines: String, to place: String = "data", scheme: String = "webdavs"
        ) throws -> ProcessResult {
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = \(scheme)://127.0.0.1:\(port)/\(place)
                \(lines)

                """)
            return try repository.tryOurs("push")
        }
        let trust = "    ssl_verify = \(folder)/server.pem\n"
        let unknown = try push("").errorOutput
        #expect(unknown.contains("hint: check the certificate authority"), "\(unknown)")
        #expect(unknown.contains("no secure connection to '127.0.0.1:\(port)': SSL certificate"))
        let refused = try push(trust)
        #expect(!refused.succeeded, "\(refused)")
        let own = "    cert_path = \(folder)/client.pem\n    key_path = \(folder)/client.key\n"
        // Each to a place of its own: what is known to be there is not asked for again.
        for (place, verification) in [("data", trust), ("other", "    ssl_verify = false\n")] {
            let accepted = try push(verification + own, to: place)
            #expect(accepted.succeeded, "\(accepted)")
            #expect(directoryExists(folder.appending("root/\(place)/files/md5")))
        }
        let plain = try push("", scheme: "webdav").errorOutput
        // To HEAD its answer has no words, so that it cannot be told for sure.
        #expect(plain.contains("HTTP 400 to HEAD"), "\(plain)")
        #expect(plain.contains("begin with 'https://', or 'webdavs://'"), "\(plain)")
    }

    @Test(arguments: [
        ("auth = digest", "'auth = digest' is not supported"),
        ("auth = basic", "'auth = basic' needs 'user' and 'password'"),
        ("auth = basic\n    user = me", "'password' is not set"),
        ("auth = custom\n    password = x", "'auth = custom' needs 'custom_auth_header'"),
        ("method = PATCH", "'method' is 'PATCH', which is neither PUT nor POST"),
    ])
    func `what real DVC cannot do with a remote on HTTP is refused by ours in words`(
        lines: String, words: String
    ) throws {
        let world = try World(.nginx)
        try world.configure("", local: "    \(lines)")
        let push = try world.repository.tryOurs("push")
        #expect(push.status != 0 && push.errorOutput.contains(words), "\(push)")
        #expect(push.errorOutput.contains("remote 'storage'"), "\(push)")
        #expect(try !world.repository.tryDVC("push").succeeded)
        #expect(try world.server.files().isEmpty)
    }

    @Test func `a server that says nothing is given up after the time of the remote`() throws {
        let world = try World(.rclone, "    timeout = 1")
        world.proxy.add(.stall)
        let result = try world.repository.tryOurs("doctor")
        #expect(result.output.contains("for 1 seconds"), "\(result)")
    }

    /// The bar of the issue: at most 260 folders made, and no question for each object.
    @Test func `a first push to WebDAV makes each folder once and asks for no object`() throws {
        let world = try World(.rclone)
        let repository = DVCRepository(
            at: world.repository.path, in: world.repository.sandbox, storage: nil)
        let names = (0..<700).map { "f\($0)" }
        try repository.addDirectory("many", names: names) { Array("content \($0)".utf8) }
        try world.repository.tryOurs("push").checked()
        let methods = Dictionary(grouping: world.proxy.requests, by: \.method).mapValues(\.count)
        let objects = try world.server.files().count
        #expect(objects > 700 && methods["PUT"] == objects && methods["MOVE"] == objects)
        #expect((methods["MKCOL"] ?? 0) <= 260, "\(methods)")
        #expect((methods["PROPFIND"] ?? 0) + (methods["HEAD"] ?? 0) <= 10, "\(methods)")
    }
}
