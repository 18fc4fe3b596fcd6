import Basics
import TestSupport
import Testing

/// `git dvc gc` with DVC's own selections beside real `dvc gc`.
@Suite struct GarbageInteropTests {
    private let twins: TwinRepositories
    private var sandbox: Sandbox { twins.sandbox }

    /// Four states of a directory and a file: on a tag, on a branch, in the history, in the working
    /// copy; and one that is nowhere.
    init() throws {
        twins = try TwinRepositories()
        for (content, after) in [
            ("tagged", "git tag v1"), ("branched", "git branch other"), ("historic", "true"),
            ("head", "true"), ("nowhere", "git reset -q --hard HEAD~1"), ("current", "true"),
        ] {
            try twins.write(content, "file")
            try twins.write(content + " member", "data/x")
            try twins.write("always", "data/sub/y")
            try twins.change {
                try sandbox.dvc("add", "--quiet", "data", "file", in: $0)
                if content != "current" { try sandbox.commitAll(content, in: $0) }
            }
            try twins.shell(after)
        }
    }

    @Test func `a selection keeps what DVC keeps`() throws {
        try twins.shell("cp -a .dvc/cache ../$(basename $PWD)-cache")
        for selection in [
            ["-A"], ["-a"], ["-aT"], ["--rev", "HEAD~1", "-n", "2"], ["-a", "-n", "2"], ["-w"],
        ] {
            try twins.shell("rm -rf .dvc/cache && cp -a ../$(basename $PWD)-cache .dvc/cache")
            let results = try twins.run(["gc", "-f"] + selection)
            #expect(results.both(0), "\(results)")
            #expect(try twins.differences() == [], "\(selection)")
        }
        // What is left is whole for DVC.
        let theirs = try sandbox.start(Sandbox.realDVC(), ["status"], in: twins.ours).wait()
        #expect(theirs.output == "Data and pipelines are up to date.\n", "\(theirs)")
    }

    @Test func `experiments, several selections at once, and a dry run`() throws {
        try twins.change {
            try sandbox.write(Array("an experiment".utf8), to: $0.appending("file"))
            try sandbox.dvc("add", "--quiet", "file", in: $0)
            try sandbox.dvc("exp", "save", "--name", "exp", in: $0)
            try sandbox.git("checkout", "-q", "file.dvc", in: $0)
        }
        #expect(try twins.run("gc", "--all-experiments", "--dry").both(0))
        let plan = try sandbox.run(
            "git", "dvc", "gc", "--all-experiments", "--dry-run", in: twins.ours)
        let dry = try sandbox.start(
            Sandbox.realDVC(), ["gc", "--all-experiments", "--dry"], in: twins.theirs
        ).wait()
        func objects(_ result: ProcessResult) -> Set<String> {
            let text = result.output + result.errorOutput
            return Set(
                text.replacing("\n", with: "").matches(
                    of: /files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?/
                )
                .map { String($0.output.0) })
        }
        #expect(objects(plan) == objects(dry) && !objects(plan).isEmpty, "\(plan) \(dry)")
        #expect(try twins.differences() == [])
        #expect(try twins.run("gc", "-f", "--all-experiments", "-T").both(0))
        #expect(try twins.differences() == [])
    }

    @Test func `mistakes have the same exit codes`() throws {
        for arguments in [["-n", "2", "-w"], ["-r", "x", "-w", "-f"]] {
            let results = try twins.run(["gc"] + arguments)
            #expect(results.theirs.status != 0 && results.ours.status != 0, "\(results)")
        }
        #expect(try twins.differences() == [])
    }
}
