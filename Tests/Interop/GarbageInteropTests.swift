import Basics
import TestSupport
import Testing

/// `git dvc gc` with DVC's own selections beside real `dvc gc`.
@Suite struct GarbageInteropTests {
    private let twins: TwinRepositories
    private var sandbox: Sandbox { twins.sandbox }

    /// Five states of a directory and a file: on a tag, on a branch, in the history, as an experiment,
    /// in the working copy; and one that is nowhere.
    init() throws {
        let sandbox = try Sandbox(inMemory: true)
        let pair = try ["dvc", "our"].map {
            try DVCRepository(in: sandbox, "twins/\($0)", storage: nil)
        }
        twins = TwinRepositories(in: sandbox, theirs: pair[0].path, ours: pair[1].path)
        let reset = "git reset -q --hard HEAD~1"
        let experiment = """
            base=$(git rev-parse HEAD~1); name=refs/exps/$(echo $base | cut -c1-2)
            git update-ref $name/$(echo $base | cut -c3-)/exp HEAD; \(reset)
            """
        for (content, after) in [
            ("tagged", "git tag v1"), ("branched", "git branch other"), ("historic", "true"),
            ("head", "true"), ("an experiment", experiment), ("nowhere", reset),
            ("current", "true"),
        ] {
            for repository in pair {
                try repository.add(content, as: "file")
                try repository.addDirectory(
                    "data", ["x": "\(content) member", "sub/y": "always"])
                if content != "current" { try sandbox.commitAll(content, in: repository.path) }
            }
            try twins.shell(after)
        }
    }

    @Test func `a selection keeps what DVC keeps, and a dry run says the same`() throws {
        try twins.shell("cp -a .dvc/cache ../$(basename $PWD)-cache")
        for selection in [
            ["-A"], ["-a"], ["-aT"], ["--rev", "HEAD~1", "-n", "2"], ["-a", "-n", "2"],
            ["--all-experiments", "-T"], ["-w"],
        ] {
            try twins.shell("rm -rf .dvc/cache && cp -a ../$(basename $PWD)-cache .dvc/cache")
            // DVC first: what was copied within some milliseconds is too new for ours to remove.
            let theirs = try sandbox.start(
                Sandbox.realDVC(), ["gc", "-f"] + selection, in: twins.theirs
            ).wait()
            let plan = try sandbox.start(
                "git", ["dvc", "gc", "--dry"] + selection, in: twins.ours
            ).wait()
            #expect(plan.status == 0, "\(plan)")
            let before = try FileTree(twins.ours.appending(".dvc/cache")).contents.count
            let ours = try sandbox.start(
                "git", ["dvc", "gc", "-f"] + selection, in: twins.ours
            ).wait()
            #expect(theirs.status == 0 && ours.status == 0, "\(theirs) \(ours)")
            #expect(try twins.differences() == [], "\(selection)")
            let after = try FileTree(twins.ours.appending(".dvc/cache")).contents.count
            let announced = plan.outputLines.count { $0.hasPrefix("would remove files/md5/") }
            #expect(announced == before - after, "\(selection): \(plan)")
            #expect(before - after > 0, "\(selection)")
        }
        // What is left is whole for DVC.
        let theirs = try sandbox.start(Sandbox.realDVC(), ["status"], in: twins.ours).wait()
        #expect(theirs.output == "Data and pipelines are up to date.\n", "\(theirs)")
        // A mistake is one to both.
        let results = try twins.run("gc", "-n", "2", "-w")
        #expect(results.theirs.status != 0 && results.ours.status != 0, "\(results)")
        #expect(try twins.differences() == [])
    }

    @Test func `a directory that a stage reads, whose list nobody has, is no obstacle`()
        throws
    {
        try twins.write("code", "src/main")
        try twins.write(
            "stages:\n  a:\n    cmd: cp src/main out\n    deps: [src]\n    outs: [out]\n",
            "dvc.yaml")
        try twins.change {
            try sandbox.dvc("repro", "--quiet", "a", in: $0)
            try sandbox.commitAll("a stage", in: $0)
        }
        let theirs = try sandbox.start(Sandbox.realDVC(), ["gc", "-A", "-f"], in: twins.theirs)
            .wait()
        let ours = try sandbox.start(
            "git", ["dvc", "gc", "--expire", "now"], in: twins.ours
        ).wait()
        #expect(theirs.status == 0 && ours.status == 0, "\(theirs) \(ours)")
        try sandbox.run("rm", "out", in: twins.ours).checked()
        let found = try sandbox.run("git", "dvc", "checkout", in: twins.ours)
        #expect(found.output == "A\tout\n", "\(found)")
    }
}
