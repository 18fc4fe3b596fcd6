import Basics
import TestSupport
import Testing

/// Two changes of the experiments of a Git remote at once.
@Suite struct ExperimentRaceTests {
    let lab: ExperimentWorld
    var world: PushWorld { lab.world }

    init() throws { lab = try ExperimentWorld() }

    /// Has somebody else set refs between the server's list and what it does with the push: to what is pushed,
    /// or those whose names end with `other` to another commit.
    private func race(other: String) throws {
        let script = """
            #!/bin/sh
            unset GIT_QUARANTINE_PATH
            new=$3
            case $1 in *\(other)) new=\(lab.head) ;; esac
            [ "$3" = \(String(repeating: "0", count: 40)) ] && exec git update-ref -d "$1"
            exec git update-ref "$1" "$new"
            """
        try world.sandbox.write(
            Array(script.utf8), to: world.bare.appending("hooks/update"), mode: 0o755)
    }

    @Test func `whoever loses a race against the same push is up to date`() throws {
        for name in ["one", "two"] { try lab.makeExperiment(name, name) }
        try race(other: "none")
        let lost = try lab.exp("push", "origin").checked()
        #expect(
            lost.output == """
                Experiment one and two are up to date on Git remote 'origin'.
                2 files uploaded

                """)
        #expect(lost.errorOutput == "")
        #expect(try lab.tip("one") == lab.tip("one", in: lab.path))
        // By force as well.
        try lab.makeExperiment("one", "anew")
        #expect(
            try lab.exp("push", "--force", "origin", "one").checked().output
                == "Experiment one is up to date on Git remote 'origin'.\n1 file uploaded\n")
        #expect(
            try lab.exp("remove", "-g", "origin", "one").checked().output
                == "Removed experiments: 'one'\n")
        #expect(try lab.names() == ["two"])
    }

    @Test func `whoever loses a race against another push is told of what he lost`() throws {
        for name in ["one", "two"] { try lab.makeExperiment(name, name) }
        try race(other: "two")
        let lost = try lab.exp("push", "origin")
        #expect(lost.status == 255)
        #expect(lost.output.hasPrefix("Experiment one is up to date on Git remote 'origin'.\n"))
        #expect(
            lost.errorOutput.contains("error: Git remote 'origin' did not take experiment 'two': "))
        #expect(!lost.errorOutput.contains("experiment 'one'"))
        #expect(try lab.tip("two") == lab.head)
    }
}
