import Basics
import TestSupport
import Testing

/// A sparse checkout in cone mode, whose working copy has no `.dvc` until somebody asks for it.
@Suite struct SparseCheckoutTests {
    private let world: PushWorld
    private let clone: FilePath
    private static let advice =
        "hint: bring it into the working copy: git sparse-checkout add '.dvc'"

    init() throws {
        world = try PushWorld(hook: false)
        try world.repository.add("x", as: "x")
        try world.commit()
        try world.dvc("push", "-q").checked()
        try world.git(["push", "-q", "origin", "main"]).checked()
        clone = world.sandbox.path("sparse")
        try world.git(["clone", "-q", "--sparse", world.bare.string, clone.string]).checked()
        try #require(!fileExists(clone.appending(".dvc")))
    }

    @Test(arguments: [["pull"], ["status"], ["add", "x"], ["remote", "add", "r", "/r"]])
    func `commands say what is left out and how it comes`(words: [String]) throws {
        let result = try world.sandbox.start("git", ["dvc"] + words, in: clone).wait()
        #expect(result.ending == .exited(status: words[0] == "remote" ? 251 : 253))
        #expect(result.errorOutput.contains(Self.advice), "\(result)")
        try world.git(["sparse-checkout", "add", ".dvc"], in: clone).checked()
        try world.dvc("pull", in: clone).checked()
        #expect(try readFile(clone.appending("x")) == Array("x".utf8))
    }

    /// What `init` writes would be committed in place of the team's configuration.
    @Test func `init does not put an empty configuration over the one that is left out`() throws {
        let result = try world.dvc("init", in: clone)
        #expect(result.ending == .exited(status: 1))
        #expect(result.errorOutput.contains(Self.advice), "\(result)")
        #expect(!fileExists(clone.appending(".dvc")))
        // What is not tracked at all is somebody's first.
        try world.git(["sparse-checkout", "add", "part"], in: clone).checked()
        try world.sandbox.run("mkdir", clone.appending("part").string).checked()
        try world.dvc("init", "--subdir", in: clone.appending("part")).checked()
    }

    /// Above them, `init` would be a bad idea as well.
    @Test func `projects below are named`() throws {
        let top = try world.sandbox.makeRepository("mono")
        for name in ["a", "b b"] {
            try world.sandbox.run("mkdir", top.appending(name).string).checked()
            try world.dvc("init", "-q", "--subdir", in: top.appending(name)).checked()
        }
        let result = try world.dvc("status", in: top)
        #expect(result.ending == .exited(status: 253))
        #expect(
            result.errorOutput.hasSuffix(
                "hint: run it in one of the DVC repositories below: 'a', 'b b'\n"), "\(result)")
    }
}
