import Basics
import TestSupport
import Testing

/// Pushes and fetches through the helper beside the same by Git alone: refs, exit codes, porcelain output.
@Suite struct HelperComparisonTests {
    @Test(arguments: [
        [], ["main"], ["-n", "main"], ["-q", "main"], ["-v", "main"], ["--all"], ["--tags"],
        ["-u", "main", "new"], ["--follow-tags", "main"], ["--atomic", "main", "new"],
        ["--atomic", "main", "old~0:refs/heads/x", "HEAD:refs/heads/y"], ["--force", "--all"],
        ["HEAD:refs/heads/elsewhere"], ["HEAD~1:main"], ["+HEAD~1:refs/heads/main"],
        ["main^{commit}:refs/heads/peeled"], ["v1", "light"], [":old"], ["--delete", "old"],
        ["--delete", "nothing"], [":refs/heads/nothing"], ["--mirror"], ["--mirror", "-n"],
        ["--prune", "refs/heads/*"], ["-o", "one", "-o", "two words", "main"],
        ["--force-with-lease", "main"], ["--force-with-lease=main:main~1", "main"],
        ["--force-with-lease=main:main", "main"], ["--force-with-lease=main:", "+main"],
        ["--force-with-lease", "--force-if-includes", "main"], ["--signed=if-asked", "main"],
        ["--signed=no", "main"], ["--no-verify", "main"], ["--no-thin", "main"], ["nothing"],
        ["--progress", "main"], ["--no-progress", "main"], ["-4", "main"],
        ["--receive-pack=git receive-pack", "main"], ["--recurse-submodules=check", "main"],
    ])
    func `a push does what Git does`(words: [String]) throws {
        let pair = try HelperPair()
        let options = words.filter { $0.hasPrefix("-") && !$0.contains(" ") && $0 != "-o" }
        let rest = words.filter { !options.contains($0) }
        try pair.compare(["push", "--porcelain"] + options + optionsFirst(rest))
        // And once more, when there may be nothing left to do.
        try pair.compare(["push", "--porcelain"] + options + optionsFirst(rest))
    }

