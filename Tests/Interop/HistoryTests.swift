import Basics
import TestSupport
import Testing

/// Commits other than the latest, and clones that have not all of them: items 24 to 26 and 32 of
/// dvc-compat 11.
@Suite struct HistoryTests {
    @Test(arguments: [["--depth", "1"], ["--filter=blob:none"], ["--filter=tree:0"]])
    func `a clone without all of the history pushes what is new, and DVC pulls it`(
        options: [String]
    ) throws {
        let repository = try InteropRepository()
        let sandbox = repository.sandbox
        try sandbox.git("config", "uploadpack.allowFilter", "true", in: repository.bare)
        try repository.gitPush("origin", "main").checked()
        let before = try repository.objects()

        let clone = sandbox.path("partial")
        try sandbox.start(
            "git", ["clone", "--quiet"] + options + ["file://\(repository.bare)", clone.string],
            in: sandbox.root
        ).wait().checked()
        try sandbox.git("dvc", "install", "--quiet", in: clone)
        try sandbox.write(Array("new here".utf8), to: clone.appending("new.txt"))
        try sandbox.dvc("add", "--quiet", "new.txt", in: clone)
        try sandbox.commitAll("new", in: clone)
        try sandbox.git("push", "--quiet", "origin", "main", in: clone)
        let after = try repository.objects()
        #expect(after.files.count == before.files.count + 1)

        let other = try repository.clone("other")
        try sandbox.dvc("pull", "--quiet", in: other)
        #expect(try readFile(other.appending("new.txt")) == Array("new here".utf8))
        #expect(try readFile(other.appending("weights.bin")) == Template.binary)
    }

    /// The commits go to the remotes that they name; the latest configuration gets all of the tip.
    @Test func `the history of a project whose remote came late and moved`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        func commit(_ message: String) throws {
            try sandbox.commitAll(message, in: comparison.path)
        }
        let config = try readFile(comparison.path.appending(".dvc/config"))
        try sandbox.run("mv", ".dvc", ".gitignore", "..", in: comparison.path)
        try comparison.write("code", to: "code.c")
        try commit("before dvc init")
        try sandbox.run("mv", "../.dvc", ".", in: comparison.path).checked()
        try comparison.write("", to: ".dvc/config")
        let first = try comparison.store("first")
        try comparison.writeMetafile("first", first)
        try commit("no remote yet")
        try sandbox.write(config, to: comparison.path.appending(".dvc/config"))
        let second = try comparison.store("second")
        try comparison.writeMetafile("second", second)
        try commit("remote main")
        let third = try comparison.store("third")
        try comparison.writeMetafile("third", third)
        try comparison.write("outs: [", to: "broken.dvc")
        try commit("a broken metafile")
        try removeFile(comparison.path.appending("broken.dvc"))
        try comparison.write(
            "[core]\nremote = other\n['remote \"other\"']\nurl = \(comparison.url("other"))\n",
            to: ".dvc/config")
        let fourth = try comparison.store("fourth")
        try comparison.writeMetafile("fourth", fourth)
        try commit("another remote")

        let pushed = try comparison.push(by: .gitPush)
        #expect(pushed.result.succeeded, "\(pushed.result)")
        #expect(pushed.result.errorOutput.contains("warning: broken.dvc:"), "\(pushed.result)")
        let tip = [first, second, third, fourth].map { PushComparison.object($0, in: "other") }
        let older = [second, third].map { PushComparison.object($0, in: "main") }
        #expect(Set(pushed.objects.files) == Set(tip + older))

        // Real DVC agrees on where a commit's data belongs, but skips the commit with the broken
        // metafile. It also sends again what older commits still had.
        let theirs = try comparison.push(by: .dvc, ["-A"])
        let known = tip + [PushComparison.object(second, in: "main")]
        #expect(Set(theirs.objects.files).isSuperset(of: known), "\(theirs.objects.files)")
        #expect(!theirs.objects.files.contains(PushComparison.object(third, in: "main")))

        _ = try comparison.push(by: .gitPush)
        let clone = sandbox.path("clone")
        try sandbox.git(
            "clone", "--quiet", comparison.bare.string, clone.string, in: sandbox.root)
        try sandbox.dvc("pull", "--quiet", in: clone)
        for name in ["first", "second", "third", "fourth"] {
            #expect(try readFile(clone.appending(name)) == Array(name.utf8))
        }
    }

    /// Item 26: DVC takes a relative URL of a commit for one below `/`, as if the root were there.
    @Test func `a relative URL means the same in a commit as in the working copy`() throws {
        let repository = try InteropRepository()
        try repository.setConfig(
            "[core]\n    remote = storage\n['remote \"storage\"']\n    url = ../../storage\n")
        try repository.sandbox.commitAll("relative", in: repository.path)
        try repository.gitPush("origin", "main").checked()
        let again = try repository.sandbox.dvc("push", in: repository.path)
        #expect(again.output == "Everything is up to date.\n")
    }
}
