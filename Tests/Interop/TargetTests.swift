import Basics
import TestSupport
import Testing

/// A command line, and how many objects it must bring to empty remotes.
struct TargetCase: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let directory: String
    let count: Int
    var status: Int32 = 0

    init(_ arguments: String..., in directory: String = "", count: Int, status: Int32 = 0) {
        self.arguments = arguments
        self.directory = directory
        self.count = count
        self.status = status
    }

    var testDescription: String { "\(directory)> push \(arguments.joined(separator: " "))" }
}

/// Targets, as DVC takes them: dvc-compat 3.7, 4.1, 4.4.
@Suite struct TargetTests {
    @Test(arguments: wordCases + memberCases + recursiveCases + dependencyCases + globCases)
    func `a target brings the same objects with the same exit code`(selection: TargetCase) throws {
        let comparison = try PushComparison.withTargets()
        let theirs = try comparison.push(by: .dvc, selection.arguments, in: selection.directory)
        #expect(theirs.result.status == selection.status, "\(theirs.result)")
        #expect(theirs.objects.files.count == selection.count, "\(theirs.objects.files)")
        let ours = try comparison.push(by: .gitDVC, selection.arguments, in: selection.directory)
        #expect(ours.result.status == selection.status, "\(ours.result)")
        #expect(
            ours.objects.contents == theirs.objects.contents,
            "\(ours.objects.files) and not \(theirs.objects.files)")
    }

    private static let wordCases = [
        TargetCase(count: 15),
        TargetCase("", count: 15),
        TargetCase("a", count: 1),
        TargetCase("./a", count: 1),
        TargetCase("a.dvc", count: 1),
        TargetCase("sub/b", count: 1),
        TargetCase("b", in: "sub", count: 1),
        TargetCase("../a", in: "sub", count: 1),
        TargetCase("../a.dvc", in: "sub", count: 1),
        // The stage, and with a slash the file, of which there is none here.
        TargetCase("a", in: "sub", count: 1),
        TargetCase("./a", in: "sub", count: 0, status: 1),
        TargetCase("dvc.yaml", count: 6),
        TargetCase("dvc.yaml:train", count: 1),
        TargetCase(":train", count: 1),
        TargetCase("train", count: 1),
        TargetCase("eval", count: 0),
        TargetCase("grp", count: 2),
        TargetCase("grp@q", count: 1),
        TargetCase("dvc.yaml:grp", count: 2),
        TargetCase("dvc.yaml:grp@p", count: 1),
        TargetCase("../dvc.yaml:prep", in: "sub", count: 2),
        TargetCase("s2", count: 0, status: 1),
        TargetCase("s2", in: "sub", count: 1),
        TargetCase("o2", in: "sub", count: 1),
        TargetCase("model", count: 1),
        TargetCase("m.json", count: 0),
        TargetCase("a", "sub/b", count: 2),
        TargetCase("a", "a.dvc", "./a", count: 1),
        TargetCase("a", "nope", count: 0, status: 1),
        TargetCase("nope", count: 0, status: 1),
        TargetCase("nope.dvc", count: 0, status: 1),
        TargetCase("dvc.yaml:nope", count: 0, status: 1),
        TargetCase("grp@none", count: 0, status: 1),
        TargetCase("dvc.lock", count: 0, status: 1),
        TargetCase("plain", count: 0, status: 1),
        TargetCase("../../x", in: "sub", count: 0, status: 1),
        TargetCase("--", "-a", count: 0, status: 1),
        TargetCase("-r", "other", "a", count: 1),
        TargetCase("-r", "nowhere", "a", count: 0, status: 1),
        TargetCase("--with", "train", count: 8),
        TargetCase("--all", count: 0, status: 254),
        TargetCase("-q", "-j", "0", "--no-run-cache", "a", count: 1),
    ]

    private static let memberCases = [
        TargetCase("data", count: 4),
        TargetCase("data/", count: 4),
        // The only member: then the list may go as well.
        TargetCase("feat/f1", count: 2),
    ]

    private static let recursiveCases = [
        TargetCase("-R", "sub", count: 4),
        TargetCase("-R", ".", count: 15),
        TargetCase("-R", ".", in: "sub", count: 4),
        TargetCase("-R", "..", in: "sub", count: 15),
        TargetCase("-R", "plain", count: 0),
        TargetCase("-R", "a", count: 1),
        TargetCase("-R", "nope", count: 0, status: 1),
    ]

    private static let dependencyCases = [
        TargetCase("-d", count: 15),
        TargetCase("-d", "train", count: 8),
        TargetCase("-d", "dvc.yaml:train", count: 8),
        TargetCase("-d", "prep", count: 7),
        // Depends on a directory in which outs are, and has none itself.
        TargetCase("-d", "eval", count: 12),
        TargetCase("-d", "dvc.yaml", count: 15),
        TargetCase("-d", "a.dvc", count: 1),
    ]

    private static let globCases = [
        TargetCase("--glob", "*.dvc", count: 5),
        TargetCase("--glob", "**/*.dvc", count: 7),
        TargetCase("--glob", "s*b/b*", count: 1),
        TargetCase("--glob", "a", count: 1),
        TargetCase("--glob", "data/*", count: 4),
        TargetCase("--glob", "*", count: 0, status: 1),
        TargetCase("--glob", "none*", count: 0, status: 1),
        TargetCase("--glob", count: 0, status: 1),
    ]

    // MARK: Where we differ

    @Test func `a member is uploaded, its list only with all others`() throws {
        let comparison = try PushComparison.withTargets()
        // DVC uploads the list, and then nobody looks for the other members any more.
        #expect(try comparison.push(by: .dvc, ["data/x"]).objects.files.count == 2)
        let ours = try comparison.push(by: .gitDVC, ["data/x"])
        #expect(ours.result.succeeded)
        #expect(ours.objects.files.count == 1)
        #expect(ours.result.errorOutput.contains("the list of 'data' stays off remote 'main'"))
        // With the rest of the members the list goes too.
        let second = try comparison.sandbox.start(
            "git", ["dvc", "push", "data/in"], in: comparison.path
        ).wait()
        #expect(second.succeeded, "\(second)")
        #expect(second.errorOutput == "")
        #expect(try FileTree(comparison.sandbox.path("remotes")).files.count == 4)
    }

    @Test(arguments: ["data/none", "a/inside"])
    func `a path that no list has is refused`(target: String) throws {
        let comparison = try PushComparison.withTargets()
        #expect(try comparison.push(by: .dvc, [target]).result.succeeded)
        let ours = try comparison.push(by: .gitDVC, [target])
        #expect(ours.result.status == 1)
        #expect(ours.objects.files == [])
        #expect(ours.result.errorOutput.contains(target))
    }

    @Test func `a tracked directory is pushed with -R as well`() throws {
        let comparison = try PushComparison.withTargets()
        #expect(try comparison.push(by: .dvc, ["-R", "data"]).objects.files == [])
        #expect(try comparison.push(by: .gitDVC, ["-R", "data"]).objects.files.count == 4)
    }

    @Test func `what an out depends on goes with it when asked for`() throws {
        let comparison = try PushComparison.withTargets()
        #expect(try comparison.push(by: .dvc, ["-d", "model"]).objects.files.count == 1)
        #expect(try comparison.push(by: .gitDVC, ["-d", "model"]).objects.files.count == 8)
    }

    @Test func `several remotes get it each`() throws {
        let comparison = try PushComparison.withTargets()
        let ours = try comparison.push(by: .gitDVC, ["-r", "main", "--remote=other", "a"])
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(ours.objects.files.count == 2)
    }

    @Test func `an unknown target says what was meant, and what a target is`() throws {
        let comparison = try PushComparison.withTargets()
        func hint(_ target: String, in directory: String = "") throws -> String {
            let ours = try comparison.push(by: .gitDVC, [target], in: directory)
            #expect(ours.result.status == 1, "\(ours.result)")
            return ours.result.errorOutput
        }
        #expect(try hint("trian").contains("did you mean 'train'?"))
        #expect(try hint("sub/bb").contains("did you mean 'sub/b'?"))
        #expect(try hint("../dat", in: "sub").contains("did you mean '../data'?"))
        #expect(try hint("plain").contains("'-R'"))
        #expect(try hint("dvc.yaml:evil").contains("did you mean 'eval'?"))
        #expect(try hint("what-is-this").contains("dvc.yaml:stage"))
        #expect(try hint("dvc.lock").contains("did you mean 'dvc.yaml'?"))
    }

    @Test func `a broken metafile elsewhere does no harm to a target`() throws {
        let comparison = try PushComparison.withTargets()
        try comparison.write("outs: [\n", to: "broken.dvc")
        for target in ["a.dvc", "train", "sub/b"] {
            let ours = try comparison.push(by: .gitDVC, [target])
            #expect(ours.result.succeeded, "\(ours.result)")
            #expect(ours.objects.files.count == 1)
        }
        let unknown = try comparison.push(by: .gitDVC, ["nope"])
        #expect(unknown.result.status == 1)
        #expect(unknown.result.errorOutput.contains("broken.dvc:2:1"), "\(unknown.result)")
        let broken = try comparison.push(by: .gitDVC, ["broken.dvc"])
        #expect(broken.result.status == 1)
        #expect(broken.result.errorOutput.contains("broken.dvc:2:1"), "\(broken.result)")
    }

    @Test func `a target in another DVC root is pushed where that root says`() throws {
        let comparison = try PushComparison.withTargets()
        try comparison.write(
            "[core]\n    remote = theirs\n['remote \"theirs\"']\n    url = \(comparison.url("x"))\n",
            to: "nested/.dvc/config")
        try comparison.writeMetafile("nested/n", comparison.store("nested"))
        try comparison.sandbox.run(
            "cp", "-r", ".dvc/cache", "nested/.dvc/cache", in: comparison.path
        ).checked()
        // The outer root is none of its business, and the other way round.
        #expect(try comparison.push(by: .dvc, in: "nested").objects.files.count == 1)
        #expect(try comparison.push(by: .gitDVC, in: "nested").objects.files.count == 1)
        #expect(try comparison.push(by: .dvc).objects.files.count == 15)
        #expect(try comparison.push(by: .gitDVC).objects.files.count == 15)
        #expect(try comparison.push(by: .dvc, ["nested/n.dvc"]).result.status == 1)
        let ours = try comparison.push(by: .gitDVC, ["nested/n.dvc", "a"])
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(
            Set(ours.objects.files.map { $0.components.first.map { Array($0) } ?? [] }).count == 2)
    }
}