    /// `-o` and its values stand before the remote, refs after it.
    private func optionsFirst(_ words: [String]) -> [String] {
        var options: [String] = []
        var refs: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "-o" {
                options += [word, rest.popFirst() ?? ""]
            } else if word.hasPrefix("--receive-pack") {
                options.append(word)
            } else {
                refs.append(word)
            }
        }
        return options + ["origin"] + refs
    }

    @Test func `refs that moved on the server are refused alike`() throws {
        let pair = try HelperPair()
        // The server goes on, and here nobody knows.
        for side in HelperPair.Side.allCases {
            try pair.sandbox.git(
                "push", "-q", "--force", pair.bare(side).string, "main:old", in: pair.work(side))
        }
        try pair.git("checkout", "-q", "-b", "side", "HEAD~1")
        let dates: [String: String?] = [
            "GIT_AUTHOR_DATE": "@1 +0000", "GIT_COMMITTER_DATE": "@1 +0000",
        ]
        try pair.compare(["commit", "-q", "--allow-empty", "-m", "side"], environment: dates)
        for words in [
            ["side:old", "main"], ["--atomic", "side:old", "main"],
            ["--force-with-lease=old", "side:old"],
            ["--force", "side:old", "main"],
        ] {
            let options = words.filter { $0.hasPrefix("-") }
            try pair.compare(
                ["push", "--porcelain"] + options + ["origin"]
                    + words.filter { !$0.hasPrefix("-") })
        }
    }

    @Test func `what the server has and nobody here knows is refused alike`() throws {
        let pair = try HelperPair()
        try pair.git("tag", "-f", "moved", "HEAD~1")
        // A colleague's commit, and what is no commit at all.
        for side in HelperPair.Side.allCases {
            let script = """
                commit=$(git -c user.name=c -c user.email=c@d commit-tree -m theirs -p old old^{tree})
                GIT_COMMITTER_DATE='@1 +0000' git update-ref refs/heads/old "$commit"
                git update-ref refs/heads/late "$commit"
                git update-ref refs/tags/moved "$commit"
                git update-ref refs/things/tree "$(git rev-parse main^{tree})"
                """
            try pair.sandbox.start(
                "sh", ["-ec", script], in: pair.bare(side),
                environment: [
                    "GIT_AUTHOR_DATE": "@1 +0000", "GIT_COMMITTER_DATE": "@1 +0000",
                ]
            ).wait().checked()
        }
        for words in [
            ["main:old"], ["main", "main:late"], ["moved"], ["main:refs/things/tree"],
            ["--atomic", "main", "main:old"],
            ["--atomic", "main:old", "moved", "main:refs/heads/x"],
            ["-n", "main:old"], ["--force-with-lease=old:main", "main:old"],
            ["v1:refs/heads/late", "main"], ["--force-with-lease", "main:late"],
            ["-n", "+main:old", "main:refs/things/tree"], ["--force", "-n", "main:old", "moved"],
            ["+main:old"], ["--force", "main:late", "moved", "main:refs/things/tree"],
        ] {
            let options = words.filter { $0.hasPrefix("-") }
            let refs = words.filter { !$0.hasPrefix("-") }
            try pair.compare(["push", "--porcelain"] + options + ["origin"] + refs)
            try pair.compare(["push"] + options + ["origin"] + refs)
        }
    }

    @Test(arguments: [
        ("pre-receive", "echo no; exit 1"),
        ("update", "case $1 in refs/heads/new) echo not that; exit 1 ;; esac"),
        ("update", "exit 1"), ("post-receive", "echo thanks"),
    ])
    func `hooks of the server reject alike`(hook: String, script: String) throws {
        let pair = try HelperPair()
        try pair.writeHook(hook, script)
        for options in [[], ["--atomic"]] {
            let result = try pair.compare(
                ["push", "--porcelain"] + options + ["origin", "main", "new"])
            if script.hasPrefix("echo"), options.isEmpty {
                #expect(result.errorOutput.contains("remote: "))
            }
        }
    }

    @Test func `a server that dies in the middle is a failure on both sides`() throws {
        let pair = try HelperPair()
        try pair.writeHook("pre-receive", "kill -9 $PPID")
        for side in HelperPair.Side.allCases {
            let before = try pair.sandbox.git("for-each-ref", in: pair.bare(side)).output
            let result = try pair.sandbox.run("git", "push", "origin", "main", in: pair.work(side))
            #expect(!result.succeeded, "\(result)")
            #expect(!result.errorOutput.contains("up-to-date"))
            #expect(try pair.sandbox.git("for-each-ref", in: pair.bare(side)).output == before)
        }
    }

    @Test func `a server that dies once the refs have moved is a failure on both sides`() throws {
        let pair = try HelperPair()
        try pair.writeHook("post-receive", "kill -9 $PPID")
        let result = try pair.compare(["push", "origin", "main", "new"])
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("main -> main"))
    }

    /// An address of IPv4, and where no other may be used.
    @Test(arguments: ["-4", "-6"])
    func `ssh keeps to the addresses that were asked for`(family: String) throws {
        let pair = try HelperPair(.ssh)
        let words = [family, "origin", "main"]
        #expect(try pair.compare(["push", "--porcelain"] + words).succeeded == (family == "-4"))
        let url = try pair.servers.url("helper.git", by: .ssh)
        try pair.sandbox.git("config", "remote.origin.url", "dvc::\(url)", in: pair.work(.helper))
        #expect(try pair.compare(["fetch", "-q"] + words).succeeded == (family == "-4"))
    }

    @Test(arguments: GitWay.allCases)
    func `every transport pushes and fetches`(way: GitWay) throws {
        let pair = try HelperPair(way)
        try pair.compare(["push", "--porcelain", "origin", "main", "new", ":old"])
        try pair.compare(["push", "--porcelain", "origin", "main"])
        try pair.compare(["push", "--porcelain", "--force", "origin", "main~1:main"])
        try pair.compare([
            "push", "--porcelain", "--atomic", "--force-with-lease", "origin", "main",
        ])
        try pair.writeHook("update", "case $1 in refs/heads/no) exit 1 ;; esac")
        try pair.compare(["push", "--porcelain", "origin", "main:no", "main:yes"])
        // The same for fetches, which our line for pushes does not lead to the helper.
        let url = try pair.servers.url("helper.git", by: way)
        try pair.sandbox.git("config", "remote.origin.url", "dvc::\(url)", in: pair.work(.helper))
        try pair.compare(["ls-remote", "--symref", "origin"])
        for words in [
            ["fetch", "-q", "origin"], ["fetch", "-q", "--prune", "origin"],
            ["fetch", "-q", "--tags", "origin"], ["fetch", "-q", "origin", "main:fetched"],
            ["remote", "update"], ["pull", "-q", "origin", "yes"],
        ] { try pair.compare(words) }
        if way != .http {
            try pair.compare(["archive", "--remote=origin", "--format=tar", "main"])
        }
    }

    @Test(
        arguments: GitWay.allCases,
        [
            [], ["--depth=1"], ["--branch=old"], ["--bare"], ["--mirror"], ["--single-branch"],
            ["--filter=blob:none"], ["--filter=blob:none", "--depth=1"],
        ])
    func `clones are the same`(way: GitWay, options: [String]) throws {
        let pair = try HelperPair(way)
        var results: [[String]] = []
        for (name, prefix) in [("native", ""), ("helper", "dvc::")] {
            let url = try pair.servers.url("native.git", by: way)
            try pair.sandbox.start(
                "git", ["clone", "-q"] + options + ["\(prefix)\(url)", "clone-\(name)"],
                environment: pair.servers.environment()
            ).wait().checked()
            let clone = pair.sandbox.path("clone-\(name)")
            let refs = try pair.sandbox.git("for-each-ref", in: clone).outputLines
            let objects = try pair.sandbox.git(
                "cat-file", "--batch-all-objects", "--batch-check", in: clone)
            results.append(refs + objects.outputLines)
        }
        #expect(results[0] == results[1])
    }

    @Test func `deepening, unshallowing and lazy fetches pass through`() throws {
        let pair = try HelperPair(.file)
        let url = try pair.servers.url("native.git", by: .file)
        try pair.sandbox.git(
            "clone", "-q", "--depth=1", "--filter=blob:none", "dvc::\(url)", "c",
            in: pair.sandbox.root)
        let clone = pair.sandbox.path("c")
        try pair.sandbox.git("fetch", "-q", "--unshallow", in: clone)
        #expect(!fileExists(clone.appending(".git/shallow")))
        try pair.sandbox.git("show", "HEAD:a", in: clone)
        try pair.sandbox.git("fsck", in: clone)
    }
}
