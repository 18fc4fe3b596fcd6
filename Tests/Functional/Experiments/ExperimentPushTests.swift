import Basics
import Digests
import TestSupport
import Testing

/// `git dvc exp push` with real git: which refs move, with which data, and what is said.
@Suite struct ExperimentPushTests {
    let lab: ExperimentWorld
    var world: PushWorld { lab.world }

    init() throws { lab = try ExperimentWorld() }

    @Test func `the data of an experiment's commits goes first, and nothing else goes`() throws {
        let before = try world.stored()
        let oids = try lab.makeExperiment("chain", "one", "two")
        for name in [
            "exec/EXEC_HEAD", "stash", "celery/stash", "apply/ORIG_HEAD", "temp/head-1", "foreign",
            "\(lab.ref("deep").dropFirst(10))/er",
        ] { try world.git("update-ref", "refs/exps/\(name)", lab.head) }
        let result = try lab.exp("push", "origin", "-A").checked()
        #expect(
            result.output == "Pushed experiment chain to Git remote 'origin'.\n2 files uploaded\n")
        #expect(result.errorOutput == "")
        #expect(try lab.names() == ["chain"])
        #expect(try Set(world.stored()) == Set(before + world.keys(oids[0], oids[1])))
        let again = try lab.exp("push", "origin").checked()
        #expect(again.output == "Experiment chain is up to date on Git remote 'origin'.\n")
        #expect(try world.requests("upload") == [])
    }

    @Test func `an experiment without its data stays, and keeps no other back`() throws {
        try lab.makeExperiment("good", "one")
        let lost = try lab.makeExperiment("poor", "two")
        try world.loseFromCache(lost[0])
        let result = try lab.exp("push", "origin")
        #expect(result.status == 1)
        #expect(
            result.output == "Pushed experiment good to Git remote 'origin'.\n1 file uploaded\n")
        let errors = result.errorOutput
        #expect(errors.contains("error: 'data' (commit "))
        #expect(errors.contains("error: experiment 'poor' is not pushed: not all of its data"))
        #expect(try lab.names() == ["good"])
        // The other way round: DVC's order would have published it.
        let anyway = try world.git(["-c", "dvc.strict=none", "dvc", "exp", "push", "origin"])
        #expect(anyway.status == 0)
        #expect(try lab.names() == ["good", "poor"])
    }

    /// Nothing keeps Git from such a ref, and nothing could be done with it there.
    @Test(arguments: [[], ["--no-cache"]])
    func `a ref that names no commit stays, and keeps no other back`(options: [String]) throws {
        try lab.makeExperiment("good", "one")
        let bad = lab.ref("bad")
        try world.sandbox.start(
            "sh", ["-c", "git update-ref \(bad) $(echo x | git hash-object -w --stdin)"],
            in: lab.path
        ).wait().checked()
        // Of another the commit is gone.
        let lost = lab.ref("lost")
        let oid = String(repeating: "1", count: 40)
        try world.sandbox.write(Array("\(oid)\n".utf8), to: lab.path.appending(".git/\(lost)"))
        let push = ["dvc", "exp", "push", "origin"] + options
        let named = try world.git(push + ["bad"])
        #expect(named.status == 255)
        #expect(named.errorOutput.contains("error: '\(bad)' names no commit"))
        for scope in [["-A"], []] {
            let result = try world.git(push + scope).checked()
            #expect(result.output.contains("xperiment good "))
            for ref in [bad, lost] {
                #expect(
                    result.errorOutput.contains("warning: '\(ref)' names no commit"), "\(result)")
            }
            #expect(try lab.names() == ["good"])
        }
    }

    /// Our helper would ask it again, and Git alone does the rest.
    @Test func `where pushes are led to the helper, experiments go past it`() throws {
        let trace = world.sandbox.path("trace")
        func helpers(_ name: String) throws -> Bool {
            try removeFile(trace)
            try world.sandbox.start(
                "git", ["dvc", "exp", "push", "origin", name], in: lab.path,
                environment: ["GIT_TRACE": trace.string]
            ).wait().checked()
            return String(decoding: try readFile(trace), as: UTF8.self).contains("remote-dvc")
        }
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
        try lab.makeExperiment("one", "1")
        #expect(try !helpers("one"))
        // The user's rules count, which alone know the way.
        try world.git("remote", "set-url", "origin", "our:bare.git")
        try world.git("config", "url.\(world.sandbox.root)/.insteadOf", "our:")
        try world.git("config", "url.dvc::our:.pushInsteadOf", "our:")
        try lab.makeExperiment("two", "2")
        #expect(try !helpers("two"))
        #expect(try lab.names() == ["one", "two"])
        // The whole address leads to the helper: no rule of ours is longer.
        try world.git("config", "url.dvc::our:bare.git.pushInsteadOf", "our:bare.git")
        try lab.makeExperiment("three", "3")
        #expect(try helpers("three"))
        #expect(try lab.names() == ["one", "three", "two"])
    }

    @Test func `what went and was taken away there does not follow its commits`() throws {
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
        try world.git("config", "dvc.pushExps", "all")
        try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin", "one").checked()
        try lab.makeExperiment("two", "2")
        try world.sandbox.git("update-ref", "-d", lab.ref("one"), in: world.bare)
        try world.commit("next")
        try world.push("-q", "origin", "main").checked()
        #expect(try lab.names() == ["two"])
    }

    @Test func `nothing moves when the remote takes no data`() throws {
        try lab.makeExperiment("one", "1")
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try world.sandbox.write("in the way", to: "storage")
        let result = try lab.exp("push", "origin")
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("experiment 'one' is not pushed"))
        #expect(try lab.names() == [])
        try lab.exp("push", "--no-cache", "origin", "one").checked()
        #expect(try lab.names() == ["one"])
    }

    @Test func `without a DVC remote nothing moves, and the message says how to set one up`() throws
    {
        let lab = try ExperimentWorld(storage: nil)
        try lab.makeExperiment("one", "1")
        let result = try lab.exp("push", "origin")
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("error: no remote is configured for 'data'"))
        #expect(result.errorOutput.contains("hint: set one up with 'git dvc remote add -d"))
        #expect(try lab.names() == [])
        // It need not be in the experiment, which is older.
        try lab.world.dvc("remote", "add", "-q", "-d", "storage", lab.world.storage.string)
            .checked()
        try lab.exp("push", "origin").checked()
        #expect(try lab.names() == ["one"] && lab.world.stored().count == 1)
        let unknown = try lab.exp("push", "-r", "nowhere", "origin")
        #expect(unknown.status == 255 && unknown.errorOutput.contains("'nowhere'"))
    }

    @Test func `what has diverged is replaced by force only`() throws {
        try lab.makeExperiment("one", "1")
        try lab.makeExperiment("two", "2")
        try lab.exp("push", "origin").checked()
        let old = try lab.tip("one")
        let other = try lab.makeExperiment("one", "other")
        let left = try lab.exp("push", "origin")
        #expect(left.status == 0)
        #expect(left.output == "Experiment two is up to date on Git remote 'origin'.\n")
        #expect(
            left.errorOutput == """
                Local experiment one has diverged from remote experiment with the same name.
                To override the remote experiment re-run with '--force'.

                """)
        #expect(try lab.tip("one") == old)
        // What stays at home brings no data either.
        #expect(try !world.repository.remoteHolds(other[0]))
        try lab.exp("push", "--force", "origin", "one").checked()
        #expect(try lab.tip("one") == lab.tip("one", in: lab.path))
        #expect(try world.repository.remoteHolds(other[0]))
        // One that has only grown needs no force.
        try world.git("checkout", "-q", lab.ref("one"))
        try world.commit("more", as: "data")
        try world.git("update-ref", lab.ref("one"), "HEAD")
        try world.git("checkout", "-q", "main")
        #expect(
            try lab.exp("push", "origin", "one").output
                == "Pushed experiment one to Git remote 'origin'.\n1 file uploaded\n")
    }

    @Test func `what a server refuses is told, and the rest goes`() throws {
        for name in ["bad", "good"] { try lab.makeExperiment(name, name) }
        try world.sandbox.write(
            Array("#!/bin/sh\ncase $1 in */bad) echo no such luck; exit 1 ;; esac\n".utf8),
            to: world.bare.appending("hooks/update"), mode: 0o755)
        let result = try lab.exp("push", "origin")
        #expect(result.status == 255)
        #expect(result.output.hasPrefix("Pushed experiment good to Git remote 'origin'.\n"))
        #expect(result.errorOutput.contains("remote: no such luck"))
        #expect(
            result.errorOutput.contains(
                "error: Git remote 'origin' did not take experiment 'bad': [remote rejected]"))
        #expect(try lab.names() == ["good"])
    }

    @Test func `names that nobody or several have`() throws {
        try lab.makeExperiment("one", "1")
        try world.commit("next")
        try lab.makeExperiment("one", "2")
        try world.commit("third")
        let unknown = try lab.exp("push", "origin", "x", "one*")
        #expect(unknown.status == 255)
        #expect(unknown.errorOutput.contains("'x; one*' are not valid experiment names"))
        let ambiguous = try lab.exp("push", "origin", "one")
        #expect(ambiguous.status == 255)
        #expect(ambiguous.errorOutput.contains("ambiguous name 'one' refers to 2 experiments"))
        #expect(ambiguous.errorOutput.contains("use one of the full names: refs/exps/"))
        #expect(try lab.names() == [])
        #expect(try lab.exp("push", "origin").output == "No experiments to push.\n")
        try lab.exp("push", "origin", lab.ref("one")).checked()
        #expect(try lab.refs() == [String(lab.ref("one").dropFirst(10))])
        try world.git("checkout", "-q", "HEAD~1")
        try lab.exp("push", "origin", "one").checked()
        #expect(try lab.names() == ["one", "one"])
    }

    @Test func `-n takes first parents, and --rev other commits`() throws {
        try lab.makeExperiment("first", "1")
        try world.commit("next")
        try lab.makeExperiment("second", "2")
        try world.commit("third")
        func pushes(_ arguments: String...) throws -> String {
            try world.git(["dvc", "exp", "push", "--dry-run", "origin"] + arguments).checked()
                .output
        }
        #expect(try pushes("-n", "2").hasPrefix("Would push experiment second to"))
        for arguments in [["-n", "3"], ["-n", "-1"], ["--rev", "HEAD~1", "--num=2"]] {
            let output = try world.git(["dvc", "exp", "push", "--dry-run", "origin"] + arguments)
                .checked().output
            #expect(output.contains("first"), "\(arguments)")
            #expect(output.contains("second"), "\(arguments)")
        }
        #expect(try pushes("--rev", "main~2").hasPrefix("Would push experiment first to"))
        #expect(try lab.names() == [] && lab.exp("push", "--rev", "no", "origin").status == 255)
    }

    @Test func `the Git remote can be a path, and words that look like options are none`() throws {
        try lab.makeExperiment("one", "1")
        let bare = world.bare.string
        #expect(
            try lab.exp("push", bare).output
                == "Pushed experiment one to Git remote '\(bare)'.\n1 file uploaded\n")
        for (remote, text) in [
            ("nowhere", "cannot use Git remote 'nowhere': 'nowhere' does not appear to be"),
            ("ext::sh -c 'touch planted'", "transport 'ext' not allowed"),
        ] {
            let result = try lab.exp("push", remote)
            #expect(result.status == 255 && result.errorOutput.contains(text), "\(result)")
        }
        let option = try lab.exp("push", "--", "--receive-pack=touch planted")
        #expect(option.errorOutput.contains("is not a valid Git remote or URL"))
        #expect(!fileExists(lab.path.appending("planted")))
    }

    @Test func `a password in the remote's address is not shown`() throws {
        try lab.makeExperiment("one", "1")
        let address = "https://user:secret@example.org/repository.git"
        try world.git("config", "url.\(world.bare).insteadOf", address)
        for words in [
            ["push", address, "one"], ["push", address, "one"], ["pull", address, "one"],
            ["pull", address, "two"], ["remove", "-g", address, "two"],
            ["rename", "-g", address, "two", "three"], ["remove", "-g", address, "one"],
        ] {
            let result = try world.git(["dvc", "exp"] + words)
            #expect(!(result.output + result.errorOutput).contains("secret"), "\(words): \(result)")
        }
        #expect(try lab.names() == [])
    }

    @Test func `push has JSON`() throws {
        try lab.makeExperiment("one", "1")
        let first = try lab.exp("push", "--json", "origin").checked()
        #expect(
            first.output == """
                {"diverged":[],"errors":[],"pushed":["\(lab.ref("one"))"],"upToDate":[],\
                "uploaded":1,"warnings":[]}

                """)
        let second = try lab.exp("push", "--json", "origin").checked()
        #expect(second.output.contains("\"pushed\":[],\"upToDate\":[\"\(lab.ref("one"))\"]"))
    }
}
