import Basics
import TestSupport
import Testing

/// `git dvc exp apply` with real git.
@Suite struct ExperimentApplyTests {
    let lab: ExperimentWorld
    var world: PushWorld { lab.world }

    init() throws {
        lab = try ExperimentWorld()
        try world.write("one\n", to: "code.txt")
        try world.write("same\n", to: "other.txt")
        try world.git("add", ".")
        try world.git("commit", "-q", "-m", "code")
        try world.push("-q", "origin", "main").checked()
        try makeExperiment("left", code: "left\n", data: "1")
        try makeExperiment("right", code: "right\n", data: "2")
    }

    /// An experiment that changes code and data and has a file of its own.
    private func makeExperiment(_ name: String, code: String, data: String) throws {
        let base = try world.sandbox.gitLine("rev-parse", "HEAD", in: lab.path)
        try world.git("checkout", "-q", "--detach")
        try world.write(code, to: "code.txt")
        try world.write("of \(name)\n", to: "new.txt")
        try world.git("add", ".")
        try world.commit(data, as: "data")
        try world.git("update-ref", ExperimentWorld.ref(base, name), "HEAD")
        try world.git("checkout", "-q", "-f", "main")
        try lab.world.dvc("checkout", "-q", "--force").checked()
    }

    private func content(_ name: String, in directory: FilePath? = nil) throws -> String? {
        try readFileIfPresent((directory ?? lab.path).appending(name))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func status(in directory: FilePath? = nil) throws -> [String] {
        try world.sandbox.git("status", "--porcelain", in: directory ?? lab.path).outputLines
    }

    private var stashes: [String] {
        get throws {
            try world.sandbox.git(
                "log", "-g", "--format=%gs", "refs/exps/apply/stash", "--", in: lab.path
            ).outputLines
        }
    }

    @Test func `code, new files and data are there, and HEAD stays`() throws {
        let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: lab.path)
        let result = try lab.exp("apply", "left").checked()
        #expect(
            result.output
                == "Changes for experiment 'left' have been applied to your current workspace.\n")
        #expect(result.errorOutput == "")
        #expect(try content("code.txt") == "left\n")
        #expect(try content("new.txt") == "of left\n")
        #expect(try content("data") == "1")
        #expect(try status() == [" M code.txt", " M data.dvc", "?? new.txt"])
        let branch = try world.sandbox.gitLine("symbolic-ref", "HEAD", in: lab.path)
        #expect(branch == "refs/heads/main")
        #expect(try world.sandbox.gitLine("rev-parse", "HEAD", in: lab.path) == head)
        let refs = try lab.refs(of: lab.path)
        #expect(refs.contains("apply/ORIG_HEAD") && refs.contains("exec/EXEC_APPLY"))
        // From one to the next nothing is lost, so nothing is stashed.
        try lab.exp("apply", "right").checked()
        #expect(try content("new.txt") == "of right\n" && content("data") == "2")
        #expect(try !lab.refs(of: lab.path).contains("apply/stash"))
        try lab.exp("apply", "HEAD").checked()
        #expect(try status() == ["?? new.txt"])
        #expect(try content("data") == "base")
    }

    @Test func `changes of every kind are stashed, time after time`() throws {
        try world.write("mine\n", to: "code.txt")
        try world.write("staged\n", to: "staged.txt")
        try world.git("add", "staged.txt")
        try world.write("mine too\n", to: "new.txt")
        try world.write("beside\n", to: "beside.txt")
        try removeFile(lab.path.appending("other.txt"))
        let first = try lab.exp("apply", "left").checked()
        #expect(
            first.errorOutput
                == "hint: your changes are stashed: 'git stash apply refs/exps/apply/stash'\n")
        #expect(try content("code.txt") == "left\n" && content("new.txt") == "of left\n")
        #expect(try content("other.txt") == "same\n")
        // What the experiment does not have stays where it is.
        #expect(try content("staged.txt") == "staged\n" && content("beside.txt") == "beside\n")
        try world.write("again\n", to: "code.txt")
        try lab.exp("apply", "right").checked()
        let kept = try stashes
        #expect(kept.count == 2)
        #expect(kept.allSatisfy { $0.hasPrefix("On main: dvc-exp-apply:") })
        for (index, text) in [(0, "again\n"), (1, "mine\n")] {
            let place = "refs/exps/apply/stash@{\(index)}"
            #expect(
                try world.sandbox.git("show", "\(place):code.txt", in: lab.path).output == text)
        }
        let place = "refs/exps/apply/stash@{1}"
        #expect(
            try world.sandbox.git("show", "\(place)^3:new.txt", in: lab.path).output == "mine too\n"
        )
        // As the manual says.
        try world.git("reset", "-q", "--hard")
        for name in ["new.txt", "staged.txt"] { try removeFile(lab.path.appending(name)) }
        try world.git("stash", "apply", place)
        #expect(try content("code.txt") == "mine\n" && content("new.txt") == "mine too\n")
        #expect(try content("other.txt") == nil)
    }

    @Test func `only untracked files in the way, a link among them, and a user without a name`()
        throws
    {
        try world.sandbox.run("ln", "-s", "code.txt", "\(lab.path)/new.txt").checked()
        let result = try world.sandbox.start(
            "git", ["-c", "user.useConfigOnly=true", "dvc", "exp", "apply", "left"], in: lab.path,
            environment: [
                "GIT_AUTHOR_NAME": nil, "GIT_AUTHOR_EMAIL": nil, "GIT_COMMITTER_NAME": nil,
                "GIT_COMMITTER_EMAIL": nil,
            ]
        ).wait().checked()
        #expect(result.errorOutput.contains("stashed"))
        #expect(try content("code.txt") == "left\n" && content("new.txt") == "of left\n")
        let entry = try world.sandbox.git(
            "ls-tree", "refs/exps/apply/stash^3", "new.txt", in: lab.path
        ).output
        #expect(entry.hasPrefix("120000 "))
    }

    @Test func `data that is saved nowhere keeps everything as it is`() throws {
        try world.write("unsaved", to: "data")
        try world.write("mine\n", to: "code.txt")
        let result = try lab.exp("apply", "left")
        #expect(result.status == 255 && result.output == "")
        #expect(result.errorOutput.contains("Can't remove the following unsaved files"))
        #expect(try content("data") == "unsaved" && content("code.txt") == "mine\n")
        #expect(try !lab.refs(of: lab.path).contains { $0.hasPrefix("apply/") })
        try lab.exp("apply", "--force", "left").checked()
        #expect(try content("data") == "1" && content("code.txt") == "left\n")
    }

    @Test func `what refuses, and what nobody can apply`() throws {
        try world.write("mine\n", to: "code.txt")
        let refused = try lab.exp("apply", "--no-force", "left")
        #expect(refused.status == 255 && refused.errorOutput.contains("not committed"))
        for word in ["nowhere", "refs/exps/00/x", "-x", "a\u{1b}b", ""] {
            let result = try world.git(["dvc", "exp", "apply", "--", word])
            #expect(result.status == 255, "\(word)")
            #expect(result.errorOutput.contains("does not appear to be an experiment commit"))
            #expect(!result.errorOutput.contains("\u{1b}"))
        }
        try world.sandbox.write(
            Array("x\n".utf8), to: lab.path.appending(".git/MERGE_HEAD"))
        let merging = try lab.exp("apply", "left")
        #expect(merging.status == 255 && merging.errorOutput.contains("in progress"))
        #expect(try content("code.txt") == "mine\n")
        #expect(try lab.exp("apply").status == 254)
    }

    @Test(arguments: ["new.txt/file", "sub"])
    func `what Git cannot stash keeps everything as it is`(name: String) throws {
        let base = try world.sandbox.gitLine("rev-parse", "HEAD", in: lab.path)
        try world.git("checkout", "-q", "--detach", ExperimentWorld.ref(base, "left"))
        try world.write("below\n", to: "sub/below.txt")
        try world.commit("below")
        try world.git("update-ref", ExperimentWorld.ref(base, "below"), "HEAD")
        try world.git("checkout", "-q", "-f", "main")
        try world.write("mine", to: name)
        try world.write("changed\n", to: "code.txt")
        let result = try lab.exp("apply", "below")
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("is in the way of what shall be there"))
        #expect(try content(name) == "mine" && content("code.txt") == "changed\n")
        let left = try directoryEntries(lab.path.appending(".git"))
        #expect(left.allSatisfy { !isTemporaryName($0) })
    }

    @Test func `missing data comes from the remote, or is named`() throws {
        try lab.exp("push", "-q", "origin").checked()
        let clone = try lab.clone()
        try lab.exp("pull", "-q", "--no-cache", "origin", in: clone).checked()
        try lab.exp("apply", "left", in: clone).checked()
        #expect(try content("data", in: clone) == "1")
        try world.sandbox.run("mv", world.storage.string, "\(world.storage)-away").checked()
        let result = try lab.exp("apply", "right", in: clone)
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("Checkout failed for following targets:\ndata\n"))
        #expect(result.errorOutput.contains("hint: get what is missing with 'git dvc pull'"))
        // As DVC leaves it: the code is there, and the data that is at hand was not touched.
        #expect(try content("code.txt", in: clone) == "right\n")
        try world.sandbox.run("mv", "\(world.storage)-away", world.storage.string).checked()
        try world.dvc("pull", "-q", in: clone).checked()
        #expect(try content("data", in: clone) == "2")
    }

    @Test func `without asking a remote where the user does not want that`() throws {
        try lab.exp("push", "-q", "origin").checked()
        let clone = try lab.clone()
        try lab.exp("pull", "-q", "--no-cache", "origin", in: clone).checked()
        try world.sandbox.git("config", "dvc.checkoutData", "cache", in: clone)
        #expect(try lab.exp("apply", "left", in: clone).status == 255)
        #expect(try content("data", in: clone) == nil)
    }
}
