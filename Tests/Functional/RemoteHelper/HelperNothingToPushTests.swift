import Basics
import Digests
import TestSupport
import Testing

/// Experiments go along also with a push that has nothing to move ("Everything up-to-date").
@Suite struct HelperNothingToPushTests {
    let here: ExperimentWorld
    var world: PushWorld { here.world }

    init() throws {
        here = try ExperimentWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
    }

    private func push(_ words: String..., expecting status: Int32 = 0) throws -> ProcessResult {
        let result = try world.git(["push"] + words)
        #expect(result.status == status, "\(result)")
        return result
    }

    @Test func `experiments follow commits that were pushed before`() throws {
        let oid = try here.makeExperiment("one", "one")[0]
        #expect(try !push("origin", "main").errorOutput.contains("xperiment"))
        try world.git("config", "dvc.pushExps", "follow")
        // The server looks for the data when the ref comes.
        let key = world.storage.appending(DVCRepository.key(oid))
        try world.sandbox.write(
            Array("#!/bin/sh\ntest -f '\(key)'\n".utf8),
            to: world.bare.appending("hooks/pre-receive"), mode: 0o755)
        let dry = try push("-n", "origin", "main")
        #expect(dry.errorOutput.contains("Would push experiment one"))
        #expect(try here.refs() == [])
        #expect(!fileExists(key))
        let result = try push("origin", "main")
        #expect(result.errorOutput.contains("Everything up-to-date\n"))
        #expect(result.errorOutput.contains("Pushed experiment one\n"))
        #expect(try here.names() == ["one"])
        #expect(
            try world.sandbox.gitLine(
                "rev-parse", here.ref("one").replacing("refs/exps/", with: "refs/dvc/origin/exps/"),
                in: here.path) == here.tip("one"))
        // Then there is nothing left, and nothing to connect for.
        let again = try push("origin", "main")
        #expect(again.errorOutput == "Everything up-to-date\n")
        #expect(try world.traceLines().count { $0.contains("run git send-pack") } == 0)
        // What somebody took away stays away.
        try world.sandbox.git("update-ref", "-d", here.ref("one"), in: world.bare)
        #expect(try push("origin", "main").errorOutput == "Everything up-to-date\n")
        #expect(try here.refs() == [])
    }

    @Test func `the push option counts`() throws {
        try here.makeExperiment("one", "one")
        try world.git("config", "dvc.pushExps", "all")
        #expect(
            try !push("-o", "dvc.exps=none", "origin", "main").errorOutput.contains("xperiment"))
        try world.git("config", "--unset", "dvc.pushExps")
        let wrong = try push("--push-option=dvc.exps=some", "origin", "main")
        #expect(
            wrong.errorOutput.contains("warning: experiments were not pushed: unknown push option"))
        #expect(try here.refs() == [])
        #expect(
            try push("-odvc.exps=follow", "origin", "main").errorOutput.contains(
                "Pushed experiment one"))
        #expect(try here.names() == ["one"])
    }

    @Test func `commits that are not there, or refused, take none along`() throws {
        try world.git("config", "dvc.pushExps", "follow")
        try world.commit("ours")
        try here.makeExperiment("one", "one")
        // Of `main`, of which the server has another line.
        try world.git("checkout", "-q", "-b", "theirs", "HEAD~1")
        try world.commit("theirs")
        try world.git("-c", "dvc.pushExps=none", "push", "-q", "origin", "theirs:main")
        try world.git("fetch", "-q")
        let refused = try push("origin", "main", expecting: 1)
        #expect(refused.errorOutput.contains("non-fast-forward"))
        #expect(!refused.errorOutput.contains("xperiment"))
        #expect(
            try push("origin", "theirs:main").errorOutput == "Everything up-to-date\n")
        #expect(try here.refs() == [])
    }

    @Test func `a push that the user's hook or Git refuses takes none along`() throws {
        try here.makeExperiment("one", "one")
        try world.git("config", "dvc.pushExps", "all")
        try world.sandbox.write(
            Array("#!/bin/sh\nexit 1\n".utf8), to: world.path.appending(".git/hooks/pre-push"),
            mode: 0o755)
        _ = try push("origin", "main", expecting: 1)
        try removeFile(world.path.appending(".git/hooks/pre-push"))
        _ = try push("origin", ":nothing", expecting: 1)
        _ = try push("origin", "nothing", expecting: 1)
        _ = try push("origin", "main", "--signed=no", "-n")
        #expect(try here.refs() == [])
        _ = try push("--atomic", "origin", "main")
        #expect(try here.names() == ["one"])
    }

    @Test func `an experiment without its data stays, and the push is a success`() throws {
        let lost = try here.makeExperiment("lost", "lost")[0]
        try here.makeExperiment("kept", "kept")
        try world.loseFromCache(lost)
        try world.git("config", "dvc.pushExps", "all")
        let result = try push("origin", "main")
        #expect(result.errorOutput.contains(DVCRepository.key(lost).string), "\(result)")
        #expect(try here.names() == ["kept"])
        // A server that takes none is a success as well, and is not asked again.
        try here.makeExperiment("more", "more")
        try world.sandbox.git("config", "receive.hideRefs", "refs/exps", in: world.bare)
        #expect(try push("origin", "main").errorOutput.contains("takes no experiments"))
        #expect(try push("origin", "main").errorOutput == "Everything up-to-date\n")
    }
}
