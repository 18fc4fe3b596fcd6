import Basics
import Digests
import TestSupport
import Testing

/// Which data goes with which refs.
@Suite struct PushRefTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `a new branch brings the data of its commits, and only those`() throws {
        let first = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first))
        try world.git("checkout", "-q", "-b", "other")
        let second = try world.commit("2", as: "a")
        try world.git("checkout", "-q", "-b", "unrelated", "main")
        try world.commit("3", as: "a")
        try world.push("-q", "origin", "other").checked()
        #expect(try world.stored() == world.keys(first, second))
    }

    @Test func `data that came and went between two pushes is pushed as well`() throws {
        let first = try world.commit("1", as: "a")
        let second = try world.commit("2", as: "a")
        try world.git("rm", "-q", "a.dvc")
        try world.commit("gone")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first, second))
    }

    @Test func `a forced update brings the data of the new commits`() throws {
        let base = try world.commit("1", as: "a")
        let old = try world.commit("2", as: "a")
        try world.push("-q", "origin", "main").checked()
        try world.git("reset", "-q", "--hard", "HEAD~1")
        let new = try world.commit("3", as: "a")
        // Refused by Git before any hook: nothing may be uploaded.
        #expect(try world.push("-q", "origin", "main").status == 1)
        #expect(try world.stored() == world.keys(base, old))
        try world.push("-q", "--force", "origin", "main").checked()
        #expect(try world.stored() == world.keys(base, old, new))
    }

    @Test func `a remote oid that is unknown here hinders nothing`() throws {
        let base = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let other = world.sandbox.path("other")
        try world.sandbox.git(
            "clone", "-q", world.bare.string, other.string, in: world.sandbox.root)
        try world.sandbox.git("commit", "-q", "--allow-empty", "-m", "elsewhere", in: other)
        try world.sandbox.git("push", "-q", in: other)
        let new = try world.commit("2", as: "a")
        try world.push("-q", "--force", "origin", "main").checked()
        #expect(try world.stored() == world.keys(base, new))
        #expect(try world.requests("upload").count == 1)
    }

    @Test(arguments: [["tag", "light"], ["tag", "-a", "-m", "x", "annotated"]])
    func `a tag brings the data of its commit, and into known history nothing`(
        command: [String]
    ) throws {
        let tag = try #require(command.last)
        let base = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let new = try world.commit("2", as: "a")
        try world.git(command).checked()
        try world.push("-q", "origin", tag).checked()
        #expect(try world.stored() == world.keys(base, new))

        // Known history: not even the directory is looked at.
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try world.sandbox.write("in the way", to: "storage")
        try world.git("tag", "old", "HEAD~1")
        try world.push("-q", "origin", "old").checked()
        #expect(try world.requests() == [])
        #expect(try world.refs().count == 3)
    }

    @Test func `a deletion contacts nothing`() throws {
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main", "main:gone").checked()
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try world.sandbox.write("in the way", to: "storage")
        let result = try world.push("origin", ":gone").checked()
        #expect(world.ourLines(result) == [])
        #expect(try world.requests() == [])
        #expect(try world.refs().count == 1)
    }

    @Test(arguments: ["HEAD:refs/heads/x", "main:refs/heads/x", "@oid:refs/heads/x", "main~0:x/y"])
    func `what is pushed may be called anything`(refspec: String) throws {
        let oid = try world.commit("1", as: "a")
        let head = try world.git("rev-parse", "HEAD").outputLines[0]
        let target = refspec.contains("x/y") ? "main:refs/heads/x/y" : refspec
        try world.push("-q", "origin", target.replacing("@oid", with: head)).checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().first?.hasPrefix("\(head) refs/heads/x") == true)
    }

    @Test(arguments: [
        ["origin", "main", "side", "v1"], ["--all", "origin"], ["--mirror", "origin"],
    ])
    func `several refs are planned together`(arguments: [String]) throws {
        let main = try world.commit("1", as: "a")
        try world.git("checkout", "-q", "-b", "side")
        let side = try world.repository.addDirectory("d", ["x": "2", "y": "3"])
        try world.commit()
        try world.git("tag", "v1")
        try world.git(["push", "-q"] + arguments).checked()
        let members = world.keys(objectID(of: Array("2".utf8)), objectID(of: Array("3".utf8)))
        #expect(try world.stored() == (world.keys(main, side) + members).sorted())
        #expect(try world.refs().count == (arguments.contains("--all") ? 2 : 3))
    }

    @Test func `a mirror that deletes and updates at once brings only what is new`() throws {
        let first = try world.commit("1", as: "a")
        try world.git("branch", "doomed")
        try world.push("-q", "--mirror", "origin").checked()
        try world.git("branch", "-D", "-q", "doomed")
        let second = try world.commit("2", as: "a")
        try world.push("-q", "--mirror", "origin").checked()
        #expect(try world.stored() == world.keys(first, second))
        #expect(try !world.refs().contains { $0.hasSuffix(" refs/heads/doomed") })
    }

    @Test func `a push that Git has nothing to send for is silent`() throws {
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let result = try world.push("origin", "main").checked()
        #expect(result.errorOutput == "Everything up-to-date\n")
        #expect(try world.requests() == [])
    }
}
