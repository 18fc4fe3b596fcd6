import Basics
import Digests
import TestSupport
import Testing

/// Experiments that go along with pushes through the helper.
@Suite struct HelperExperimentTests {
    let here: ExperimentWorld
    var world: PushWorld { here.world }

    init() throws {
        here = try ExperimentWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
        try world.git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    }

    /// A commit to push, with which experiments can go.
    private func pushCommit(_ options: String..., expecting status: Int32 = 0) throws
        -> ProcessResult
    {
        try world.commit("more \(UInt64.random(in: 0...UInt64.max))")
        let result = try world.git(["push"] + options + ["origin", "main"])
        #expect(result.status == status, "\(result)")
        return result
    }

    private func storeHas(_ oid: ObjectID) throws -> Bool {
        try world.stored().contains(DVCRepository.key(oid).string)
    }

    @Test func `nothing follows unless somebody asks`() throws {
        try here.makeExperiment("one", "one")
        #expect(try !pushCommit().errorOutput.contains("xperiment"))
        #expect(try here.refs() == [])
    }

    @Test(arguments: ["all", "follow"])
    func `a ref that names no commit stays, and keeps nothing back`(scope: String) throws {
        try world.git("config", "dvc.pushExps", scope)
        try here.makeExperiment("one", "one")
        let bad = here.ref("bad")
        try world.sandbox.start(
            "sh", ["-c", "git update-ref \(bad) $(echo x | git hash-object -w --stdin)"],
            in: here.path
        ).wait().checked()
        // And one whose commit is gone.
        let lost = String(repeating: "1", count: 40)
        try world.sandbox.write(
            Array("\(lost)\n".utf8), to: here.path.appending(".git/\(here.ref("lost"))"))
        let result = try pushCommit()
        for ref in [bad, here.ref("lost")] {
            #expect(result.errorOutput.contains("warning: '\(ref)' names no commit: not pushed"))
        }
        #expect(try here.names() == ["one"])
    }

    @Test func `experiments follow their commits, the data first`() throws {
        let oid = try here.makeExperiment("one", "one")[0]
        // The server looks for the data when the ref comes.
        let key = world.storage.appending(DVCRepository.key(oid))
        try world.sandbox.write(
            Array("#!/bin/sh\ntest -f '\(key)'\n".utf8),
            to: world.bare.appending("hooks/pre-receive"), mode: 0o755)
        // One of a branch that is not pushed.
        try world.git("checkout", "-q", "-b", "side")
        try world.commit("side")
        let side = try world.sandbox.gitLine("rev-parse", "HEAD", in: here.path)
        try here.makeExperiment("other", "other")
        try world.git("checkout", "-q", "main")
        try world.git("config", "dvc.pushExps", "follow")

        let dry = try pushCommit("-n")
        #expect(dry.errorOutput.contains("Would push experiment one"))
        #expect(try here.refs() == [])
        let result = try pushCommit()
        #expect(result.errorOutput.contains("Pushed experiment one\n"))
        #expect(!result.errorOutput.contains("unexpected status"))
        #expect(try here.names() == ["one"])
        #expect(try storeHas(oid))
        // Where a fetch would have put it.
        let tracking = here.ref("one").replacing("refs/exps/", with: "refs/dvc/origin/exps/")
        #expect(
            try world.sandbox.gitLine("rev-parse", tracking, in: here.path) == here.tip("one"))
        #expect(try !pushCommit().errorOutput.contains("xperiment"))

