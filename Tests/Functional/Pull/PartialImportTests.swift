import Basics
import Digests
import TestSupport
import Testing

/// Imports made with `--no-download`: what is fetched, put into place, brought back, and kept.
@Suite struct PartialImportTests {
    private let follow: FollowWorld
    private let sandbox: Sandbox
    private let source: FilePath

    private var world: PushWorld { follow.world }

    /// Two branches; on neither was anything ever downloaded.
    ///
    /// `main`: `from-git` is a tracked directory of another repository with `x` and `sub/y`,
    /// `from-here` one of this machine with `a` and `b`. `before`: neither is there.
    init() throws {
        follow = try FollowWorld()
        sandbox = follow.world.sandbox
        let other = try DVCRepository(in: sandbox, "source", storage: nil)
        try other.addDirectory("tree", ["x": "in source", "sub/y": "also"])
        try sandbox.commitAll("source", in: other.path)
        source = other.path
        let commit = try sandbox.git("rev-parse", "HEAD", in: source).outputLines[0]
        let here = sandbox.path("elsewhere")
        try sandbox.write(Array("here 1".utf8), to: here.appending("a"))
        try sandbox.write(Array("here 2".utf8), to: here.appending("b"))
        try follow.git("branch", "before")
        try follow.world.write("/from-git\n/from-here\n", to: ".gitignore")
        try follow.world.write(
            """
            frozen: true
            deps:
            - path: tree
              repo:
                url: \(source)
                rev_lock: \(commit)
            outs:
            - hash: md5
              path: from-git

            """, to: "from-git.dvc")
        let list = DVCRepository.directoryList([
            ("a", objectID(of: Array("here 1".utf8))), ("b", objectID(of: Array("here 2".utf8))),
        ])
        try follow.world.write(
            """
            frozen: true
            deps:
            - md5: \(objectID(of: list, isDirectory: true))
              nfiles: 2
              hash: md5
              path: \(here)
            outs:
            - hash: md5
              path: from-here

            """, to: "from-here.dvc")
        try follow.world.commit()
    }

    private var files: [String] {
        get throws {
            try sandbox.run("find", ".", "-path", "./from-*", "-type", "f", in: follow.path)
                .checked().outputLines.sorted()
        }
    }

    private static let all = [
        "./from-git.dvc", "./from-git/sub/y", "./from-git/x", "./from-here.dvc", "./from-here/a",
        "./from-here/b",
    ]
    private static let none = ["./from-git.dvc", "./from-here.dvc"]

    @Test func `a fetch brings them, a checkout puts them into place`() throws {
        let early = try world.dvc("checkout")
        #expect(early.status == 255)
        #expect(early.errorOutput.contains("targets:\nfrom-git\nfrom-here\n"), "\(early)")
        try world.dvc("checkout", "--allow-missing").checked()
        #expect(try files == Self.none)
        #expect(try world.dvc("fetch").checked().output == "5 files fetched\n")
        #expect(try world.dvc("fetch").checked().output == "Everything is up to date.\n")
        #expect(try files == Self.none)
        #expect(try world.dvc("checkout").checked().output == "A\tfrom-git/\nA\tfrom-here/\n")
        #expect(try files == Self.all)
        #expect(try world.dvc("checkout").checked().output == "")
    }

    @Test func `they stay away until they were pulled, and then follow`() throws {
        for branch in ["before", "main"] {
            #expect(try follow.git("checkout", "-q", branch) == "")
        }
        #expect(try files == Self.none)
        try world.dvc("pull", "-q").checked()
        for _ in 0..<2 {
            #expect(try files == Self.all)
            #expect(try follow.git("checkout", "-q", "before") == "")
            #expect(try files == [])
            // Of the cache alone: nobody can ask the sources.
            for path in [source, sandbox.path("elsewhere")] {
                if fileExists(path) { try sandbox.run("mv", "\(path)", "\(path).away").checked() }
            }
            #expect(try follow.git("checkout", "-q", "main") == "")
        }
        // Another working copy of the repository knows of it.
        let second = sandbox.path("second")
        try follow.git("worktree", "add", "-q", "\(second)", "main", "--force")
        #expect(try readFile(second.appending("from-git/sub/y")) == Array("also".utf8))
    }

    @Test func `what the cache lost comes from the source, if there is one`() throws {
        try world.dvc("pull", "-q").checked()
        try follow.git("checkout", "-q", "before")
        try follow.loseCache()
        try follow.git("checkout", "-q", "main", environment: ["DVC_SKIP_CHECKOUT": "1"])
        try sandbox.run("mv", "\(source)", "\(source).away").checked()
        let said = try follow.git("checkout", "-q", "-b", "new")
        #expect(said.contains("cannot get 'from-git'"), "\(said)")
        #expect(!said.contains("from-here"), "\(said)")
        try sandbox.run("mv", "\(source).away", "\(source)").checked()
        _ = try follow.git("checkout", "-q", "-b", "newer")
        #expect(try files == Self.all)
    }

    @Test(arguments: ["from-git/sub/y", "from-git/sub", "from-here/a"])
    func `of a target within one only that is placed`(target: String) throws {
        // With a list to be had, it is the member that counts.
        #expect(
            try world.dvc("pull", target).checked().output.hasSuffix("1 file added\n"))
        let found = try files
        #expect(found.count == 3 && found.contains { $0.hasPrefix("./\(target)") }, "\(found)")
        let none = try world.dvc("pull", "from-here/no", "from-git/sub/no")
        #expect(none.status == 1)
        #expect(none.errorOutput.contains("no 'from-here/no': the list of"), "\(none)")
        #expect(none.errorOutput.contains("no 'from-git/sub/no': the list of"), "\(none)")
        #expect(try files == found)
    }

    @Test func `what one brings is not asked of the remote for another out`() throws {
        try world.repository.writeMetafile(
            for: "same", oid: objectID(of: Array("here 1".utf8)), size: 6)
        let result = try world.dvc("pull")
        #expect(result.status == 0, "\(result)")
        #expect(try readFile(follow.path.appending("same")) == Array("here 1".utf8))
    }

    @Test func `gc keeps what was pulled, and is not kept from its work by what was not`() throws {
        #expect(try world.dvc("gc", "--expire", "now").status == 0)
        try world.dvc("pull", "-q").checked()
        let garbage = try world.repository.storeInCache(Array("garbage".utf8))
        for arguments in [["gc", "--expire", "now"], ["gc", "-w", "-f"]] {
            let result = try sandbox.start("git", ["dvc"] + arguments, in: follow.path).wait()
            #expect(result.status == 0, "\(result)")
        }
        #expect(!fileExists(world.repository.cache.appending(DVCRepository.key(garbage))))
        try sandbox.run("rm", "-r", "from-git", "from-here", in: follow.path).checked()
        #expect(try world.dvc("checkout").checked().output == "A\tfrom-git/\nA\tfrom-here/\n")
    }
}
