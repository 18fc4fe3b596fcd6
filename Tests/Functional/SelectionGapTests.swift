import Basics
import Digests
import TestSupport
import Testing

/// Places and histories in which a push once took too little, or a report too much.
@Suite struct SelectionGapTests {
    let world: PushWorld
    init() throws { world = try PushWorld() }

    // MARK: Where the cache is

    @Test func `a linked worktree of a submodule finds the data of its main working copy`() throws {
        let oid = try world.commit("one", as: "a")
        let top = try world.sandbox.makeRepository("top")
        try world.sandbox.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", world.path.string,
            "sub", in: top)
        let sub = top.appending("sub")
        // As if the data had been made there.
        try world.sandbox.run(
            "cp", "-r", world.repository.cache.string, sub.appending(".dvc/cache").string
        ).checked()
        let linked = world.sandbox.path("linked")
        try world.sandbox.git(
            "worktree", "add", "--quiet", "-b", "side", linked.string, in: sub)
        try world.sandbox.git("dvc", "push", in: linked)
        #expect(try world.stored() == world.keys(oid))
    }

    // MARK: Which commits

    /// Both remotes are made anew, and nobody tells the clone.
    @Test func `a tracking ref of a branch that the remote has lost proves nothing`() throws {
        let first = try world.commit("1", as: "a")
        let second = try world.commit("2", as: "b")
        try world.push("-q", "origin", "main").checked()
        try world.sandbox.run("rm", "-rf", world.storage.string, world.bare.string).checked()
        _ = try world.sandbox.makeBareRepository("bare.git")
        #expect(try world.git("rev-parse", "origin/main").succeeded)
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first, second).sorted())
    }

    @Test func `a new branch on a remote that has the rest brings only its own data`() throws {
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        try world.git("switch", "-q", "-c", "side")
        try world.commit("2", as: "b")
        try removeFile(world.traceFile)
        try world.push("-q", "origin", "side").checked()
        #expect(try world.requests("upload").count == 1)
    }

    // MARK: What is said

    @Test(arguments: [["push", "-A"], ["status", "-c", "-A"]])
    func `one broken metafile is told of once, whoever has it`(words: [String]) throws {
        try world.commit("1", as: "a")
        try world.write("outs: [\n", to: "bad.dvc")
        try world.commit()
        try world.write("x\n", to: "unrelated")
        try world.commit()
        let result = try world.git(["dvc"] + words)
        #expect(result.status == 1)
        let lines = result.errorOutput.split(separator: "\n").filter { $0.contains("bad.dvc") }
        #expect(lines.count == 1 && lines[0].hasPrefix("error: bad.dvc:"), "\(result)")
        // What only the commit has is still told of.
        try world.write("outs: [[\n", to: "bad.dvc")
        let other = try world.git(["dvc"] + words)
        let both = other.errorOutput.split(separator: "\n").filter { $0.contains("bad.dvc") }
        #expect(both.count == 2, "\(other)")
    }

    @Test func `data in a cloud-versioned directory is not said to be there`() throws {
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        try world.write(
            """
            outs:
            - path: d
              hash: md5
              size: 1
              nfiles: 1
              files:
              - relpath: x
                md5: c4ca4238a0b923820dcc509a6f75849b
                size: 1
                cloud: {s: {etag: abc, version_id: abc}}

            """, to: "d.dvc")
        try world.commit()
        let result = try world.git(["dvc", "verify"])
        #expect(result.status == 1, "\(result)")
        #expect(result.output == "")
        #expect(result.errorOutput.contains("error: 'd' (commit "), "\(result)")
    }

    // MARK: Words

    @Test func `abbreviations that are DVC's mean what they mean there`() throws {
        try world.commit("1", as: "a")
        #expect(try world.git(["dvc", "push", "--j", "2"]).output == "1 file pushed\n")
        // DVC has both of these for status.
        let status = try world.git(["dvc", "status", "--j", "2"])
        #expect(status.status == 254, "\(status)")
        #expect(status.errorOutput.contains("'--j' could be --jobs, --json"))
    }

    @Test func `two switches that exclude each other end as with DVC`() throws {
        // Observed with DVC 3.67.1.
        #expect(try world.git(["dvc", "push", "-q", "-v"]).status == 2)
    }
}
