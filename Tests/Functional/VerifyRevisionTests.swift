import Basics
import Digests
import TestSupport
import Testing

/// What `git dvc verify` takes for a revision, and the other options of those who only look.
@Suite struct VerifyRevisionTests {
    let world: PushWorld
    init() throws {
        world = try PushWorld()
        try world.commit("1", as: "a")
        try world.git("tag", "one")
        try world.git("switch", "-q", "-c", "side")
        try world.commit("2", as: "x/b")
        try world.git("switch", "-q", "main")
        try world.commit("3", as: "c")
        try world.git("merge", "-q", "--no-edit", "side")
        try world.dvc("push", "-q", "-A").checked()
    }

    @Test(arguments: [
        (["HEAD"], "1 commit needs", 3), (["one"], "1 commit needs", 1),
        (["one..HEAD"], "3 commits need", 3), (["HEAD^-"], "2 commits need", 3),
        (["one", "side"], "2 commits need", 2), (["--all"], "4 commits need", 3),
        (["main^@"], "4 commits need", 3),
    ])
    func `revisions and ranges`(words: [String], commits: String, objects: Int) throws {
        let result = try world.dvc("verify", words[0], words.count > 1 ? words[1] : words[0])
            .checked()
        if words != ["main^@"] {
            #expect(result.output.hasPrefix("Everything that \(commits) is there"), "\(result)")
        }
        #expect(result.output.contains(": \(objects) object"), "\(result)")
    }

    /// To list nothing is easy, and no proof.
    @Test(arguments: ["HEAD:a.dvc", "HEAD^{tree}", "nope", "", "--all"])
    func `what is no commit is no reason to say that all is there`(word: String) throws {
        let result = try world.dvc("verify", "--", word)
        #expect(result.status == 1, "\(result)")
        #expect(result.output == "")
        #expect(result.errorOutput.contains("names no commits"), "\(result)")
    }

    @Test func `a selection as JSON and as a dry run`() throws {
        try removeFile(
            world.storage.appending(DVCRepository.key(objectID(of: Array("2".utf8)))))
        try world.sandbox.run("rm", "-rf", ".git/dvc", in: world.path).checked()
        let dry = try world.dvc("push", "--dry-run", "x/b.dvc", "a").checked()
        #expect(dry.outputLines.map { $0.hasSuffix("\tx/b") } == [true], "\(dry)")
        let none = try world.dvc("push", "--dry-run", "a").checked()
        #expect(none.output == "")
        let json = try world.dvc("push", "--dry-run", "--json", "-a", "x/b").checked()
        #expect(json.output.hasPrefix("{") && json.output.contains("\"x/b\""), "\(json)")
        let status = try world.dvc("status", "-c", "--json", "-d", "-j", "1", "x/b.dvc").checked()
        #expect(status.output == "{\"x/b\":\"new\"}\n")
        let other = try world.dvc("status", "-c", "--json", "-j", "3", "a.dvc").checked()
        #expect(other.output == "{}\n")
        #expect(try world.dvc("verify", "-j", "1").status == 1)
        #expect(try world.dvc("verify", "-j", "x").status == 254)
    }
}
