import Basics
import TestSupport
import Testing

/// `exp remove`, `rename` and `branch` beside real DVC: the same project twice, the same commands.
@Suite struct ExperimentCommandTests {
    private let mine: ExperimentProject
    private let theirs: ExperimentProject

    init() throws {
        mine = try ExperimentProject()
        theirs = try ExperimentProject()
        for lab in [mine, theirs] {
            try lab.sandbox.git("push", "-q", "origin", "refs/exps/*:refs/exps/*", in: lab.path)
        }
    }

    private func refs(of lab: ExperimentProject, in directory: FilePath) throws -> [String] {
        try lab.sandbox.git(
            "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps", "refs/heads",
            in: directory
        ).outputLines.map { line in
            // A stash knows when it was made.
            line.hasSuffix(" refs/exps/apply/stash") ? "refs/exps/apply/stash" : line
        }
    }

    /// Runs a command with both and compares what they print, how they end and what refs they leave.
    private func compare(_ arguments: [String]) throws {
        let ours = try mine.sandbox.start("git", ["dvc", "exp"] + arguments, in: mine.path).wait()
        let other = try theirs.sandbox.start(
            Sandbox.realDVC(), ["exp"] + arguments, in: theirs.path
        ).wait()
        #expect(ours.status == other.status, "\(arguments): \(ours) \(other)")
        #expect(words(ours.output) == words(other.output), "\(arguments)")
        #expect(ours.errorOutput.isEmpty == other.errorOutput.isEmpty, "\(arguments)")
        for (one, other) in [(mine.path, theirs.path), (mine.bare, theirs.bare)] {
            #expect(try refs(of: mine, in: one) == refs(of: theirs, in: other), "\(arguments)")
        }
    }

    /// The words of a text, sorted: in which order DVC names experiments is by chance.
    private func words(_ text: String) -> [Substring] {
        text.split { " ,\n".contains($0) }.sorted()
    }

    @Test func `remove`() throws {
        try compare(["remove"])
        try compare(["remove", "nowhere", "never"])
        try compare(["remove", "exp-a", "-A"])
        try compare(["remove", "-g", "origin", "nowhere"])
        try compare(["remove", "-g", "origin", "exp-a"])
        try compare(["remove", "exp-a"])
        try compare(["remove", "--keep", "older"])
        try compare(["remove", "--rev", "HEAD~1"])
        try compare(["rm", "-A"])
    }

    @Test func `rename and branch`() throws {
        try compare(["rename", "exp-a"])
        try compare(["rename", "nowhere", "x"])
        try compare(["rename", "exp-a", "exp-b"])
        try compare(["rename", "exp-a", "a..b"])
        try compare(["rename", "exp-a", "fresh"])
        try compare(["rename", "-f", "fresh", "exp-b"])
        try compare(["branch", "exp-b"])
        try compare(["branch", "exp-b"])
        try compare(["branch", "older", "feature/x"])
        try compare(["branch", "nowhere"])
    }

    @Test func `apply leaves what DVC leaves, and DVC goes on from there`() throws {
        try compare(["apply", "exp-a"])
        #expect(try files(of: mine) == files(of: theirs))
        for lab in [mine, theirs] {
            try lab.sandbox.write(Array("changed\n".utf8), to: lab.path.appending("notes.txt"))
            try lab.sandbox.write(Array("new\n".utf8), to: lab.path.appending("untracked.txt"))
        }
        try mine.ours("exp", "apply", "exp-b").checked()
        try theirs.theirs("exp", "apply", "exp-b").checked()
        #expect(try files(of: mine) == files(of: theirs))
        let stash = "refs/exps/apply/stash"
        #expect(
            try mine.sandbox.git("show", "\(stash):notes.txt", in: mine.path).output
                == theirs.sandbox.git("show", "\(stash):notes.txt", in: theirs.path).output)
        try compare(["apply", "nowhere"])
        #expect(
            try mine.theirs("status").checked().output
                == "Data and pipelines are up to date.\n")
        let run = try mine.theirs("exp", "run", "--name", "again").checked()
        #expect(run.output.contains("Stage 'train' didn't change, skipping"))
        // DVC finds what was applied by us, and replaces it.
        try mine.theirs("exp", "apply", "exp-a").checked()
        #expect(try mine.content("out/model", in: mine.path) == "lr: 2\n")
    }

    /// What lies in the working copy, and what Git says of it.
    private func files(of lab: ExperimentProject) throws -> [String] {
        let names = ["params.yaml", "metrics.json", "dvc.lock", "out/model", "notes.txt"]
        return try names.map { try lab.content($0, in: lab.path) }
            + lab.sandbox.git("status", "--porcelain", in: lab.path).outputLines
    }
}
