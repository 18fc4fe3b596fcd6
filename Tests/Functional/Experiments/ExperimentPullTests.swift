import Basics
import Digests
import TestSupport
import Testing

/// `git dvc exp pull` and `list` with real git.
@Suite struct ExperimentPullTests {
    let lab: ExperimentWorld
    var world: PushWorld { lab.world }

    init() throws { lab = try ExperimentWorld() }

    private func cached(_ oid: ObjectID, in clone: FilePath) -> Bool {
        fileExists(clone.appending(".dvc/cache").appending(DVCRepository.key(oid)))
    }

    /// Anybody who may push can put one there.
    @Test func `a ref that names no commit keeps nothing else back`() throws {
        let oids = try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let bad = lab.ref("bad")
        try world.sandbox.start(
            "sh", ["-c", "git update-ref \(bad) $(echo x | git hash-object -w --stdin)"],
            in: world.bare
        ).wait().checked()
        let clone = try lab.clone()
        let named = try lab.exp("pull", "origin", "bad", in: clone)
        #expect(named.status == 255)
        #expect(named.errorOutput.contains("error: '\(bad)' names no commit"))
        let result = try lab.exp("pull", "-A", "origin", in: clone).checked()
        #expect(result.output.contains("Pulled experiment one from Git remote 'origin'.\n"))
        #expect(result.errorOutput.contains("warning: '\(bad)' names no commit"), "\(result)")
        #expect(try lab.names(in: clone) == ["one"])
        #expect(cached(oids[0], in: clone))
        // Nor does one that is here.
        try world.sandbox.git("fetch", "-q", "origin", "\(bad):\(bad)", in: clone)
        let table = try lab.exp("show", "--csv", in: clone).checked()
        #expect(table.output.contains("one") && !table.output.contains("bad"))
    }

