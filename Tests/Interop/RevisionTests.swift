import Basics
import TestSupport
import Testing

/// `-a`, `-T`, `-A`, with and without targets: dvc-compat 4.5.
@Suite struct RevisionTests {
    @Test(arguments: [
        TargetCase(count: 7),
        TargetCase("-a", count: 13),
        TargetCase("-T", count: 10),
        TargetCase("-A", count: 15),
        TargetCase("-aT", count: 14),
        TargetCase("-a", "-T", "-A", count: 15),
        TargetCase("--all-b", in: "sub", count: 13),
        TargetCase("-a", "a", count: 3),
        TargetCase("-A", "a", count: 4),
        TargetCase("-A", "onlyside", count: 1),
        TargetCase("-A", "onlyside.dvc", count: 1),
        TargetCase("-a", "nope", count: 0, status: 1),
        TargetCase("-T", "data", count: 3),
        TargetCase("-A", "s", count: 2),
        TargetCase("-A", "o1", count: 1),
        TargetCase("-A", "b", in: "sub", count: 2),
        TargetCase("-A", "-R", "sub", count: 2),
        TargetCase("-A", "-r", "other", count: 15),
        TargetCase("-T", "a.dvc", "sub/b.dvc", count: 5),
    ])
    func `the same revisions are pushed`(selection: TargetCase) throws {
        let comparison = try PushComparison.withRevisions()
        let theirs = try comparison.push(by: .dvc, selection.arguments, in: selection.directory)
        #expect(theirs.result.status == selection.status, "\(theirs.result)")
        #expect(theirs.objects.files.count == selection.count, "\(theirs.objects.files)")
        let ours = try comparison.push(by: .gitDVC, selection.arguments, in: selection.directory)
        #expect(ours.result.status == selection.status, "\(ours.result)")
        #expect(
            ours.objects.contents == theirs.objects.contents,
            "\(ours.objects.files) and not \(theirs.objects.files)")
        let again = try comparison.sandbox.start(
            "git", ["dvc", "push"] + selection.arguments,
            in: comparison.path.appending(selection.directory)
        ).wait()
        #expect(again.status == selection.status)
        if selection.status == 0 { #expect(again.output == "Everything is up to date.\n") }
    }

    @Test func `a broken commit is a warning, and the rest of it is pushed`() throws {
        let comparison = try PushComparison.withRevisions()
        let git = comparison.sandbox
        try git.git("checkout", "--quiet", "-b", "broken", in: comparison.path)
        try comparison.write("outs: [\n", to: "bad.dvc")
        try comparison.writeMetafile("good", comparison.store("good"))
        try git.commitAll("broken", in: comparison.path)
        try git.git("checkout", "--quiet", "main", in: comparison.path)
        let theirs = try comparison.push(by: .dvc, ["-a"])
        let ours = try comparison.push(by: .gitDVC, ["-a"])
        #expect(theirs.result.succeeded && ours.result.succeeded)
        #expect(ours.result.errorOutput.contains("warning: bad.dvc:2:1 (commit "), "\(ours.result)")
        // What that branch has and the others do not: `good`, and `new`, which went into its commit.
        #expect(ours.objects.files.count == theirs.objects.files.count + 2)
    }

    @Test func `a target that only some revisions have keeps the others back nowhere`() throws {
        let comparison = try PushComparison.withRevisions()
        // DVC passes over every revision in which one of the targets is missing.
        let theirs = try comparison.push(by: .dvc, ["-A", "a", "onlyside"])
        #expect(theirs.objects.files.count == 3, "\(theirs.objects.files)")
        let ours = try comparison.push(by: .gitDVC, ["-A", "a", "onlyside"])
        #expect(ours.result.succeeded)
        #expect(ours.objects.files.count == 5)
    }

    @Test func `a tag of a file does not stop the others`() throws {
        let comparison = try PushComparison.withRevisions()
        let blob = try comparison.sandbox.gitLine("hash-object", "-w", "a.dvc", in: comparison.path)
        try comparison.sandbox.git("tag", "of-a-file", blob, in: comparison.path)
        #expect(try comparison.push(by: .dvc, ["-T"]).result.status == 1)
        let ours = try comparison.push(by: .gitDVC, ["-T"])
        #expect(ours.result.succeeded)
        #expect(ours.objects.files.count == 10)
    }

