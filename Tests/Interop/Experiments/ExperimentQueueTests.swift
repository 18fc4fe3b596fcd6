import Basics
import TestSupport
import Testing

/// `exp show` beside real DVC while experiments wait, run and fail: every byte of what it prints.
@Suite struct ExperimentQueueTests {
    let lab: ExperimentProject

    /// Whoever runs with `lr` = 99 says so, and waits to be let go; with 13 it fails.
    init() throws {
        lab = try ExperimentProject()
        let root = lab.sandbox.root
        try lab.sandbox.run("mkfifo", "begun", "go", in: root).checked()
        let script = try lab.content("train.sh", in: lab.path)
        try lab.sandbox.write(
            """
            lr=$(sed 's/lr: //' params.yaml)
            [ "$lr" != 13 ] || exit 3
            [ "$lr" != 99 ] || { echo >'\(root)/begun'; read -r line <'\(root)/go'; }
            \(script)
            """, to: "lab/project/train.sh")
        try lab.theirs("repro", "--quiet").checked()
        try lab.sandbox.commitAll("third", in: lab.path)
    }

    private func awaitBegin() throws {
        try lab.sandbox.run("cat", "begun", in: lab.sandbox.root).checked()
    }

    private func letGo() throws {
        try lab.sandbox.run("sh", "-c", "echo >go", in: lab.sandbox.root).checked()
    }

    private func compare(_ options: [String]...) throws {
        for options in options {
            let ours = try lab.sandbox.start(
                "git", ["dvc", "exp", "show"] + options, in: lab.path
            ).wait().checked()
            let theirs = try lab.sandbox.start(
                Sandbox.realDVC(), ["exp", "show"] + options, in: lab.path
            ).wait().checked()
            #expect(ours.output == theirs.output, "\(options)")
        }
    }

    /// Real DVC where what it starts finds it, too; it goes on beside others of its commands.
    private func start(_ words: String...) throws -> RunningProcess {
        let folder = FilePath(try Sandbox.realDVC()).parent
        return try lab.sandbox.start(
            folder.appending("python").string, ["-m", "dvc"] + words, in: lab.path,
            environment: ["PATH": "\(folder):\(lab.sandbox.path("bin")):/usr/bin:/bin"])
    }

    @Test func `experiments that wait, run, have failed or came of the queue`() throws {
        for (name, rate) in [("good", 5), ("bad", 13), ("slow", 99), ("last", 6)] {
            try lab.theirs(
                "exp", "run", "--quiet", "--queue", "--name", name, "-S", "lr=\(rate)"
            ).checked()
        }
        try lab.sandbox.git("checkout", "-q", ".", in: lab.path)
        try compare(
            ["--csv"], ["--md", "-n", "2"], ["--json", "--hide-workspace"], [],
            ["--csv", "--hide-queued"], ["--csv", "--sort-by", "lr"])
        #expect(try lab.ours("exp", "show", "--csv").output.contains("Queued,Dvc-task"))
        let worker = try start("exp", "queue-worker", "dvc-exp-test-1@localhost")
        try awaitBegin()
        try compare(
            ["--csv"], ["--json", "--hide-workspace"], ["--md", "--hide-failed"], [],
            ["--csv", "--hide-queued", "--hide-failed", "--only-changed"])
        let table = try lab.ours("exp", "show", "--csv").output
        for state in ["Running,Dvc-task", "Queued,Dvc-task", "Success,Dvc-task", "Failed,"] {
            #expect(table.contains(state), "\(table)")
        }
        try letGo()
        // It ends by itself when there was nothing to do for ten seconds.
        try worker.wait().checked()
        try compare(["--csv"], ["--json", "--hide-workspace"], ["--md", "--hide-failed"])
    }

    @Test(arguments: [["--temp"], []])
    func `one that runs beside the queue`(options: [String]) throws {
        let words = ["exp", "run", "--quiet", "--name", "slow", "-S", "lr=99"] + options
        let folder = FilePath(try Sandbox.realDVC()).parent
        let run = try lab.sandbox.start(
            folder.appending("python").string, ["-m", "dvc"] + words, in: lab.path)
        try awaitBegin()
        try compare(["--csv"], ["--json", "--hide-workspace"], ["--md"], [])
        #expect(try lab.ours("exp", "show", "--csv").output.contains(",Running,"))
        try letGo()
        try run.wait().checked()
        try compare(["--csv"])
        #expect(try !lab.ours("exp", "show", "--csv").output.contains(",Running,"))
    }
}
