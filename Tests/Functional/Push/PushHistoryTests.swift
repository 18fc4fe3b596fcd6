import Basics
import TestSupport
import Testing

/// Histories of every shape.
@Suite struct PushHistoryTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `an evil merge brings the data that only the merge has`() throws {
        let base = try world.commit("1", as: "a")
        try world.git("checkout", "-q", "-b", "side")
        let side = try world.commit("2", as: "b")
        try world.push("-q", "origin", "main", "side").checked()
        try world.git("checkout", "-q", "main")
        try world.git("commit", "-q", "--allow-empty", "-m", "main")
        try world.git("merge", "-q", "--no-ff", "--no-commit", "side")
        let evil = try world.commit("3", as: "c")
        #expect(try world.git("rev-list", "--merges", "HEAD").outputLines.count == 1)
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(base, side, evil))
        #expect(try world.requests("upload").count == 1)
    }

    @Test func `a merge brings the data of both sides`() throws {
        let base = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        try world.git("checkout", "-q", "-b", "side")
        let side = try world.commit("2", as: "b")
        try world.git("checkout", "-q", "main")
        let main = try world.commit("3", as: "c")
        try world.git("merge", "-q", "--no-edit", "-X", "ours", "-s", "ort", "side")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(base, side, main))
    }

    @Test func `a new remote gets its commits, and nothing is uploaded twice`() throws {
        let oid = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let second = try world.sandbox.makeBareRepository("second.git")
        try world.git("remote", "add", "second", second.string)
        let result = try world.push("-q", "second", "main").checked()
        #expect(result.errorOutput == "")
        #expect(try world.requests("upload") == [])
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs(of: second).count == 1)
    }

    @Test func `a push to a bare url brings back what its storage has lost`() throws {
        let first = try world.commit("1", as: "a")
        try world.push("-q", world.bare.string, "main").checked()
        #expect(try world.stored() == world.keys(first))
        // The first commit is recorded, and so left out of the range, until this is noticed.
        try removeFile(world.storage.appending(DVCRepository.key(first)))
        let second = try world.commit("2", as: "b")
        try world.push("-q", world.bare.string, "main").checked()
        #expect(try world.stored() == world.keys(first, second))
    }

    @Test(arguments: ["path", "url"])
    func `a shallow clone pushes what is new in it`(target: String) throws {
        let old = try world.commit("1", as: "a")
        let kept = try world.commit("2", as: "b")
        try world.push("-q", "origin", "main").checked()
        let clone = try clone("--depth=1")
        let new = try clone.add("3", as: "c")
        try world.sandbox.commitAll("new", in: clone.path)
        let remote = target == "path" ? "origin" : "file://\(world.bare)"
        try world.push("-q", remote, "main", in: clone.path).checked()
        #expect(try world.stored() == world.keys(old, kept, new))
        #expect(try world.requests("upload").count == 1)
    }

    @Test(arguments: ["blob:none", "tree:0"])
    func `a partial clone pushes what is new in it`(filter: String) throws {
        let old = try world.commit("1", as: "sub/folder/a")
        try world.sandbox.git("config", "uploadpack.allowFilter", "true", in: world.bare)
        try world.push("-q", "origin", "main").checked()
        let clone = try clone("--filter=\(filter)")
        let new = try clone.add("3", as: "other/c")
        try world.sandbox.commitAll("new", in: clone.path)
        try world.push("-q", "origin", "main", in: clone.path).checked()
        #expect(try world.stored() == world.keys(old, new))
    }

    private func clone(_ option: String) throws -> DVCRepository {
        let path = world.sandbox.path("clone")
        try world.sandbox.git(
            "clone", "-q", option, "file://\(world.bare)", path.string, in: world.sandbox.root)
        try world.sandbox.run("git", "dvc", "install", "-q", in: path).checked()
        return DVCRepository(at: path, in: world.sandbox, storage: world.storage)
    }

    @Test func `replace refs and grafts hide nothing`() throws {
        let first = try world.commit("1", as: "a")
        let second = try world.commit("2", as: "b")
        let third = try world.commit("3", as: "c")
        // To Git's porcelain there is one commit now, and b.dvc is an empty file.
        let empty = try world.git("hash-object", "-w", "/dev/null").outputLines[0]
        try world.git("replace", "HEAD:b.dvc", empty)
        try world.git("replace", "--graft", "HEAD")
        #expect(try world.git("rev-list", "HEAD").outputLines.count == 1)
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first, second, third))
    }

    @Test func `a commit before the remote was configured goes where the tip says`() throws {
        let config = try readFile(world.path.appending(".dvc/config"))
        try world.write("", to: ".dvc/config")
        let first = try world.commit("1", as: "a")
        try world.sandbox.write(config, to: world.path.appending(".dvc/config"))
        let second = try world.commit("2", as: "b")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first, second))
    }

    @Test func `a changed configuration sends the whole tip to the new remote`() throws {
        let first = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let config = String(
            decoding: try readFile(world.path.appending(".dvc/config")), as: UTF8.self)
        try world.write(config.replacing("/storage\n", with: "/moved\n"), to: ".dvc/config")
        let second = try world.commit("2", as: "b")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored(in: world.sandbox.path("moved")) == world.keys(first, second))
        #expect(try world.stored() == world.keys(first))
    }

    @Test func `the same list of refs is pushed by two names of one commit`() throws {
        let oid = try world.commit("1", as: "a")
        try world.push("-q", "--atomic", "origin", "main", "main:second", "main:third").checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.requests("upload").count == 1)
        #expect(try world.refs().count == 3)
    }
}
