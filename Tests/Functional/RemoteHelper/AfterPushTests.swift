import Basics
import Digests
import TestSupport
import Testing

/// What follows a push that Git makes by itself, without the helper.
@Suite struct AfterPushTests {
    let here: ExperimentWorld
    var world: PushWorld { here.world }
    private var notes: FilePath { world.path.appending(".git/dvc") }
    private var told: FilePath { world.sandbox.path("told") }

    init() throws { here = try ExperimentWorld() }

    private func set(_ key: String, _ value: String) throws {
        try world.git("config", key, value)
        try world.dvc("install", "--hooks-only", "-q").checked()
    }

    private func hook(of server: String, _ script: String) throws {
        try world.sandbox.write(
            Array("#!/bin/sh\n\(script)\n".utf8), to: world.bare.appending("hooks/\(server)"),
            mode: 0o755)
    }

    /// A hook of the user's that writes down what it is told.
    private func tellEverything(_ more: String = "") throws {
        try world.sandbox.write(
            Array(
                """
                #!/bin/sh
                { echo "$1 $2"; cat; git rev-parse refs/remotes/origin/main; } >>'\(told)'
                \(more)

                """.utf8), to: world.path.appending(".git/hooks/post-push"), mode: 0o755)
        try world.dvc("install", "--hooks-only", "-q").checked()
    }

