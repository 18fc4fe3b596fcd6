import Basics
import Digests
import TestSupport
import Testing

/// `git push`, `git dvc` and real DVC with one container of a server that checks every request: what
/// Microsoft's own library signs passes the same check as ours.
@Suite struct AzureTests {
    /// A repository that real DVC made, whose data remote is a container.
    private struct World {
        let repository: InteropRepository
        let stub: AzureStub
        var sandbox: Sandbox { repository.sandbox }
        var path: FilePath { repository.path }

        init(container: String = AzureStub.container, key: String = AzureStub.key) throws {
            repository = try InteropRepository()
            stub = try AzureStub()
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = azure://\(container)/pre fix/\u{e4}

                """)
            let string = AzureStub.connectionString("http://127.0.0.1:\(stub.port)")
                .replacing(AzureStub.key, with: key)
            try repository.setConfig(
                "['remote \"storage\"']\n    connection_string = \"\(string)\"\n", local: true)
            try sandbox.commitAll("data in a container", in: path)
        }

        /// A clone of what was pushed, with the key that no commit has.
        func clone() throws -> FilePath {
            let clone = try repository.clone()
            let local = try readFile(path.appending(".dvc/config.local"))
            try sandbox.write(local, to: clone.appending(".dvc/config.local"))
            return clone
        }

        /// The working copy of a clone must be that of the repository.
        func expectSame(_ clone: FilePath) throws {
            let difference = try FileTree(workingCopy: path)
                .difference(from: FileTree(workingCopy: clone))
            #expect(difference == [])
        }
    }

    @Test func `what git push uploads, real DVC pulls`() throws {
        let world = try World()
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        #expect(world.stub.complaints == [])
        let clone = try world.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        try world.expectSame(clone)
        let verify = try world.repository.tryOurs("verify")
        #expect(verify.succeeded, "\(verify)")
    }

    @Test func `what real DVC pushes, git dvc pulls`() throws {
        let world = try World()
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        try world.sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        try world.expectSame(clone)
        let status = try world.repository.tryOurs("status", "--cloud", in: clone)
        #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
        #expect(world.stub.complaints == [])
    }

    @Test func `both make the same objects`() throws {
        let ours = try World()
        let theirs = try World()
        let push = try ours.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        try theirs.sandbox.dvc("push", "--quiet", in: theirs.path)
        #expect(!ours.stub.blobs.isEmpty)
        #expect(ours.stub.blobs == theirs.stub.blobs)
    }

    @Test func `a wrong key refuses the push in one line, without the key, and the refs stay`()
        throws
    {
        let world = try World(key: "d3Jvbmc=")
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("does not accept the key"), "\(push)")
        #expect(!push.errorOutput.contains("d3Jvbmc="))
    }

    @Test func `a container that is missing refuses the push in one line, and the refs stay`()
        throws
    {
        let world = try World(container: "missing")
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("container 'missing' does not exist"), "\(push)")
    }

    @Test func `without an account there is one line that says so`() throws {
        let world = try World()
        try world.repository.setConfig("", local: true)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(
            push.errorOutput.contains("neither 'account_name' nor 'connection_string' is set"),
            "\(push)")
    }

    @Test func `variables and the file of Azure's command line name the account`() throws {
        let world = try World()
        try world.repository.setConfig("", local: true)
        let string = AzureStub.connectionString("http://127.0.0.1:\(world.stub.port)")
        let push = try world.sandbox.start(
            "git", ["dvc", "push"], in: world.path,
            environment: ["AZURE_STORAGE_CONNECTION_STRING": string]
        ).wait()
        #expect(push.succeeded, "\(push)")
        #expect(!world.stub.blobs.isEmpty)
        try world.sandbox.write(
            Array("[cloud]\nname = x\n[storage]\nconnection_string = \(string)\n".utf8),
            to: world.sandbox.home.appending(".azure/config"))
        let status = try world.repository.tryOurs("status", "--cloud")
        #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
    }
}