        #expect(
            try pushCommit("-o", "dvc.exps=all").errorOutput.contains("Pushed experiment other"))
        #expect(
            try here.refs().contains(
                ExperimentWorld.ref(side, "other").replacing("refs/exps/", with: "")))
        #expect(try !here.refs().contains("exec/EXEC_HEAD"))
    }

    @Test func `with --atomic they go once the user's refs have gone`() throws {
        try here.makeExperiment("one", "one")
        _ = try pushCommit("--atomic", "-o", "dvc.exps=follow")
        #expect(try here.names() == ["one"])
    }

    @Test func `an experiment without its data stays, and keeps nothing back`() throws {
        let lost = try here.makeExperiment("lost", "lost")[0]
        let kept = try here.makeExperiment("kept", "kept")[0]
        try world.loseFromCache(lost)
        let result = try pushCommit("-o", "dvc.exps=all")
        #expect(result.errorOutput.contains("error: "))
        #expect(try here.names() == ["kept"])
        #expect(try storeHas(kept))
        // Named by the user it is refused.
        let named = try world.push("--porcelain", "origin", here.ref("lost"))
        #expect(named.status == 1)
        #expect(named.output.contains("[remote rejected] (dvc: "))
        #expect(try here.names() == ["kept"])
    }

    @Test(arguments: [
        "pre-receive", "update", "hidden",
    ])
    func `a server that takes no experiments takes the branch`(kind: String) throws {
        try here.makeExperiment("one", "one")
        try world.git("config", "dvc.pushExps", "follow")
        switch kind {
        case "pre-receive":
            try hook(
                kind, "while read old new ref; do case $ref in refs/exps/*) exit 1 ;; esac; done")
        case "update": try hook(kind, "case $1 in refs/exps/*) exit 1 ;; esac")
        default: try world.sandbox.git("config", "receive.hideRefs", "refs/exps", in: world.bare)
        }
        let result = try pushCommit()
        #expect(result.errorOutput.components(of: "takes no experiments") == 1, "\(result)")
        #expect(try here.refs() == [])
        let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: here.path)
        #expect(try world.sandbox.gitLine("rev-parse", "main", in: world.bare) == head)
        #expect(
            try world.sandbox.gitLine("config", "dvc.origin.exps", in: here.path) == "unsupported")
        // Once is enough.
        let again = try pushCommit()
        #expect(!again.errorOutput.contains("xperiment"))
        #expect(try world.traceLines().count { $0.contains("run git send-pack") } == 1)
    }

    @Test func `a server that refuses the branch refuses it with and without experiments`() throws {
        try here.makeExperiment("one", "one")
        try hook("pre-receive", "exit 1")
        let result = try pushCommit("-o", "dvc.exps=follow", expecting: 1)
        #expect(result.errorOutput.contains("pre-receive hook declined"))
        #expect(try world.git(["config", "dvc.origin.exps"]).status == 1)
    }

    private func hook(_ name: String, _ script: String) throws {
        try world.sandbox.write(
            Array("#!/bin/sh\n\(script)\nexit 0\n".utf8), to: world.bare.appending("hooks/\(name)"),
            mode: 0o755)
    }

    @Test func `what a colleague took away does not come back by itself`() throws {
        try here.makeExperiment("one", "one")
        _ = try pushCommit("-o", "dvc.exps=follow")
        try world.sandbox.git("update-ref", "-d", here.ref("one"), in: world.bare)
        _ = try pushCommit("-o", "dvc.exps=follow")
        #expect(try here.refs() == [])
        // Another result of that name does, and so does the old one by its name.
        try world.push("origin", here.ref("one")).checked()
        #expect(try here.names() == ["one"])
    }

    @Test func `another experiment of that name is left alone`() throws {
        try here.makeExperiment("one", "theirs")
        try world.push("origin", here.ref("one")).checked()
        let theirs = try here.tip("one")
        try world.git("checkout", "-q", here.head)
        try world.git("checkout", "-q", "-B", "main")
        try here.makeExperiment("one", "ours")
        let result = try pushCommit("-o", "dvc.exps=all")
        #expect(result.errorOutput.contains("note: experiment 'one' is another one there"))
        #expect(try here.tip("one") == theirs)
    }

    @Test func `without the helper the hook refuses internal refs`() throws {
        try world.git("config", "--unset", "url.dvc::/.pushInsteadOf")
        let result = try world.push("--mirror", "origin")
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "error: only this repository has a use for refs/exps/exec/EXEC_HEAD"))
        #expect(try here.refs() == [])
        try world.push("origin", "HEAD:refs/heads/x").checked()
    }
}

extension String {
    /// How often a text is in this one.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
