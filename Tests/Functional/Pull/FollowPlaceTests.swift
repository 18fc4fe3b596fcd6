import Basics
import TestSupport
import Testing

/// Where data follows and where not: settings, clones, worktrees, submodules, sparse checkouts, branches
/// without DVC, missing and unsaved data.
@Suite struct FollowPlaceTests {
    let follow: FollowWorld
    private var world: PushWorld { follow.world }
    init() throws { follow = try FollowWorld() }

    /// Publishes both branches with their data.
    private func publish() throws {
        try follow.git("push", "-q", "origin", "main", "side")
    }

    // MARK: Settings

    @Test
    func `what the cache lacks comes from the remote, unless dvc.checkoutData says otherwise`()
        throws
    {
        try publish()
        try follow.loseCache()
        for name in ["file", "data/x"] { try removeFile(follow.path.appending(name)) }
        let said = try follow.git("-c", "dvc.checkoutData=cache", "checkout", "-q", "side")
        #expect(said.contains("warning: 'file' is not in the cache, or not all of it\n"))
        #expect(said.contains("get it with 'git dvc pull'\n"))
        #expect(try follow.data() == [:])
        try follow.git("-c", "dvc.checkoutData=never", "checkout", "-q", "-b", "b1")
        #expect(try follow.data() == [:])
        // Nothing was written down, so the next one tries again.
        try follow.git("checkout", "-q", "-b", "b2")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test(arguments: ["DVC_SKIP", "DVC_SKIP_CHECKOUT"])
    func `switched off for once`(variable: String) throws {
        try follow.git("checkout", "-q", "side", environment: [variable: "1"])
        #expect(try !follow.cameToGitDVC())
        #expect(try follow.data() == FollowWorld.main)
        try follow.git("checkout", "-q", "-b", "b1")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `a misspelt setting is pointed out and counts as unset`() throws {
        let said = try follow.git("-c", "dvc.checkoutData=later", "checkout", "-q", "side")
        #expect(
            said.contains("dvc.checkoutData is 'later', which is not one of auto, cache, never"))
        #expect(try follow.data() == FollowWorld.side)
    }

    // MARK: What can go wrong

    @Test func `missing data fails no checkout, and it is said what is missing`() throws {
        try follow.loseCache()
        for name in ["file", "data/x"] { try removeFile(follow.path.appending(name)) }
        let result = try world.git(["checkout", "side"]).checked()
        #expect(result.errorOutput.contains("warning: 'file'"))
        #expect(result.errorOutput.contains("warning: 'data'"))
        #expect(result.errorOutput.contains("get it with 'git dvc pull'"))
        #expect(try world.sandbox.gitLine("branch", "--show-current", in: follow.path) == "side")
        try world.git(["worktree", "add", "-q", world.sandbox.path("w").string, "main"]).checked()
    }

    @Test func `unsaved changes stay as they are`() throws {
        try world.write("precious", to: "data/x")
        let said = try follow.git("checkout", "-q", "side")
        #expect(said.contains("'data/x' has changes that are saved nowhere"))
        #expect(try follow.data() == ["file": "two", "data/x": "precious", "data/z": "3"])
        try follow.git("checkout", "-q", "main")
        #expect(try follow.data()["data/x"] == "precious")
    }

    @Test func `a metafile that cannot be read spoils only its own data`() throws {
        try follow.git("checkout", "-q", "side", environment: ["DVC_SKIP": "1"])
        try world.write("outs: [", to: "broken.dvc")
        try world.commit()
        try follow.git("checkout", "-q", "main", environment: ["DVC_SKIP": "1"])
        let said = try follow.git("checkout", "-q", "side")
        #expect(said.contains("warning: ") && said.contains("broken.dvc"))
        #expect(try follow.data() == FollowWorld.side)
    }

    // MARK: Other places

    @Test func `a branch without DVC is left alone, and nothing is made there`() throws {
        try follow.git("checkout", "-q", "--orphan", "plain")
        try follow.git("rm", "-rfq", ".")
        try world.write("x", to: "code.c")
        try follow.git("add", "code.c")
        try follow.git("commit", "-q", "-m", "plain", environment: ["DVC_SKIP": "1"])
        let before = try world.sandbox.run("find", ".", "-not", "-path", "./.git*", in: follow.path)
        try follow.git("checkout", "-q", "-b", "plainer")
        #expect(try !follow.cameToGitDVC())
        let after = try world.sandbox.run("find", ".", "-not", "-path", "./.git*", in: follow.path)
        #expect(after.output == before.output)
        try follow.git("checkout", "-q", "side")
        #expect(try follow.data() == FollowWorld.side)
    }

    @Test func `a clone from a template with our hooks has its data`() throws {
        try publish()
        let clone = world.sandbox.path("clone")
        let template = world.sandbox.path("template")
        try world.sandbox.run("mkdir", template.string).checked()
        try world.sandbox.run(
            "cp", "-r", follow.path.appending(".git/hooks").string, template.string
        ).checked()
        try follow.git(
            "clone", "-q", "--template", template.string, "-b", "side", world.bare.string,
            clone.string, in: world.sandbox.root)
        #expect(try follow.data(in: clone) == FollowWorld.side)
    }

    @Test func `a linked worktree gets its data, and each has its own record`() throws {
        try publish()
        let linked = world.sandbox.path("linked")
        try follow.git("worktree", "add", "-q", linked.string, "side")
        #expect(try follow.data(in: linked) == FollowWorld.side)
        #expect(fileExists(follow.path.appending(".git/worktrees/linked/dvc/in-place")))
        #expect(!fileExists(follow.path.appending(".git/dvc/in-place")))
        try follow.git("checkout", "-q", "-b", "b1", in: linked)
        #expect(try !follow.cameToGitDVC())
        #expect(try follow.data() == FollowWorld.main)
        try world.dvc("uninstall", "-q").checked()
        #expect(!fileExists(follow.path.appending(".git/worktrees/linked/dvc")))
    }

    @Test func `a submodule has its own hooks and its own data`() throws {
        try publish()
        let outer = try world.sandbox.makeRepository("outer")
        try world.sandbox.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "-b", "main",
            world.bare.string, "sub", in: outer)
        let inner = outer.appending("sub")
        try world.dvc("install", "-q", in: inner).checked()
        try follow.git("checkout", "-q", "side", in: inner)
        #expect(try follow.data(in: inner) == FollowWorld.side)
    }