    @Test func `an experiment comes with its data, and nothing else comes`() throws {
        let oids = try lab.makeExperiment("one", "1")
        let others = try lab.makeExperiment("two", "2")
        try lab.exp("push", "origin").checked()
        for name in ["exec/EXEC_HEAD", "foreign", "\(lab.ref("one").dropFirst(10))x/y"] {
            try world.sandbox.git("update-ref", "refs/exps/\(name)", lab.head, in: world.bare)
        }
        let clone = try lab.clone()
        // A common setting that would delete what the remote does not have.
        try world.sandbox.git("config", "fetch.prune", "true", in: clone)
        try world.sandbox.git("update-ref", lab.ref("mine"), "HEAD", in: clone)
        let result = try lab.exp("pull", "origin", "one", in: clone).checked()
        #expect(result.output == "Pulled experiment one from Git remote 'origin'.\n")
        #expect(try lab.names(in: clone) == ["mine", "one"])
        #expect(cached(oids[0], in: clone) && !cached(others[0], in: clone))
        #expect(try world.sandbox.git("status", "--porcelain", in: clone).output == "")
        try lab.exp("pull", "--no-cache", "origin", in: clone).checked()
        #expect(try lab.names(in: clone) == ["mine", "one", "two"])
        #expect(!cached(others[0], in: clone))
        // Up to date, and its data still comes.
        #expect(
            try lab.exp("pull", "-A", "origin", in: clone).checked().output
                == "No experiments to pull.\n")
        #expect(cached(others[0], in: clone))
        #expect(try lab.names(in: clone) == ["mine", "one", "two"])
    }

    @Test func `what a fetch has brought is not fetched again, and what lacks something is`() throws
    {
        let oids = try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        // A clone of a directory has all that is in it, whatever the refs.
        try world.sandbox.git("prune", "--expire=now", in: clone)
        let trace = world.sandbox.path("trace")
        func fetches(_ arguments: String...) throws -> Bool {
            try removeFile(trace)
            let result = try world.sandbox.start(
                "git", ["dvc", "exp", "pull", "origin"] + arguments, in: clone,
                environment: ["GIT_TRACE": trace.string]
            ).wait().checked()
            #expect(result.output.contains(" experiment one from Git remote 'origin'.\n"))
            return String(decoding: try readFile(trace), as: UTF8.self).contains(": git fetch ")
        }
        #expect(try fetches("--dry-run"))
        try world.sandbox.git(
            "fetch", "-q", "origin", "+refs/exps/*:refs/dvc/origin/exps/*", in: clone)
        #expect(try !fetches("--dry-run"))
        #expect(try !fetches("one"))
        #expect(try lab.tip("one", in: clone) == lab.tip("one"))
        #expect(cached(oids[0], in: clone))
        // The commit is left, and a part of it is gone.
        let part = try world.sandbox.gitLine("rev-parse", "\(lab.ref("one")):data.dvc", in: clone)
        for ref in [lab.ref("one"), "refs/dvc/origin\(lab.ref("one").dropFirst(4))"] {
            try world.sandbox.git("update-ref", "-d", ref, in: clone)
        }
        try removeFile(clone.appending(".git/objects/\(part.prefix(2))/\(part.dropFirst(2))"))
        #expect(try fetches("one"))
        try world.sandbox.git("cat-file", "-e", part, in: clone)
    }

    @Test func `a dry run says what would come, and nothing changes`() throws {
        let oids = try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        let key = DVCRepository.key(oids[0])
        let result = try lab.exp("pull", "--dry-run", "origin", in: clone).checked()
        #expect(
            result.output
                == "Would pull experiment one from Git remote 'origin'.\nwould fetch \(key)\n")
        let json = try lab.exp("pull", "--dry-run", "--json", "origin", in: clone).checked()
        #expect(
            json.output == """
                {"diverged":[],"errors":[],"fetched":0,"pulled":["\(lab.ref("one"))"],\
                "upToDate":[],"warnings":[],"wouldFetch":["\(key)"]}

                """)
        #expect(try lab.names(in: clone) == [])
        #expect(!cached(oids[0], in: clone))
        let real = try lab.exp("pull", "--json", "origin", in: clone).checked()
        #expect(
            real.output == """
                {"diverged":[],"errors":[],"fetched":1,"pulled":["\(lab.ref("one"))"],\
                "upToDate":[],"warnings":[],"wouldFetch":[]}

                """)
        #expect(cached(oids[0], in: clone))
    }

    @Test func `by its name comes what has several commits, went on, or is elsewhere`() throws {
        let oids = try lab.makeExperiment("one", "1", "2")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        try lab.exp("pull", "origin", "one", in: clone).checked()
        #expect(oids.allSatisfy { cached($0, in: clone) })
        // The same experiment, one commit longer.
        try world.git("checkout", "-q", "--detach", lab.ref("one"))
        let third = try world.commit("3", as: "data")
        try world.git("update-ref", lab.ref("one"), "HEAD")
        try world.git("checkout", "-q", "-f", "main")
        try lab.exp("push", "origin").checked()
        #expect(
            try lab.exp("pull", "origin", "one", in: clone).checked().output
                == "Pulled experiment one from Git remote 'origin'.\n")
        #expect(try lab.tip("one", in: clone) == lab.tip("one"))
        #expect(cached(third, in: clone))
        // HEAD there is another commit, so that the name is not found where it is looked for first.
        try world.sandbox.git("checkout", "-q", "--orphan", "other", in: clone)
        try world.sandbox.git("commit", "-q", "--allow-empty", "-m", "other", in: clone)
        try world.sandbox.git("update-ref", "-d", lab.ref("one"), in: clone)
        try lab.exp("pull", "origin", "one", in: clone).checked()
        #expect(try lab.tip("one", in: clone) == lab.tip("one"))
        let both = try lab.exp("pull", "origin", "one", "none", in: clone)
        #expect(both.status == 255 && both.errorOutput.contains("'none' does not exist"))
    }

    @Test func `a local experiment that has diverged is kept`() throws {
        try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        try world.sandbox.git("update-ref", lab.ref("one"), "HEAD", in: clone)
        // The baseline itself is an ancestor: that is no divergence.
        try lab.exp("pull", "origin", in: clone).checked()
        #expect(try lab.tip("one", in: clone) == lab.tip("one"))
        try world.sandbox.git("commit", "-q", "--allow-empty", "-m", "mine", in: clone)
        let mine = try world.sandbox.gitLine("rev-parse", "HEAD", in: clone)
        try world.sandbox.git("update-ref", lab.ref("one"), mine, in: clone)
        let result = try lab.exp("pull", "origin", "one", in: clone)
        #expect(result.status == 0 && result.output == "No experiments to pull.\n")
        #expect(
            result.errorOutput.hasPrefix(
                "warning: Local experiment one has diverged from remote experiment"))
        #expect(try lab.tip("one", in: clone) == mine)
        try lab.exp("pull", "-f", "origin", "one", in: clone).checked()
        #expect(try lab.tip("one", in: clone) == lab.tip("one"))
    }

    @Test func `data that is nowhere is an error, and the experiment is there`() throws {
        let oids = try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        try removeFile(world.storage.appending(DVCRepository.key(oids[0])))
        let result = try lab.exp("pull", "origin", in: clone)
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("error: 'data' (commit "))
        #expect(try lab.names(in: clone) == ["one"])
    }

    @Test func `without a DVC remote no ref changes`() throws {
        let lab = try ExperimentWorld(storage: nil)
        try lab.makeExperiment("one", "1")
        try lab.exp("push", "--no-cache", "origin").checked()
        let clone = try lab.clone()
        let result = try lab.exp("pull", "origin", in: clone)
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("no remote is configured for 'data'"))
        #expect(result.errorOutput.contains("hint: set one up with 'git dvc remote add -d"))
        #expect(try lab.names(in: clone) == [])
        // What the cache has needs no remote.
        #expect(try lab.exp("pull", "origin").status == 0)
    }

    @Test func `remotes that cannot be read, and names that are not there`() throws {
        try lab.makeExperiment("one", "1")
        let missing = try lab.exp("pull", "origin", "one")
        #expect(missing.status == 255)
        #expect(missing.errorOutput.contains("experiment 'one' does not exist in 'origin'"))
        try world.sandbox.run("rm", "-r", world.bare.string).checked()
        for command in ["pull", "push", "list"] {
            let result = try lab.exp(command, "origin")
            #expect(result.status == 255, "\(command)")
            #expect(result.errorOutput.contains("error: cannot use Git remote 'origin'"))
        }
    }

    @Test func `what is missing is an error in JSON, too`() throws {
        let oids = try lab.makeExperiment("one", "1")
        try lab.exp("push", "origin").checked()
        let clone = try lab.clone()
        try removeFile(world.storage.appending(DVCRepository.key(oids[0])))
        let result = try lab.exp("pull", "--json", "origin", in: clone)
        #expect(result.status == 1)
        #expect(result.output.contains("\"errors\":[\"'data' (commit "), "\(result)")
    }

    @Test func `list has JSON, and needs a DVC repository`() throws {
        try lab.makeExperiment("one", "1")
        let tip = try lab.tip("one", in: lab.path)
        let result = try lab.exp("list", "--json").checked()
        #expect(
            result.output == """
                [{"baseline":"\(lab.head)","baselineName":"main","name":"one",\
                "ref":"\(lab.ref("one"))","rev":"\(tip)"}]

                """)
        let other = try world.sandbox.makeRepository("other")
        #expect(try lab.exp("list", in: other).status == 253)
        #expect(try lab.exp("list", "--name-only", "--sha-only").status == 254)
        #expect(try lab.exp("ls", "--names-only").output == "one\n")
    }
}
