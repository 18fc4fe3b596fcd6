import Basics
import Digests
import TestSupport
import Testing

@Suite struct RealDVCTests {
    @Test func `the pinned version runs`() throws {
        let sandbox = try Sandbox()
        #expect(try sandbox.dvc("--version", in: sandbox.root).outputLines == ["3.67.1"])
    }

    /// Every other test relies on this: a repository made by TestSupport is one that DVC made.
    @Test func `a repository made without DVC is what DVC would have made`() throws {
        let sandbox = try Sandbox()
        let ours = try DVCRepository(in: sandbox)
        let files = [
            "a.txt": "a\n", "deep/er/b": "", "\u{e9}t\u{e9} \"q\" \\.txt": "c", "\u{1F600}": "d",
            "\u{E000}": "e", "tab\there": "f",
        ]
        try ours.addDirectory("data", files)
        try ours.add("one\r\n", as: "single.txt")
        try sandbox.commitAll("data", in: ours.path)
        try sandbox.dvc("push", "--quiet", in: ours.path)

        let clone = sandbox.path("clone")
        try sandbox.git("clone", "--quiet", ours.path.string, clone.string, in: sandbox.root)
        try sandbox.dvc("pull", "--quiet", in: clone)
        for (name, content) in files {
            #expect(try readFile(clone.appending("data").appending(name)) == Array(content.utf8))
        }
        // Added again by DVC itself, the metafiles stay as they are.
        try sandbox.dvc("add", "--quiet", "data", "single.txt", in: clone)
        #expect(try sandbox.git("status", "--porcelain", in: clone).output == "")
    }
}