    @Test func `only what lies in the cone of a sparse checkout is brought`() throws {
        for folder in ["in", "out"] {
            try world.repository.add(folder, as: "\(folder)/file")
            try world.write("x", to: "\(folder)/code.c")
        }
        let oid = try world.repository.storeInCache(Array("model".utf8))
        try world.write(
            "stages:\n  train:\n    cmd: x\n    outs:\n    - out/model\n    - in/model\n",
            to: "dvc.yaml")
        let outs = ["out/model", "in/model"].map {
            "    - path: \($0)\n      hash: md5\n      md5: \(oid)\n      size: 5\n"
        }
        try world.write(
            "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n\(outs.joined())",
            to: "dvc.lock")
        try world.commit()
        try publish()
        let clone = world.sandbox.path("clone")
        try follow.git(
            "clone", "-q", "--sparse", world.bare.string, clone.string, in: world.sandbox.root)
        try world.dvc("install", "-q", in: clone).checked()
        try follow.git("sparse-checkout", "set", ".dvc", "in", in: clone)
        try follow.git("checkout", "-q", "-b", "b1", in: clone)
        #expect(try follow.data(in: clone) == FollowWorld.main)
        for (name, isThere) in [
            ("in/file", true), ("in/model", true), ("out/model", false), ("out", false),
        ] {
            #expect(fileExists(clone.appending(name)) == isThere, "\(name)")
        }
    }

    @Test func `projects below the top are served, each from its own configuration`() throws {
        let top = try world.sandbox.makeRepository("mono")
        for name in ["a", "b/c"] {
            let inner = try DVCRepository(in: world.sandbox, "mono/\(name)", storage: nil)
            try world.sandbox.run("rm", "-rf", inner.path.appending(".git").string).checked()
            try inner.add(name, as: "file")
        }
        try world.sandbox.commitAll("projects", in: top)
        try world.dvc("install", "-q", in: top).checked()
        for name in ["a", "b/c"] { try removeFile(top.appending("\(name)/file")) }
        try follow.git("checkout", "-q", "-b", "b1", in: top)
        for name in ["a", "b/c"] {
            #expect(try readFile(top.appending("\(name)/file")) == Array(name.utf8))
        }
    }

    @Test func `the hook of somebody else runs after ours, with its arguments and input`() throws {
        try world.dvc("uninstall", "-q").checked()
        let text =
            "#!/bin/sh\ncat data/x >'\(world.sandbox.root)/seen'\necho \"$3\" >>'\(world.sandbox.root)/seen'\nexit 3\n"
        let hook = follow.path.appending(".git/hooks/post-checkout")
        try world.sandbox.write(Array(text.utf8), to: hook, mode: 0o755)
        let refused = try world.dvc("install").checked()
        #expect(
            gitRunsConfiguredHooks
                || refused.errorOutput.contains("the hook 'post-checkout' already exists")
                    && refused.errorOutput.contains("the data does not follow 'git checkout'")
        )
        #expect(try readFile(hook) == Array(text.utf8))
        try world.dvc("install", "-q", "--chain").checked()
        // Its exit status counts, as before.
        #expect(try !world.git(["checkout", "-q", "side"]).succeeded)
        #expect(try readFile(world.sandbox.path("seen")) == Array("changed1\n".utf8))
        try world.dvc("uninstall", "-q").checked()
        #expect(try readFile(hook) == Array(text.utf8))
    }

    @Test func `without the program a checkout ends well, with a warning`() throws {
        let hooks = follow.path.appending(".git/hooks")
        for name in ["post-checkout", "post-merge", "post-rewrite", "pre-commit"] {
            try world.sandbox.run(
                "sed", "-i", "s,^program=.*,program=/nowhere/dvc-hooks,", name, in: hooks
            ).checked()
        }
        let environment = ["PATH": "/usr/bin:/bin"]
        let said = try follow.git("checkout", "-q", "side", environment: environment)
        #expect(said.hasPrefix("warning: the DVC data was not brought up to date: the program "))
        try world.write("x", to: "code.c")
        try follow.git("add", "code.c")
        #expect(try follow.git("commit", "-q", "-m", "x", environment: environment) == "")
    }
}
