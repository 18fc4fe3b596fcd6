import Basics
import TestSupport
import Testing

/// The data follows what Git does to the working copy: every row of git-integration 3.5.
@Suite struct FollowTests {
    let follow: FollowWorld
    init() throws { follow = try FollowWorld() }

    @Test func `checkout and switch bring the data of the branch, and back`() throws {
        let said = try follow.git("checkout", "side")
        #expect(said.hasSuffix("Updated the DVC data of 2 outs\n"))
        #expect(try follow.data() == FollowWorld.side)
        #expect(try follow.git("switch", "-q", "main") == "")
        #expect(try follow.data() == FollowWorld.main)
        #expect(try follow.git("checkout", "-q", "--detach", "side") == "")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `what git-dvc asks first is asked once, before it takes over`() throws {
        try follow.git("checkout", "-q", "side")
        #expect(try follow.data() == FollowWorld.side)
        let lines = try follow.world.traceLines()
        let start = try #require(lines.firstIndex { $0.contains("run git-dvc git-hook") })
        for question in ["rev-parse", "config -z", "ls-files -z --cached"] {
            let asked = lines.indices.filter { lines[$0].contains(question) }
            #expect(asked.count == 1 && asked.allSatisfy { $0 < start }, "\(question): \(lines)")
        }
    }

    @Test func `a new branch, a file checkout and an amended commit change nothing`() throws {
        try follow.git("checkout", "-q", "side")
        for arguments in [["checkout", "-q", "-b", "new"], ["switch", "-q", "-c", "newer"]] {
            try follow.world.git(arguments).checked()
            #expect(try !follow.cameToGitDVC())
        }
        try follow.world.write("mine", to: "data/x")
        try follow.git("checkout", "-q", "--", ".dvcignore")
        try follow.git("restore", ".dvcignore")
        try follow.git("commit", "-q", "--amend", "-m", "again", "--no-verify")
        #expect(try !follow.cameToGitDVC())
        #expect(try follow.data()["data/x"] == "mine")
    }