extension PushComparison {
    /// A repository with every kind of thing that a target can name; not committed.
    static func withTargets() throws -> PushComparison {
        let world = try PushComparison()
        try world.writeMetafile("a", world.store("A"))
        try world.writeMetafile("sub/b", world.store("B"))
        try world.writeMetafile("sub/deep/c", world.store("C"))
        try world.writeMetafile(
            "data", world.storeDirectory(["x": "X", "in/y": "Y", "in/z": "Z"]))
        for (name, content) in [
            ("a", "A"), ("data/x", "X"), ("data/in/y", "Y"), ("sub/b", "B"), ("plain/readme", "r"),
        ] {
            try world.write(content, to: name)
        }
        try world.write("/a\n/data\n/sub/b\n", to: ".gitignore")
        try world.write("keys: [p, q]\n", to: "params.yaml")
        try world.write(
            """
            stages:
              prep: {cmd: x, deps: [a, data/in], outs: [feat]}
              train: {cmd: x, deps: [feat], outs: [model], metrics: [m.json: {cache: false}]}
              eval: {cmd: x, deps: [model, sub]}
              data2: {cmd: x, outs: [data3]}
              grp:
                foreach: ${keys}
                do: {cmd: x, outs: ["g_${item}"]}

            """, to: "dvc.yaml")
        try world.writeLock(
            [
                ("prep", "feat", world.storeDirectory(["f1": "F1"])),
                ("train", "model", world.store("MODEL")), ("data2", "data3", world.store("D3")),
                ("grp@p", "g_p", world.store("GP")), ("grp@q", "g_q", world.store("GQ")),
            ], to: "dvc.lock")
        try world.write(
            "stages:\n  s2: {cmd: x, outs: [o2]}\n  a: {cmd: x, outs: [oa]}\n", to: "sub/dvc.yaml")
        try world.writeLock(
            [("s2", "o2", world.store("O2")), ("a", "oa", world.store("OA"))], to: "sub/dvc.lock")
        return world
    }

    /// Writes a lock file of stages with one out each.
    func writeLock(_ outs: [(stage: String, path: String, oid: String)], to path: String) throws {
        let stages = outs.map { out in
            "  \(out.stage):\n    cmd: x\n    outs:\n"
                + "    - {path: \(out.path), hash: md5, md5: '\(out.oid)'}\n"
        }
        try write("schema: '2.0'\nstages:\n\(stages.joined())", to: path)
    }
}
