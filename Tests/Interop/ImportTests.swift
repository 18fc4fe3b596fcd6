import Basics
import TestSupport
import Testing

/// Imports made by real DVC: item 17 of dvc-compat 11.
@Suite struct ImportTests {
    /// A Git and DVC repository to import from, and a plain file.
    private func makeSource(in sandbox: Sandbox) throws -> FilePath {
        let source = try DVCRepository(in: sandbox, "source", storage: "source-storage")
        try source.add("imported", as: "data.txt")
        // DVC 3.67 fetches only one of two imports of the same file.
        try source.add("not yet imported", as: "partial.txt")
        try source.addDirectory("tree", ["a": "1", "b/c": "2"])
        try sandbox.commitAll("source", in: source.path)
        try sandbox.dvc("push", "--quiet", in: source.path)
        try sandbox.write(Array("a file elsewhere".utf8), to: sandbox.path("elsewhere/file"))
        return source.path
    }

    @Test func `only what is imported from no repository is pushed, and DVC pulls all`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        let elsewhere = sandbox.path("elsewhere/file").string
        for arguments in [
            ["import", source.string, "data.txt"],
            ["import", source.string, "tree"],
            ["import", "--no-download", source.string, "partial.txt"],
            ["import-url", elsewhere, "url"],
            ["import-url", "--no-download", elsewhere, "partial-url"],
        ] {
            try sandbox.start(Sandbox.realDVC(), arguments, in: comparison.path).wait().checked()
        }
        try sandbox.commitAll("imports", in: comparison.path)

        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.objects.files.count == 1)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.succeeded, "\(ours.result)")
            #expect(ours.objects.contents == theirs.objects.contents)
        }

        let clone = sandbox.path("clone")
        try sandbox.git(
            "clone", "--quiet", comparison.bare.string, clone.string, in: sandbox.root)
        // What was never downloaded is nothing that ours could name.
        let ours = try sandbox.run("git", "dvc", "pull", in: clone)
        #expect(ours.status == 1)
        for name in ["partial.txt", "partial-url"] {
            #expect(ours.errorOutput.contains("'\(name)'"), "\(name): \(ours)")
        }
        #expect(!ours.errorOutput.contains("'tree'"), "\(ours)")
        #expect(try readFile(clone.appending("data.txt")) == Array("imported".utf8))
        #expect(try readFile(clone.appending("tree/b/c")) == Array("2".utf8))
        #expect(try readFile(clone.appending("url")) == Array("a file elsewhere".utf8))
        try sandbox.dvc("pull", "--quiet", in: clone)
        #expect(try readFile(clone.appending("data.txt")) == Array("imported".utf8))
        #expect(try readFile(clone.appending("tree/b/c")) == Array("2".utf8))
        #expect(try readFile(clone.appending("partial-url")) == Array("a file elsewhere".utf8))
    }

    @Test func `what was imported comes from the other repository, tracked there or not`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        try sandbox.write(Array("by Git".utf8), to: source.appending("plain/git.txt"))
        try sandbox.commitAll("plain", in: source)
        let bare = sandbox.path("source.git").string
        try sandbox.git("clone", "--quiet", "--bare", source.string, bare, in: sandbox.root)
        let address = "file://" + bare
        for path in ["data.txt", "tree", "tree/b", "tree/a", "plain/git.txt", "plain"] {
            let out = path.replacing("/", with: "-")
            try sandbox.start(
                Sandbox.realDVC(), ["import", "-o", out, address, path], in: comparison.path
            ).wait().checked()
        }
        try sandbox.commitAll("imports", in: comparison.path)
        let clone = sandbox.path("clone")
        try sandbox.git("clone", "--quiet", comparison.path.string, clone.string, in: sandbox.root)
        try sandbox.run("git", "dvc", "pull", in: clone).checked()
        let own = try FileTree(workingCopy: clone)
        #expect(own.contents == (try FileTree(workingCopy: comparison.path)).contents)
        let theirs = try sandbox.start(Sandbox.realDVC(), ["pull"], in: clone).wait().checked()
        #expect(theirs.output == "Everything is up to date.\n", "\(theirs)")
    }

    @Test func `a pull says what was never made`() throws {
        let comparison = try PushComparison()
        try comparison.write("stages:\n  a: {cmd: x, outs: [never]}\n", to: "dvc.yaml")
        try comparison.write(
            "stages:\n  a: {cmd: x, outs: [plain: {cache: false}]}\n", to: "sub/dvc.yaml")
        let theirs = try comparison.sandbox.start(Sandbox.realDVC(), ["pull"], in: comparison.path)
            .wait()
        #expect(theirs.status == 1)
        let id = "60b725f10c9c85c70d97880dfe8191b3"
        try comparison.write(
            "outs:\n- path: versions\n  hash: md5\n  files:\n  - relpath: x\n    md5: \(id)\n"
                + "    cloud: {store: {version_id: v}}\n", to: "versions.dvc")
        let ours = try comparison.sandbox.run("git", "dvc", "pull", in: comparison.path)
        #expect(ours.status == 1)
        #expect(ours.errorOutput.hasPrefix("error: 'dvc.yaml' has no id for 'never'\n"), "\(ours)")
        #expect(ours.errorOutput.contains("'versions' is kept in versions, by a remote"), "\(ours)")
        #expect(!ours.errorOutput.contains("plain"))
    }
}
