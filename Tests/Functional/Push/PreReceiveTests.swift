import Basics
import TestSupport
import Testing

/// `dvc-hooks pre-receive` in a bare repository: a push without its data is refused by the server.
@Suite struct PreReceiveTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld(hook: false)
        try world.sandbox.write(
            Array("#!/bin/sh\nexec dvc-hooks pre-receive\n".utf8),
            to: world.bare.appending("hooks/pre-receive"), mode: 0o755)
    }

    private func push(_ refs: String...) throws -> ProcessResult {
        try world.git(["push", "-q", "origin"] + (refs.isEmpty ? ["main"] : refs))
    }

    private func set(_ name: String, _ value: String) throws {
        try world.sandbox.git("config", name, value, in: world.bare)
    }

    private var branches: [String] {
        get throws {
            try world.sandbox.git("for-each-ref", "--format=%(refname)", in: world.bare).outputLines
        }
    }

    @Test func `a push is taken once its data is there, and not before`() throws {
        try world.commit("one", as: "data")
        let refused = try push()
        #expect(refused.status == 1)
        #expect(refused.errorOutput.contains("remote: error: 'data' (commit "))
        #expect(refused.errorOutput.contains("which is not on DVC remote 'storage'"))
        #expect(refused.errorOutput.contains("remote: hint: upload it with 'git dvc push'"))
        #expect(try branches == [])
        try world.dvc("push", "-q").checked()
        try push().checked()
        #expect(try branches == ["refs/heads/main"])
        // What is there already is not asked for again, whatever became of it.
        try world.sandbox.run("mv", world.storage.string, "\(world.storage)-away").checked()
        try world.write("code", to: "code.txt")
        try world.commit("only code")
        try push().checked()
        try push("main:refs/heads/other").checked()
        try push(":refs/heads/other").checked()
    }

    @Test func `an experiment and a tag are looked at as well`() throws {
        try world.commit("one", as: "data")
        try world.dvc("push", "-q").checked()
        try push().checked()
        let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
        try world.commit("two", as: "data")
        let ref = ExperimentWorld.ref(head, "exp")
        try world.git("update-ref", ref, "HEAD")
        try world.git("tag", "-a", "-m", "v1", "v1")
        #expect(try push(ref).status == 1)
        #expect(try push("v1").status == 1)
        #expect(try branches == ["refs/heads/main"])
        try world.dvc("exp", "push", "-q", "origin", ref).checked()
        try push("v1").checked()
        #expect(try branches == [ref, "refs/heads/main", "refs/tags/v1"])
    }

    @Test func `a shallow clone pushes code at once, and data once that is there`() throws {
        try world.commit("one", as: "data")
        try world.dvc("push", "-q").checked()
        try push().checked()
        let clone = world.sandbox.path("shallow")
        try world.sandbox.git(
            "clone", "-q", "--depth=1", "file://\(world.bare)", clone.string,
            in: world.sandbox.root)
        func pushed(_ refs: String...) throws -> ProcessResult {
            try world.git(["push", "-q", "origin"] + refs, in: clone)
        }
        try world.sandbox.write("code", to: "shallow/code.txt")
        try world.sandbox.commitAll("only code", in: clone)
        try pushed("HEAD:code").checked()
        try world.sandbox.write("two", to: "shallow/more")
        try world.dvc("add", "-q", "more", in: clone).checked()
        try world.sandbox.commitAll("more data", in: clone)
        // What is refused keeps back all that came with it.
        #expect(try pushed("HEAD:more", ":code").status == 1)
        #expect(try branches == ["refs/heads/code", "refs/heads/main"])
        try world.dvc("push", "-q", in: clone).checked()
        try pushed("HEAD:more", ":code").checked()
        #expect(try branches == ["refs/heads/main", "refs/heads/more"])
    }

    @Test func `the server's settings: warn, none, and what means nothing`() throws {
        try world.commit("one", as: "data")
        try set("dvc.receiveCheck", "maybe")
        #expect(try push().status == 1)
        try set("dvc.receiveCheck", "Warn")
        let warned = try push().checked()
        #expect(warned.errorOutput.contains("remote: error: 'data' (commit "))
        try world.commit("two", as: "data")
        try set("dvc.receiveCheck", "none")
        #expect(try push().checked().errorOutput == "")
    }

    @Test func `what cannot be looked at is refused, or told`() throws {
        try world.commit("one", as: "data")
        // A server on which only the small program is installed.
        try world.sandbox.run("mkdir", "\(world.bare)/bin").checked()
        let program = try Sandbox.installedPrefix().appending("bin/dvc-hooks")
        try world.sandbox.run("cp", program.string, "\(world.bare)/bin/dvc-hooks").checked()
        let hook = world.bare.appending("hooks/pre-receive")
        try world.sandbox.write(
            Array(
                "#!/bin/sh\nPATH=/usr/bin:/bin exec \(world.bare)/bin/dvc-hooks pre-receive\n".utf8),
            to: hook, mode: 0o755)
        let missing = try push()
        #expect(missing.status == 1)
        #expect(missing.errorOutput.contains("remote: error: the program git-dvc is missing"))
        // One that takes its time is ended.
        try world.sandbox.write(
            Array("#!/bin/sh\nsleep 600\n".utf8), to: world.bare.appending("bin/git-dvc"),
            mode: 0o755)
        try set("dvc.receiveTimeLimit", "1")
        let slow = try push()
        #expect(slow.status == 1)
        #expect(
            slow.errorOutput.contains("remote: error: the data remote was not asked within 1 s"))
        try set("dvc.receiveCheck", "warn")
        #expect(try push().checked().errorOutput.contains("remote: warning: the data remote"))
    }

    @Test(arguments: ["x y z\n", "0 0\n", "\n", ""])
    func `lines that Git would not write`(input: String) throws {
        let result = try world.sandbox.run(
            "dvc-hooks", "pre-receive", in: world.bare, stdin: input)
        #expect(result.status == (input.contains("0") || input.contains("x") ? 1 : 0))
    }
}
