import Basics
import Digests
import TestSupport
import Testing

/// `git push`, `git dvc` and real DVC with one web server.
@Suite struct WebPushTests {
    /// A repository that real DVC made, whose data remote is a web server.
    private struct World {
        let repository: InteropRepository
        let server: WebServer
        var sandbox: Sandbox { repository.sandbox }
        var path: FilePath { repository.path }

        init(_ program: WebServer.Program, asks: WebServer.Login? = nil, _ lines: String = "")
            throws
        {
            repository = try InteropRepository()
            server = try WebServer(program, asks: asks)
            try createDirectories(server.root.appending("da ta"))
            let scheme = program == .nginx ? "http" : "webdav"
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = \(scheme)://127.0.0.1:\(server.port)/da ta
                    \(program == .nginx ? "method = PUT" : "")
                    \(lines)

                """)
            try sandbox.commitAll("data on a web server", in: path)
        }

        /// The working copy of a clone must be that of the repository.
        func expectSame(_ clone: FilePath) throws {
            let difference = try FileTree(workingCopy: path)
                .difference(from: FileTree(workingCopy: clone))
            #expect(difference == [])
        }
    }

    @Test(arguments: WebServer.Program.allCases)
    func `what git push uploads, real DVC pulls`(program: WebServer.Program) throws {
        let world = try World(program)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        #expect(
            try world.server.files().allSatisfy { $0.hasPrefix("da ta/") && !$0.contains(".tmp") })
        let clone = try world.repository.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        try world.expectSame(clone)
        let verify = try world.repository.tryOurs("verify")
        #expect(verify.succeeded, "\(verify)")
    }

    @Test(arguments: WebServer.Program.allCases)
    func `what real DVC pushes, git dvc pulls`(program: WebServer.Program) throws {
        let world = try World(program)
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        try world.sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.repository.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        try world.expectSame(clone)
        let status = try world.repository.tryOurs("status", "--cloud", in: clone)
        #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
    }

    @Test(arguments: WebServer.Program.allCases)
    func `both make the same files`(program: WebServer.Program) throws {
        let ours = try World(program)
        let theirs = try World(program)
        let push = try ours.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        try theirs.sandbox.dvc("push", "--quiet", in: theirs.path)
        let files = try ours.server.files()
        #expect(!files.isEmpty)
        #expect(try files == theirs.server.files())
    }

    @Test(arguments: WebServer.Program.allCases)
    func `a server that asks lets in who is configured, and nobody else`(
        program: WebServer.Program
    ) throws {
        let auth = program == .nginx ? "auth = basic\n" : ""
        let world = try World(program, asks: .basic, "\(auth)    user = \(WebServer.user)")
        try world.repository.setConfig(
            "['remote \"storage\"']\n    password = wrong\n", local: true)
        let refused = try world.repository.gitPush("origin", "main")
        #expect(refused.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(refused.errorOutput.contains("wants to know who asks (HTTP 401"), "\(refused)")
        #expect(!refused.errorOutput.contains("wrong"))
        try world.repository.setConfig(
            "['remote \"storage\"']\n    password = \(WebServer.password)\n", local: true)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        let status = try world.repository.tryDVC("status", "--cloud")
        #expect(status.output.contains("in sync"), "\(status)")
    }

    @Test func `a server that asks for a digest refuses us as it refuses real DVC`() throws {
        let world = try World(.wsgidav, asks: .digest, "    user = \(WebServer.user)")
        try world.repository.setConfig(
            "['remote \"storage\"']\n    password = \(WebServer.password)\n", local: true)
        #expect(!(try world.repository.tryDVC("push")).succeeded)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("the server asks for a Digest login"), "\(push)")
        #expect(!push.errorOutput.contains(WebServer.password))
        #expect(try world.server.files().isEmpty)
    }

    @Test func `a server that is gone refuses the push, in one line, and the refs stay`() throws {
        let world = try World(.nginx)
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = http://127.0.0.1:\(try LoopbackSocket.freePort())/x

            """)
        try world.sandbox.commitAll("gone", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("cannot connect to '127.0.0.1:"), "\(push)")
    }

    /// dvc-compat 5: there is no way to list them over HTTP.
    @Test func `the run-cache goes to WebDAV and not to HTTP`() throws {
        for program in [WebServer.Program.rclone, .nginx] {
            let world = try World(program)
            try world.sandbox.write([1], to: world.path.appending("input"))
            try world.sandbox.dvc(
                "stage", "add", "--quiet", "--run", "-n", "made", "-d", "input", "-o", "made",
                "cp input made", in: world.path)
            let push = try world.repository.tryOurs("push", "--run-cache")
            let isThere = try world.server.files().contains { $0.hasPrefix("da ta/runs/") }
            #expect(isThere == (program == .rclone), "\(push)")
        }
    }

    /// The bar of the issue: one request for each object, and one more for each directory's list.
    @Test func `a first push to HTTP asks for lists and large objects only`() throws {
        let server = try WebServer(.nginx)
        let proxy = try FaultProxy(to: server.port)
        let world = try World(.nginx)
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = \(proxy.url)/x
                method = PUT

            """)
        try world.sandbox.commitAll("counted", in: world.path)
        let push = try world.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        let files = try server.files()
        let lists = files.count { $0.hasSuffix(".dir") }
        let puts = proxy.requests.count { $0.method == "PUT" }
        #expect(puts == files.count)
        #expect(proxy.requests.count - puts <= lists + 1, "\(proxy.requests.map(\.method))")
        proxy.reset()
        let again = try world.repository.tryOurs("push")
        #expect(again.succeeded, "\(again)")
        #expect(proxy.requests.isEmpty)
    }
}