    @Test func `a commit from before the remote was set up is pushed where the workspace says`()
        throws
    {
        let comparison = try PushComparison()
        let config = try readFile(comparison.path.appending(".dvc/config"))
        try comparison.write("", to: ".dvc/config")
        try comparison.writeMetafile("a", comparison.store("before"))
        try comparison.sandbox.commitAll("before", in: comparison.path)
        try comparison.sandbox.write(config, to: comparison.path.appending(".dvc/config"))
        try comparison.writeMetafile("a", comparison.store("after"))
        try comparison.sandbox.commitAll("after", in: comparison.path)
        #expect(try comparison.push(by: .dvc, ["-A"]).objects.files.count == 1)
        #expect(try comparison.push(by: .gitDVC, ["-A"]).objects.files.count == 2)
    }

    @Test func `commits of DVC 1 are pushed, which DVC cannot read any more`() throws {
        let comparison = try PushComparison()
        let oid = try comparison.store("old model", legacy: true)
        try comparison.write("stages:\n  t: {cmd: x, outs: [model]}\n", to: "dvc.yaml")
        try comparison.write(
            "t:\n  cmd: x\n  outs:\n  - path: model\n    md5: \(oid)\n", to: "dvc.lock")
        try comparison.write("cmd: x\nouts:\n- path: y\n", to: "Dvcfile")
        try comparison.writeMetafile("a", comparison.store("a"))
        try comparison.sandbox.commitAll("old", in: comparison.path)
        #expect(try comparison.push(by: .dvc, ["-a"]).result.status == 1)
        let ours = try comparison.push(by: .gitDVC, ["-a"])
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(ours.objects.files.count == 2)
        #expect(ours.result.errorOutput.contains("'Dvcfile' is a stage file of DVC 0.x"))
    }
}

extension PushComparison {
    /// A history with a merge, branches, tags, an experiment and a stash.
    static func withRevisions() throws -> PushComparison {
        let world = try PushComparison()
        func git(_ arguments: String...) throws {
            try world.sandbox.start("git", arguments, in: world.path).wait().checked()
        }
        func commit(_ message: String) throws {
            try world.sandbox.commitAll(message, in: world.path)
        }
        try world.writeMetafile("a", world.store("A1"))
        try world.writeMetafile("sub/b", world.store("B1"))
        try commit("one")
        try git("tag", "t1")
        try world.writeMetafile("a", world.store("A2"))
        try world.writeMetafile("data", world.storeDirectory(["x": "X1", "y": "Y"]))
        try commit("two")
        try git("branch", "old")
        try world.writeMetafile("a", world.store("A3"))
        try world.writeMetafile("data", world.storeDirectory(["x": "X2", "y": "Y"]))
        try world.write(
            "stages:\n  s:\n    cmd: x\n    deps: [a]\n    outs: ['${name}']\n", to: "dvc.yaml")
        try world.write("name: o1\n", to: "params.yaml")
        let locked = try ["o1", "o2"].map { name in
            "    - {path: \(name), hash: md5, md5: '\(try world.store(name))'}\n"
        }
        try world.write(
            "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n\(locked.joined())",
            to: "dvc.lock")
        try commit("three")
        // Only this says that the stage makes something else now.
        try world.write("name: o2\n", to: "params.yaml")
        try commit("four")
        try git("tag", "-a", "-m", "annotated", "t4")
        try git("checkout", "--quiet", "-b", "side", "t1")
        try world.writeMetafile("sub/b", world.store("B-side"))
        try world.writeMetafile("onlyside", world.store("SIDE"))
        try commit("side")
        try git("checkout", "--quiet", "main")
        try git("merge", "--quiet", "--no-edit", "side")
        try world.writeMetafile("a", world.store("A5"))
        try git("rm", "--quiet", "onlyside.dvc")
        try commit("five")
        // Not of the revisions that DVC means by all commits.
        try git("checkout", "--quiet", "--detach")
        try world.writeMetafile("exp", world.store("EXPERIMENT"))
        try commit("experiment")
        let baseline = String(repeating: "c", count: 38)
        try git("update-ref", "refs/exps/ab/\(baseline)/name", "HEAD")
        try git("checkout", "--quiet", "t1")
        try world.writeMetafile("stashed", world.store("STASHED"))
        try git("add", "--all")
        try git("stash", "--quiet")
        try git("checkout", "--quiet", "main")
        try world.writeMetafile("new", world.store("UNCOMMITTED"))
        return world
    }
}
