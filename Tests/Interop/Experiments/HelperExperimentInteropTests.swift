import Basics
import TestSupport
import Testing

/// Experiments of real DVC that the remote helper carried, read by real DVC.
@Suite struct HelperExperimentInteropTests {
    @Test func `DVC pulls, applies and goes on with what followed a push`() throws {
        let lab = try ExperimentProject()
        try lab.ours("install", "-q").checked()
        try lab.sandbox.write(Array("even more\n".utf8), to: lab.path.appending("notes.txt"))
        try lab.sandbox.commitAll("third", in: lab.path)
        let push = try lab.sandbox.run("git", "push", "-o", "dvc.exps=follow", in: lab.path)
            .checked()
        #expect(push.errorOutput.contains("To dvc::../bare.git"))
        #expect(push.errorOutput.contains("Pushed experiments "))
        let clone = try lab.clone("theirs")
        // The cache of the project must not help.
        try lab.sandbox.run("mv", lab.path.string, "\(lab.path)-away").checked()
        try lab.theirs("exp", "pull", "origin", "exp-a", in: clone).checked()
        try lab.theirs("exp", "apply", "exp-a", in: clone).checked()
        #expect(try lab.content("out/model", in: clone) == "lr: 2\n")
        let run = try lab.theirs("exp", "run", "--name", "again", in: clone).checked()
        #expect(run.output.contains("Stage 'train' didn't change, skipping"))
        let names = try lab.theirs("exp", "list", "origin", "-A", "--name-only", in: clone)
            .checked().output
        #expect(names.contains("exp-b") && names.contains("older"))
    }
}
