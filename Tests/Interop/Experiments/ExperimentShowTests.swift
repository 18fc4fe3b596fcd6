import Basics
import TestSupport
import Testing

/// `exp show` beside real DVC: every byte of CSV, Markdown, JSON and the table.
@Suite struct ExperimentShowTests {
    let lab: ExperimentProject

    init() throws { lab = try ExperimentProject() }

    private func compare(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let ours = try lab.sandbox.start(
            "git", ["dvc", "exp", "show"] + arguments, in: lab.path
        ).wait()
        let theirs = try lab.sandbox.start(
            Sandbox.realDVC(), ["exp", "show"] + arguments, in: lab.path
        ).wait()
        #expect(ours.status == theirs.status, "\(arguments)", sourceLocation: sourceLocation)
        #expect(ours.output == theirs.output, "\(arguments)", sourceLocation: sourceLocation)
    }

    @Test func `the options, in every format`() throws {
        try lab.sandbox.git("tag", "-a", "-m", "v1", "v1", "HEAD~1", in: lab.path)
        try compare("--csv", "-n", "2")
        try compare("--md", "-A")
        try compare("--json", "-n", "-1")
        try compare()
        try compare("--only-changed", "--sort-by", "acc", "--sort-order", "desc")
        try compare("--csv", "--sha", "-a", "-T")
        try compare("--md", "--drop", "acc|tr", "--hide-workspace")
        try compare("--csv", "--only-changed", "--keep", "train")
        try compare("--csv", "--rev", "exp-a")
        try compare("--csv", "--rev", "nowhere")
        try compare("--csv", "--sort-by", "nothing")
        #expect(try lab.ours("exp", "show", "--csv", "--sort-order", "up").status == 254)
    }

    @Test func `values and files of every kind`() throws {
        let path = lab.path
        func write(_ text: String, _ name: String) throws {
            try lab.sandbox.write(Array(text.utf8), to: path.appending(name))
        }
        try write(
            """
            params:
            - more.toml
            - other/settings.json
            metrics:
            - scores.yaml
            - lost.json
            stages:
              train:
                cmd: sh train.sh
                deps:
                - train.sh
                params:
                - lr
                - typed.py:
                  - net.depth
                outs:
                - out
                metrics:
                - metrics.json:
                    cache: false
              later:
                cmd: echo
                deps:
                - out
                outs:
                - plain.txt

            """, "dvc.yaml")
        try write("class net:\n    depth = 3\n    name = 'x'\n", "typed.py")
        try write(
            "a = 1.0\nb = [1, 2.5, 'x']\n[deep]\nc = true\nd = 'semi;\"quote\", comma'\n",
            "more.toml"
        )
        try write(
            "{\"lr\": 7, \"none\": null, \"big\": 123456789012345678901234567890, \"é\": \"ü—\", "
                + "\"list\": [{\"a\": 0.123456789}], \"empty\": {}}", "other/settings.json")
        try write(
            "acc: 0.1\nsmall: 0.00000012345678\nlarge: 123456789.5\nwhole: 3.0\nlist: [1]\n"
                + "text: 'two words'\nflag: true\n1: one\n", "scores.yaml")
        try lab.theirs("add", "--quiet", "notes-data", in: try withData(path)).checked()
        try lab.sandbox.commitAll("third", in: path)
        for format in ["--csv", "--md"] { try compare(format, "-n", "2") }
        // In which order DVC finds the files of the working copy is by chance.
        try compare("--json", "-n", "2", "--hide-workspace")
        try compare("--csv", "--precision", "3", "--sort-by", "more.toml:a")
        // What cannot be read is one row's affair.
        try write("stages: [", "dvc.yaml")
        try compare("--csv", "-n", "2")
    }

    private func withData(_ path: FilePath) throws -> FilePath {
        try lab.sandbox.write(Array("data".utf8), to: path.appending("notes-data"))
        return path
    }

    @Test func `what a fetch brought of a remote is shown without it`() throws {
        let clone = try lab.clone("clone")
        let refused = try lab.ours("exp", "show", "origin", in: clone)
        #expect(refused.status == 1)
        #expect(refused.errorOutput.contains("hint: 'git dvc exp list --all-commits origin'"))
        try lab.ours("exp", "push", "--no-cache", "-A", "origin").checked()
        try lab.sandbox.git(
            "fetch", "-q", "origin", "+refs/exps/*:refs/dvc/origin/exps/*", in: clone)
        try lab.sandbox.run("mv", lab.bare.string, "\(lab.bare)-away").checked()
        let table = try lab.ours(
            "exp", "show", "origin", "--csv", "--hide-workspace", "-n", "2", in: clone
        ).checked().output
        let own = try lab.ours("exp", "show", "--csv", "--hide-workspace", "-n", "2").checked()
        #expect(table == own.output)
        #expect(table.contains("exp-a") && table.contains("older"))
        #expect(try lab.ours("exp", "show", "--csv", in: clone).output.contains("exp-a") == false)
    }
}
