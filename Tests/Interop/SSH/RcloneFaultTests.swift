import Basics
import Digests
import TestSupport
import Testing

/// What a service behind rclone refuses, and rclone's own memory, which no other process sees.
@Suite struct RcloneFaultTests {
    private func refused(_ push: ProcessResult, _ words: String...) {
        #expect(push.status == 1, "\(push)")
        for words in words { #expect(push.errorOutput.contains(words), "\(push)") }
        #expect(!push.errorOutput.contains("panic"), "\(push)")
    }

    @Test func `what goes into rclone's memory is gone with it, and verify says so`() throws {
        let world = try RcloneWorld(url: "rclone://:memory:bucket/x", "    jobs = 1")
        try world.sandbox.commitAll("data in memory", in: world.path)
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
        #expect(try world.sessionCount == 1)
        // Recorded, so nobody asks; who asks learns that it is lost, and sends it again.
        #expect(try world.ours("push").succeeded)
        #expect(try world.sessionCount == 1)
        let verify = try world.ours("verify")
        #expect(verify.status == 1 && verify.output.contains("weights.bin"), "\(verify)")
        let again = try world.ours("push", "--check-members")
        #expect(again.succeeded, "\(again)")
    }

    /// Each session is a process with a memory of its own, and makes its own folders there.
    @Test func `several sessions into memory do not trip over each other`() throws {
        let world = try RcloneWorld(url: "rclone://:memory:bucket/x", "    jobs = 4")
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        let names = (0..<400).map { "f\($0)" }
        try repository.addDirectory("many", names: names) { Array("content \($0)".utf8) }
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
    }

    @Test func `a service that refuses the password refuses the push, and the secret stays here`()
        throws
    {
        let server = try WebServer(.rclone, asks: .basic)
        let world = try RcloneWorld(url: "rclone://dav:x")
        try world.sandbox.commitAll("data behind a password", in: world.path)
        let program = try S3Server.program("rclone")
        func use(_ password: String) throws {
            let hidden = try world.sandbox.run(program, "obscure", password).checked()
            try world.sandbox.write(
                """
                [dav]
                type = webdav
                vendor = other
                url = \(server.url)
                user = \(WebServer.user)
                pass = \(hidden.outputLines.first ?? "")

                """, to: "home/.config/rclone/rclone.conf")
        }
        try use("wrong word")
        let push = try world.ours("push")
        refused(push, "401")
        #expect(!push.errorOutput.contains("wrong word"), "\(push)")
        #expect(try server.files().isEmpty)
        try use(WebServer.password)
        let accepted = try world.ours("push")
        #expect(accepted.succeeded, "\(accepted)")
        #expect(try server.files().allSatisfy { $0.hasPrefix("x/") && !$0.hasSuffix(".tmp") })
        let verify = try world.ours("verify")
        #expect(verify.succeeded, "\(verify)")
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a full disk behind rclone refuses the push, and no partial object has a name`() throws {
        let world = try RcloneWorld("    jobs = 1")
        try createDirectories(world.folder)
        let push = try world.sandbox.run(
            "PATH='\(world.searchPath)' git-dvc push; status=$?; find \"$1\" -type f; exit $status",
            mounting: world.folder, "size=64k", in: world.path)
        refused(push, "error: ", "no space left")
        let oid = "\(objectID(of: Template.binary))"
        #expect(!push.output.contains(oid.dropFirst(2)), "\(push)")
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root"))
    func `a folder behind rclone that may not be written to refuses the push`() throws {
        let world = try RcloneWorld()
        try createDirectories(world.folder)
        let program = try S3Server.program("rclone")
        // Root would be let through. The configuration belongs to root, too.
        try world.wrap(
            "exec setpriv --reuid=65534 --regid=65534 --clear-groups '\(program)' --config '' \"$@\""
        )
        try world.use(url: "rclone://:local:\(world.folder)")
        try world.sandbox.run("chmod", "755", world.sandbox.root.string).checked()
        let push = try world.ours("push")
        refused(push, "error: ")
        #expect(push.errorOutput.lowercased().contains("permission denied"), "\(push)")
        #expect(try FileTree(world.folder).entries.isEmpty)
    }
}
