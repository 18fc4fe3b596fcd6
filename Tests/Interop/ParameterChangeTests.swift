import Basics
import TestSupport
import Testing

/// Commits that change nothing but a file from which templates take values.
@Suite struct ParameterChangeTests {
    /// The out of stage `s` is `o1` in the first commit and `o2` in the second; `dvc.lock` has both.
    private static func world(parameters: String, vars: String) throws -> PushComparison {
        let world = try PushComparison()
        try world.write("outs: []\n", to: "README")
        try world.write(
            "\(vars)stages:\n  s:\n    cmd: x\n    outs: ['${name}']\n", to: "p/dvc.yaml")
        let locked = try ["o1", "o2"].map { name in
            "    - {path: \(name), hash: md5, md5: '\(try world.store(name))'}\n"
        }
        try world.write(
            "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n\(locked.joined())",
            to: "p/dvc.lock")
        try world.write("{\"name\": \"o1\"}\n", to: parameters)
        try world.sandbox.commitAll("one", in: world.path)
        try world.write("{\"name\": \"o2\"}\n", to: parameters)
        try world.sandbox.commitAll("two", in: world.path)
        return world
    }

    private static let layouts = [
        ["p/params.yaml", ""],
        ["p/conf.json", "vars: [conf.json]\n"],
        ["conf/shared.yaml", "vars: ['../conf/shared.yaml']\n"],
    ]

    @Test(arguments: layouts, [["-A"], ["-A", "-d", "p/dvc.yaml:s"], ["-A", "p/dvc.yaml:s"]])
    func `both versions are pushed as DVC pushes them`(layout: [String], words: [String]) throws {
        let world = try Self.world(parameters: layout[0], vars: layout[1])
        let theirs = try world.push(by: .dvc, words)
        #expect(theirs.result.succeeded, "\(theirs.result)")
        // With `-d` DVC loses what only parameters tell apart.
        #expect(theirs.objects.files.count == (words.contains("-d") ? 1 : 2))
        let ours = try world.push(by: .gitDVC, words)
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(ours.objects.files.count == 2, "\(ours.objects.files)")
        #expect(theirs.objects.files.allSatisfy(ours.objects.files.contains))
        let verified = try world.sandbox.start(
            "git", ["dvc", "verify", "--all"], in: world.path
        ).wait()
        #expect(verified.output.contains("2 objects"), "\(verified)")
    }

    @Test(arguments: layouts)
    func `a pushed range with such a commit has both`(layout: [String]) throws {
        let world = try Self.world(parameters: layout[0], vars: layout[1])
        let ours = try world.push(by: .gitPush)
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(ours.objects.files.count == 2, "\(ours.objects.files)")
    }

    /// Only for `params.yaml` does the hook know without reading what templates read.
    @Test(arguments: layouts)
    func `a push of nothing but such a commit brings its out`(layout: [String]) throws {
        let world = try Self.world(parameters: layout[0], vars: layout[1])
        @discardableResult func push(_ words: String...) throws -> ProcessResult {
            try world.sandbox.start("git", ["push"] + words, in: world.path).wait().checked()
        }
        try push("origin", "HEAD~1:refs/heads/main")
        #expect(try FileTree(world.sandbox.path("remotes")).files.count == 1)
        if layout[1] != "" {
            try world.writeMetafile("another", world.store("another"))
            try world.sandbox.commitAll("three", in: world.path)
        }
        try push("origin", "HEAD:refs/heads/main")
        let files = try FileTree(world.sandbox.path("remotes")).files
        #expect(files.count == (layout[1] == "" ? 2 : 3), "\(files)")
    }

    @Test func `parameters of nobody's templates ask no remote`() throws {
        let world = try PushComparison()
        try world.writeMetafile("a", world.store("a"))
        try world.sandbox.commitAll("one", in: world.path)
        func push() throws -> ProcessResult {
            try world.sandbox.git("push", "origin", "HEAD:refs/heads/main", in: world.path)
        }
        #expect(try push().succeeded)
        try world.write("x: 1\n", to: "params.yaml")
        try world.sandbox.commitAll("two", in: world.path)
        // Whoever pushes only this needs no access to the data.
        try world.sandbox.run("mv", "remotes", "gone", in: world.sandbox.path("")).checked()
        try world.sandbox.write([], to: world.sandbox.path("remotes"))
        let second = try push()
        #expect(second.succeeded, "\(second)")
        #expect(!second.errorOutput.contains("DVC"), "\(second)")
    }
}