    private func toldLines() throws -> [String] {
        String(decoding: try readFileIfPresent(told) ?? [], as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    private func isStored(_ oid: ObjectID) throws -> Bool {
        try world.stored().contains(DVCRepository.key(oid).string)
    }

    private func leftNotes() throws -> [String] {
        guard directoryExists(notes) else { return [] }
        return try directoryEntries(notes).map(\.string).filter { $0.hasPrefix("push-") }
    }

    private func head() throws -> String {
        try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
    }

    // MARK: dvc.pushData = after

    @Test func `branches move before their data, all else after it`() throws {
        try set("dvc.pushData", "after")
        let first = try world.commit("first", as: "file")
        let key = world.storage.appending(DVCRepository.key(first))
        try hook(of: "pre-receive", "test ! -f '\(key)'")
        let result = try world.push("origin", "main").checked()
        #expect(try isStored(first))
        #expect(
            world.ourLines(result).contains("Uploaded 1 DVC object (5 bytes) to remote 'storage'"))
        #expect(try leftNotes() == [])

        // Of a tag, and of what goes to an address, Git tells nothing afterwards.
        for (number, words) in [["origin", "v1"], [world.bare.string, "main:by-address"]]
            .enumerated()
        {
            let oid = try world.commit("content \(number)", as: "file")
            try world.git("tag", "-f", "v1")
            let key = world.storage.appending(DVCRepository.key(oid))
            try hook(of: "pre-receive", "test -f '\(key)'")
            try world.git(["push", "-q"] + words).checked()
        }
        // A branch and a tag in one push.
        let oid = try world.commit("both", as: "file")
        try world.git("tag", "v2")
        try removeFile(world.bare.appending("hooks/pre-receive"))
        try world.push("-q", "origin", "main", "v2").checked()
        #expect(try isStored(oid))
        #expect(try leftNotes() == [])
    }

    @Test func `what was refused, or only tried, is not uploaded`() throws {
        try set("dvc.pushData", "after")
        let oid = try world.commit("data", as: "file")
        try world.push("-n", "origin", "main").checked()
        #expect(try leftNotes() == [])
        try hook(of: "update", "case $1 in refs/heads/main) exit 1 ;; esac")
        #expect(try world.push("origin", "main").status == 1)
        #expect(try !isStored(oid))
        // The note of the refused one is of no use any more, and goes with the next push.
        #expect(try leftNotes().count == 1)
        try removeFile(world.bare.appending("hooks/update"))
        try world.push("origin", "main").checked()
        #expect(try isStored(oid))
        #expect(try leftNotes() == [])
    }

    @Test func `data that is nowhere makes the push an error, though the branch is there`() throws {
        try set("dvc.pushData", "after")
        let oid = try world.commit("lost", as: "file")
        try world.loseFromCache(oid)
        let result = try world.push("origin", "main")
        #expect(result.status == 128, "\(result)")
        #expect(
            result.errorOutput.contains(
                "error: the refs of this push moved without all of the DVC data (dvc.pushData)"),
            "\(result)")
        #expect(try world.refs().contains("\(head()) refs/heads/main"))
        // Git does not note what has no data.
        #expect(
            try world.sandbox.gitLine("rev-parse", "origin/main", in: world.path) == here.head)
    }

    @Test func `without our hook for it the data goes before`() throws {
        try world.git("config", "dvc.pushData", "after")
        let oid = try world.commit("data", as: "file")
        let key = world.storage.appending(DVCRepository.key(oid))
        try hook(of: "pre-receive", "test -f '\(key)'")
        try world.push("-q", "origin", "main").checked()
        #expect(
            try world.dvc("doctor").output.contains("'reference-transaction' does not call ours"))
        try world.dvc("install", "--hooks-only", "-q").checked()
        #expect(
            try !world.dvc("doctor").output.contains("'reference-transaction' does not call ours"))
    }

    @Test func `also from a folder of a linked worktree`() throws {
        try set("dvc.pushData", "after")
        try tellEverything()
        let tree = world.sandbox.path("linked")
        try world.git("worktree", "add", "-q", "-b", "side", tree.string)
        try createDirectories(tree.appending("folder"))
        try world.sandbox.write(Array("in the worktree".utf8), to: tree.appending("file"))
        try world.sandbox.run("git", "dvc", "add", "-q", "file", in: tree).checked()
        try world.sandbox.commitAll("linked", in: tree)
        let oid = objectID(of: Array("in the worktree".utf8))
        let key = world.storage.appending(DVCRepository.key(oid))
        try hook(of: "pre-receive", "test ! -f '\(key)'")
        try world.push("-q", "origin", "side", in: tree.appending("folder")).checked()
        #expect(try isStored(oid))
        #expect(
            try toldLines().contains { $0.contains(" refs/heads/side ") && $0.hasSuffix(" ok") })
    }

    // MARK: The user's hook

    @Test func `the user's post-push hook is told of each branch that moved`() throws {
        try tellEverything("echo said to the user")
        try world.commit("plain")
        let zeros = String(repeating: "0", count: 40)
        try world.push("-n", "origin", "main").checked()
        #expect(try toldLines() == [])
        try hook(of: "update", "case $1 in refs/heads/no) exit 1 ;; esac")
        let result = try world.push("origin", "main", "main:new", "main:no")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("said to the user"))
        let lines = try toldLines()
        let tip = try head()
        #expect(lines.count == 6, "\(lines)")
        #expect(lines.count { $0 == "origin \(world.bare)" } == 2)
        #expect(lines.contains("refs/heads/main \(tip) refs/heads/main \(here.head) ok"))
        #expect(lines.contains("refs/heads/main \(tip) refs/heads/new \(zeros) ok"))
        #expect(lines.last == tip)

        try removeFile(told)
        try world.push("origin", ":new").checked()
        #expect(try toldLines().contains("(delete) \(zeros) refs/heads/new \(tip) ok"))
        try removeFile(told)
        try world.push("origin", "main").checked()
        try world.push("origin", "main:refs/tags/t").checked()
        try world.git("fetch", "-q", "origin")
        #expect(try toldLines() == [])
        try world.sandbox.write(
            Array("#!/bin/sh\nexit 3\n".utf8), to: world.path.appending(".git/hooks/post-push"),
            mode: 0o755)
        let failing = try world.push("origin", "main:more").checked()
        #expect(failing.errorOutput.contains("warning: the hook post-push ended with code 3"))
    }

    // MARK: Experiments

    @Test func `experiments follow, their data first`() throws {
        let oid = try here.makeExperiment("one", "one")[0]
        try set("dvc.pushExps", "follow")
        try world.git("checkout", "-q", "-b", "side")
        try world.commit("side")
        try here.makeExperiment("other", "other")
        try world.git("checkout", "-q", "main")
        try world.commit("more")
        try world.push("-n", "origin", "main").checked()
        #expect(try here.refs() == [])
        let key = world.storage.appending(DVCRepository.key(oid))
        try hook(
            of: "update",
            "case $1 in refs/exps/*) test -f '\(key)' ;; *) test ! -f '\(key)' ;; esac")
        let result = try world.push("origin", "main").checked()
        #expect(result.errorOutput.contains("Pushed experiment one\n"), "\(result)")
        #expect(try here.names() == ["one"])
        #expect(try isStored(oid))
        // What somebody took away stays away; what was made since goes.
        try world.sandbox.git("update-ref", "-d", here.ref("one"), in: world.bare)
        try removeFile(world.bare.appending("hooks/update"))
        try world.commit("again")
        try here.makeExperiment("two", "two")
        try world.push("origin", "main").checked()
        #expect(try here.names() == ["two"])
    }

    @Test func `an experiment without its data stays, and keeps nothing back`() throws {
        let lost = try here.makeExperiment("lost", "lost")[0]
        try here.makeExperiment("kept", "kept")
        try world.loseFromCache(lost)
        try set("dvc.pushExps", "all")
        try world.commit("more")
        let result = try world.push("origin", "main").checked()
        #expect(result.errorOutput.contains("warning: "), "\(result)")
        #expect(try here.names() == ["kept"])
        #expect(try world.refs().contains("\(head()) refs/heads/main"))
    }

    // MARK: Installing

    @Test func `the hook is there only where something needs it`() throws {
        let path = world.path.appending(".git/hooks/reference-transaction")
        #expect(!fileExists(path))
        for (key, value) in [("dvc.pushData", "after"), ("dvc.pushExps", "all")] {
            try set(key, value)
            #expect(isExecutableFile(path))
            try world.git("config", "--unset", key)
            let less = try world.dvc("install", "--hooks-only").checked()
            #expect(less.output.contains("Removed the hook 'reference-transaction'"))
            #expect(!fileExists(path))
        }
        try tellEverything()
        #expect(isExecutableFile(path))
        try world.dvc("uninstall", "-q").checked()
        #expect(!fileExists(path))
        #expect(!directoryExists(notes))
    }

    @Test func `a hook of somebody else's is left alone, or runs first and may refuse`() throws {
        let path = world.path.appending(".git/hooks/reference-transaction")
        let log = world.sandbox.path("log")
        try world.sandbox.write(
            Array(
                "#!/bin/sh\necho \"$1 $(cat)\" >>'\(log)'\n! [ -e '\(log).veto' ]\n".utf8),
            to: path, mode: 0o755)
        let before = try readFile(path)
        try world.git("config", "dvc.pushData", "after")
        let result = try world.dvc("install", "--hooks-only").checked()
        #expect(result.errorOutput.contains("reference-transaction"), "\(result)")
        #expect(try readFile(path) == before)
        let early = try world.commit("early", as: "file")
        let key = world.storage.appending(DVCRepository.key(early))
        try hook(of: "pre-receive", "test -f '\(key)'")
        try world.push("-q", "origin", "main").checked()

        try world.dvc("install", "--hooks-only", "--chain", "-q").checked()
        try removeFile(log)
        let late = try world.commit("late", as: "file")
        try hook(
            of: "pre-receive", "test ! -f '\(world.storage.appending(DVCRepository.key(late)))'")
        try world.push("-q", "origin", "main").checked()
        #expect(try isStored(late))
        let lines = String(decoding: try readFile(log), as: UTF8.self)
        #expect(
            lines.contains(
                "committed \(String(repeating: "0", count: 40)) \(try head()) refs/remotes/origin/main"
            ))
        try world.sandbox.write(Array("".utf8), to: FilePath("\(log).veto"))
        #expect(try world.sandbox.run("git", "branch", "vetoed", in: world.path).status != 0)
        try removeFile(FilePath("\(log).veto"))
        try world.dvc("uninstall", "-q").checked()
        #expect(try readFile(path) == before)
    }
}
