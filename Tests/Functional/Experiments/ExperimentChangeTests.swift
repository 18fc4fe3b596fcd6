import Basics
import TestSupport
import Testing

/// `git dvc exp remove`, `rename` and `branch` with real git.
@Suite struct ExperimentChangeTests {
    let lab: ExperimentWorld
    var world: PushWorld { lab.world }

    init() throws {
        lab = try ExperimentWorld()
        for name in ["one", "two", "three"] { try lab.makeExperiment(name, name) }
    }

    private func publish() throws { try lab.exp("push", "-q", "--no-cache", "origin").checked() }

    // MARK: remove

    @Test func `names, the rest of them, and all are removed`() throws {
        let full = lab.ref("two")
        #expect(
            try lab.exp("remove", "one", full, "one").checked().output
                == "Removed experiments: 'one' and '\(full)'\n")
        #expect(try lab.names(in: lab.path) == ["three"])
        try lab.makeExperiment("four", "4")
        #expect(
            try lab.exp("remove", "--keep", "four").checked().output
                == "Removed experiments: 'three'\n")
        try world.commit("next", as: "data")
        try lab.makeExperiment("late", "5")
        #expect(try lab.exp("rm", "--rev", "HEAD").checked().output.contains("'late'"))
        #expect(try lab.names(in: lab.path) == ["four"])
        #expect(try lab.exp("remove", "--rev", "HEAD", "-n", "2").checked().output.contains("four"))
        #expect(try lab.exp("remove", "-A").checked().output == "No experiments to remove.\n")
    }

    @Test func `one unknown name keeps all of them`() throws {
        let result = try lab.exp("remove", "one", "nine", "ten")
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("error: 'nine; ten' are not valid experiment names"))
        #expect(try lab.names(in: lab.path).count == 3)
    }

    private static let meaningless: [([String], CInt)] = [
        ([], 255), (["one", "-A"], 255), (["-n", "2"], 255), (["--queue"], 255),
        (["--queue", "-g", "origin"], 254), (["-n", "x", "one"], 254),
        (["--rev", "nowhere"], 255), (["refs/exps/exec/EXEC_HEAD"], 255),
        (["-g", "--upload-pack=x", "one"], 255),
    ]

    @Test(arguments: meaningless)
    func `what cannot be meant removes nothing`(words: [String], status: CInt) throws {
        try world.git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
        let result = try world.git(["dvc", "exp", "remove"] + words)
        #expect(result.status == status)
        #expect(result.errorOutput.hasPrefix("error: "))
        #expect(try lab.names(in: lab.path).count == 4)
    }

    @Test func `what DVC noted of a removed experiment goes with it, and nothing else`() throws {
        let tip = try lab.tip("one", in: lab.path)
        for name in ["EXEC_APPLY", "EXEC_HEAD"] {
            let target = name == "EXEC_APPLY" ? tip : "HEAD"
            try world.git("update-ref", "refs/exps/exec/\(name)", target)
        }
        try lab.exp("remove", "two").checked()
        #expect(try lab.refs(of: lab.path).contains("exec/EXEC_APPLY"))
        try lab.exp("remove", "one").checked()
        #expect(try !lab.refs(of: lab.path).contains("exec/EXEC_APPLY"))
        #expect(try lab.refs(of: lab.path).contains("exec/EXEC_HEAD"))
    }

    @Test func `on a remote, and what the server refuses stays and is said`() throws {
        try publish()
        try world.sandbox.write(
            Array("#!/bin/sh\ncase $1 in */two) echo keep it >&2; exit 1;; esac\n".utf8),
            to: world.bare.appending("hooks/update"))
        try world.sandbox.run("chmod", "+x", "\(world.bare)/hooks/update").checked()
        let result = try lab.exp("remove", "-g", "origin", "one", "two")
        #expect(result.status == 255)
        #expect(result.output == "Removed experiments: 'one'\n")
        #expect(result.errorOutput.contains("remote: keep it"))
        #expect(result.errorOutput.contains("error: Git remote 'origin' did not take"))
        #expect(try lab.names() == ["three", "two"])
        #expect(try lab.names(in: lab.path).count == 3)
        let unknown = try lab.exp("remove", "-g", "origin", "one")
        #expect(unknown.errorOutput.contains("experiment 'one' does not exist in 'origin'"))
        #expect(unknown.status == 255)
        #expect(
            try lab.exp("remove", "-g", world.bare.string, "-A", "--keep").checked().output
                == "No experiments to remove.\n")
    }

    // MARK: rename

    @Test func `an experiment is renamed, and replaces another only by force`() throws {
        let tip = try lab.tip("one", in: lab.path)
        #expect(
            try lab.exp("rename", "one", "first").checked().output
                == "Renamed experiments: 'one'\n")
        #expect(try lab.tip("first", in: lab.path) == tip)
        let refused = try lab.exp("rename", "first", "two")
        #expect(refused.status == 255)
        #expect(refused.errorOutput.contains("error: experiment 'two' exists already"))
        try lab.exp("rename", "-f", lab.ref("first"), "two").checked()
        #expect(try lab.tip("two", in: lab.path) == tip)
        #expect(try lab.names(in: lab.path) == ["three", "two"])
        #expect(
            try lab.exp("rename", "two", "two").checked().output == "No experiments to rename.\n")
    }

    @Test(arguments: ["a/b", "a..b", "-x", "a b", "x.lock", "", "a\nb", "@{1}", "\u{1b}[31m"])
    func `a name that is none is refused`(name: String) throws {
        let result = try world.git(["dvc", "exp", "rename", "one", "--", name])
        #expect(result.status != 0)
        #expect(!result.errorOutput.contains("\u{1b}"))
        #expect(try lab.names(in: lab.path) == ["one", "three", "two"])
        // A branch may have slashes.
        let other = name.replacing("/", with: "~")
        let branch = try world.git(["dvc", "exp", "branch", "one", "--", other])
        #expect(branch.status != 0)
        #expect(try world.git("branch", "--list").output == "* main\n")
    }

    @Test func `on a remote the new name comes before the old one goes`() throws {
        try publish()
        // Not from the repository that made it.
        let clone = try lab.clone()
        try lab.exp("rename", "-g", "origin", "one", "first", in: clone).checked()
        #expect(try lab.names() == ["first", "three", "two"])
        #expect(try lab.names(in: clone) == [])
        #expect(try lab.exp("rename", "-g", "origin", "first", "two").status == 255)
        try lab.exp("rename", "-f", "-g", "origin", "first", "two").checked()
        #expect(try lab.names() == ["three", "two"])
        #expect(try lab.tip("two") == lab.tip("one", in: lab.path))
    }

    // MARK: branch

    @Test func `a branch ends with the experiment's last commit`() throws {
        try lab.makeExperiment("long", "a", "b")
        let result = try lab.exp("branch", "long", "feature/x").checked()
        #expect(
            result.output == """
                Git branch 'feature/x' has been created from experiment 'long'.
                To switch to the new branch run:

                \tgit checkout feature/x

                """)
        let tip = try lab.tip("long", in: lab.path)
        #expect(try world.sandbox.gitLine("rev-parse", "feature/x", in: lab.path) == tip)
        // By one of its commits.
        try lab.exp("branch", "\(tip)~1").checked()
        #expect(try world.sandbox.gitLine("rev-parse", "long-branch", in: lab.path) == tip)
        let again = try lab.exp("branch", "long")
        #expect(again.status == 255)
        #expect(again.errorOutput.contains("Git branch 'long-branch' already exists"))
        for word in ["HEAD", "main", "nowhere", "-x"] {
            #expect(try world.git(["dvc", "exp", "branch", "--", word, "y"]).status == 255)
        }
    }

    @Test func `two experiments with one commit are told apart by name`() throws {
        try world.git("update-ref", lab.ref("twin"), lab.ref("one"))
        try lab.exp("branch", "twin", "t").checked()
        let tip = try lab.tip("one", in: lab.path)
        #expect(try lab.exp("branch", "twin").checked().output.contains("'twin-branch'"))
        #expect(try lab.exp("branch", tip, "z").status == 0)
    }
}