    @Test func `branches with the same data need no look at it`() throws {
        try follow.git("checkout", "-q", "side")
        try follow.git("checkout", "-q", "-b", "code")
        try follow.world.write("x", to: "code.c")
        try follow.world.commit()
        for branch in ["side", "code", "side"] {
            try follow.git("checkout", "-q", branch)
            #expect(try !follow.cameToGitDVC())
        }
        // An out that somebody took away comes back.
        try removeFile(follow.path.appending("file"))
        try follow.git("checkout", "-q", "code")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `merge, fast-forward, squash and pull bring the data`() throws {
        try follow.git("merge", "-q", "side")
        #expect(try follow.data() == FollowWorld.side)
        try follow.git("reset", "-q", "--hard", "HEAD~1")
        try follow.world.write("x", to: "code.c")
        try follow.world.commit()
        try follow.git("checkout", "-q", "-b", "here")
        #expect(try follow.data() == FollowWorld.main)
        try follow.git("merge", "-q", "--no-edit", "side")
        #expect(try follow.data() == FollowWorld.side)
        try follow.git("reset", "-q", "--hard", "main")
        try follow.git("merge", "-q", "--squash", "side")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `data that a command without a hook left stale is found later`() throws {
        try follow.git("checkout", "-q", "side")
        try follow.git("reset", "-q", "--hard", "main")
        #expect(try follow.data() == FollowWorld.side)
        try follow.git("checkout", "-q", "-b", "other")
        #expect(try follow.data() == FollowWorld.main)
    }

    @Test(arguments: ["--merge", "--apply"])
    func `a rebase brings the data once, at its end`(backend: String) throws {
        try follow.git("checkout", "-q", "-b", "work")
        for name in ["a", "b"] {
            try follow.world.write(name, to: name)
            try follow.world.commit(name)
        }
        try follow.git("rebase", "-q", backend, "side")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `a rebase that stops leaves the data alone until it goes on`() throws {
        try follow.git("checkout", "-q", "side")
        for name in ["side", "main"] {
            try follow.git("checkout", "-q", name)
            try follow.world.write(name, to: "code.c")
            try follow.world.commit(name)
        }
        let stopped = try follow.world.git(["rebase", "side"])
        #expect(!stopped.succeeded)
        #expect(try follow.data() == FollowWorld.main)
        // Whoever looks at another commit meanwhile does not get its data.
        try follow.git("checkout", "-q", "-f", "HEAD")
        #expect(try follow.data() == FollowWorld.main)
        try follow.world.write("both", to: "code.c")
        try follow.git("add", "code.c")
        try follow.git("rebase", "--continue", environment: ["GIT_EDITOR": "true"])
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `a rebase that only moves forward has no hook at its end, and is no exception`()
        throws
    {
        try follow.git("rebase", "-q", "side")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `an abandoned rebase leaves the data that was there`() throws {
        try follow.git("checkout", "-q", "side")
        try follow.world.write("side", to: "code.c")
        try follow.world.commit()
        try follow.git("checkout", "-q", "main")
        try follow.world.write("main", to: "code.c")
        try follow.world.commit()
        #expect(try !follow.world.git(["rebase", "side"]).succeeded)
        try follow.git("rebase", "--abort")
        #expect(try follow.data() == FollowWorld.main)
    }

    @Test func `a merge that stops at a metafile leaves the data alone`() throws {
        try follow.git("checkout", "-q", "-b", "mine")
        try follow.world.repository.add("mine", as: "file")
        try follow.world.commit()
        #expect(try !follow.world.git(["merge", "side"]).succeeded)
        #expect(try follow.data()["file"] == "mine")
        try follow.git("merge", "--abort")
        #expect(try follow.data()["file"] == "mine")
    }

    @Test func `each step of a bisection has its data, and so has its end`() throws {
        try follow.git("checkout", "-q", "side")
        for name in ["a", "b"] {
            try follow.world.write(name, to: name)
            try follow.world.commit(name)
        }
        try follow.git("bisect", "start", "HEAD", "main")
        try follow.git("checkout", "-q", "main")
        #expect(try follow.data() == FollowWorld.main)
        try follow.git("bisect", "reset")
        #expect(try follow.data() == FollowWorld.side)
    }
    @Test func `an import that was not downloaded is left alone, and follows once it was pulled`()
        throws
    {
        let world = follow.world
        let source = world.sandbox.path("elsewhere/source")
        try world.sandbox.write(Array("hello".utf8), to: source)
        try follow.git("checkout", "-q", "-b", "imports")
        try world.write("/import\n", to: ".gitignore")
        let metafile = """
            frozen: true
            deps:
            - md5: 5d41402abc4b2a76b9719d911017c592
              size: 5
              hash: md5
              path: \(source)
            outs:
            - hash: md5
              path: import

            """
        try world.write(metafile, to: "import.dvc")
        try world.commit()
        let out = follow.path.appending("import")
        for branch in ["main", "imports"] { try follow.git("checkout", "-q", branch) }
        #expect(!fileExists(out))
        try world.dvc("pull", "-q").checked()
        #expect(try readFile(out) == Array("hello".utf8))
        // From now on nobody needs the source.
        try removeFile(source)
        try follow.git("checkout", "-q", "main")
        #expect(!fileExists(out))
        #expect(try follow.git("checkout", "-q", "imports") == "")
        #expect(try readFile(out) == Array("hello".utf8))
        // What the user wrote instead stays.
        try world.write("mine", to: "import")
        try world.sandbox.run("touch", follow.path.appending("import.dvc").string).checked()
        let said = try follow.git("checkout", "-q", "-b", "more")
        #expect(said.contains("import"))
        #expect(try readFile(out) == Array("mine".utf8))
    }
}
