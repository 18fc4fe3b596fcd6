import Basics
import TestSupport
import Testing

/// Experiments that go back and forth between real DVC and ours.
@Suite struct ExperimentTests {
    let lab: ExperimentProject

    init() throws { lab = try ExperimentProject() }

    @Test(arguments: [
        ["list"], ["list", "-A"], ["list", "--all-commits", "--name-only"], ["ls", "--names-only"],
        ["list", "--sha-only"], ["list", "--rev", "HEAD~1"], ["list", "-n", "2"],
        ["list", "-n", "-1"], ["list", "-n", "0"], ["list", "--rev", "no-such"],
        ["list", "--rev", "exp-a"], ["list", "-A", "origin"], ["list", "origin", "--all"],
        ["list", "no-such-remote"], ["list", "origin", "--sha-only"],
    ])
    func `list says what DVC says`(arguments: [String]) throws {
        try lab.sandbox.git("tag", "-a", "-m", "v1", "v1", "HEAD~1", in: lab.path)
        try lab.sandbox.git("push", "-q", "origin", "refs/exps/*:refs/exps/*", in: lab.path)
        let theirs = try lab.sandbox.start(
            Sandbox.realDVC(), ["exp"] + arguments, in: lab.path
        ).wait()
        let ours = try lab.sandbox.start("git", ["dvc", "exp"] + arguments, in: lab.path).wait()
        #expect(ours.status == theirs.status)
        // The order of baselines is by chance in DVC.
        #expect(groups(ours.output) == groups(theirs.output))
        #expect(theirs.output.contains("[exp-a]") == ours.output.contains("[exp-a]"))
    }

    /// Each baseline with its experiments, sorted.
    private func groups(_ text: String) -> [[Substring]] {
        var groups: [[Substring]] = []
        for line in text.split(separator: "\n") {
            if !line.hasPrefix("\t") || groups.isEmpty { groups.append([]) }
            groups[groups.count - 1].append(line)
        }
        return groups.map { $0.prefix(1) + $0.dropFirst().sorted() }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func `DVC reads and goes on with what we push`() throws {
        try lab.ours("exp", "push", "origin", "-A").checked()
        let clone = try lab.clone("theirs")
        // The cache of the project must not help.
        try lab.sandbox.run("mv", lab.path.string, "\(lab.path)-away").checked()
        try lab.theirs("exp", "pull", "origin", "exp-a", in: clone).checked()
        try lab.theirs("exp", "apply", "exp-a", in: clone).checked()
        #expect(try lab.content("out/model", in: clone) == "lr: 2\n")
        let run = try lab.theirs("exp", "run", "--name", "again", in: clone).checked()
        #expect(run.output.contains("Stage 'train' didn't change, skipping"))
        // DVC's `exp show` reads the metrics of all that it has.
        let table = try lab.theirs("exp", "show", "--csv", in: clone).checked().output
        #expect(table.contains("exp-a"))
        try lab.theirs("exp", "pull", "origin", "-A", in: clone).checked()
        let names = try lab.theirs("exp", "list", "-A", "--name-only", in: clone).output
        #expect(names.contains("older"))
    }

    @Test func `we read what DVC pushes, and DVC goes on with what we pulled`() throws {
        try lab.theirs("exp", "push", "origin", "exp-a", "exp-b").checked()
        let clone = try lab.clone("ours")
        try lab.sandbox.run("mv", lab.path.string, "\(lab.path)-away").checked()
        // What a colleague does who was only told of the branch.
        #expect(
            try lab.ours("exp", "pull", "origin", in: clone).checked().output
                == "Pulled experiment exp-a and exp-b from Git remote 'origin'.\n")
        // From here on no remote is needed.
        try lab.sandbox.run("mv", lab.storage.string, "\(lab.storage)-away").checked()
        try lab.theirs("exp", "apply", "exp-b", in: clone).checked()
        #expect(try lab.content("out/model", in: clone) == "lr: 3\n")
        let run = try lab.theirs("exp", "run", "-S", "lr=4", in: clone).checked()
        #expect(run.output.contains("Ran experiment(s)"))
    }

    @Test func `both compare refs alike`() throws {
        try lab.ours("exp", "push", "origin", "-A").checked()
        let theirs = try lab.theirs("exp", "push", "origin").checked()
        #expect(theirs.output.contains(" are up to date on Git remote 'origin'."))
        let clone = try lab.clone("clone")
        try lab.ours("exp", "pull", "origin", "-A", in: clone).checked()
        let ref = try lab.sandbox.gitLine(
            "for-each-ref", "--format=%(refname)", "refs/exps/*/*/exp-a", in: clone)
        try lab.sandbox.git(
            "commit", "-q", "--allow-empty", "-m", "other", in: clone)
        try lab.sandbox.git("update-ref", ref, "HEAD", in: clone)
        for command in ["push", "pull"] {
            let theirs = try lab.theirs("exp", command, "origin", "exp-a", in: clone)
            let ours = try lab.ours("exp", command, "origin", "exp-a", in: clone)
            #expect(theirs.status == 0 && ours.status == 0)
            #expect(ours.output == theirs.output)
            #expect(ours.errorOutput.contains("has diverged from remote experiment with the same"))
        }
    }

    @Test func `the cache of another project serves as the remote of a dedicated directory`() throws
    {
        // The walk of the documents: git clone ~/p ~/e; dvc remote add --local --default storage
        // ~/p/.dvc/cache; dvc exp pull; dvc exp apply.
        let directory = lab.sandbox.path("lab/e")
        try lab.sandbox.git(
            "clone", "-q", lab.path.string, directory.string, in: lab.sandbox.root)
        try lab.ours(
            "remote", "add", "--local", "--default", "storage", "\(lab.path)/.dvc/cache",
            in: directory
        ).checked()
        try lab.sandbox.run("mv", lab.storage.string, "\(lab.storage)-away").checked()
        let names = try lab.ours("exp", "list", "origin", "--all", "--names-only", in: directory)
            .checked().outputLines
        #expect(names.sorted() == ["exp-a", "exp-b", "older"])
        for name in names { try lab.ours("exp", "pull", "origin", name, in: directory).checked() }
        try lab.ours("exp", "apply", "older", in: directory).checked()
        #expect(try lab.content("out/model", in: directory) == "lr: 9\n")
    }

    @Test func `a colleague pulls without a name, compares, applies one and goes on with DVC`()
        throws
    {
        try lab.ours("exp", "push", "origin").checked()
        let clone = try lab.clone("colleague")
        try lab.sandbox.run("mv", lab.path.string, "\(lab.path)-away").checked()
        try lab.ours("exp", "pull", "origin", in: clone).checked()
        let table = try lab.ours(
            "exp", "show", "--csv", "--sort-by", "acc", "--sort-order", "desc", in: clone
        ).checked().output
        #expect(table.contains("exp-a") && table.contains("exp-b"))
        try lab.ours("exp", "apply", "exp-b", in: clone).checked()
        #expect(try lab.content("out/model", in: clone) == "lr: 3\n")
        #expect(
            try lab.theirs("status", in: clone).checked().output
                == "Data and pipelines are up to date.\n")
        let run = try lab.theirs("exp", "run", "-S", "lr=4", in: clone).checked()
        #expect(run.output.contains("Ran experiment(s)"))
        #expect(try lab.content("out/model", in: clone) == "lr: 4\n")
    }
}
