import Basics
import TestSupport
import Testing

/// `git clone dvc::<url>`: one command for code, hooks and data.
@Suite struct CloneBootstrapTests {
    let world: PushWorld
    let servers: GitServers

    init() throws {
        world = try PushWorld()
        try world.commit("data", as: "file")
        try world.push("origin", "main").checked()
        servers = GitServers(world.sandbox, root: world.sandbox.root)
    }

    private func clone(_ options: [String], by way: GitWay = .path) throws -> FilePath {
        let url = try servers.url("bare.git", by: way)
        let result = try world.sandbox.start(
            "git", ["clone", "-q"] + options + ["dvc::\(url)", "clone"],
            environment: servers.environment()
        ).wait().checked()
        #expect(result.output == "")
        let clone = world.sandbox.path("clone")
        #expect(try world.sandbox.gitLine("config", "remote.origin.url", in: clone) == url)
        return clone
    }

    @Test(arguments: [GitWay.path, .ssh, .http])
    func `the clone has the real address, hooks and data`(way: GitWay) throws {
        let clone = try clone([], by: way)
        #expect(fileExists(clone.appending(".git/hooks/pre-push")))
        #expect(String(decoding: try readFile(clone.appending("file")), as: UTF8.self) == "data")
        #expect(
            try world.sandbox.gitLine("config", "url.dvc::/.pushInsteadOf", in: clone) == "/")
        #expect(try world.sandbox.git("status", "--porcelain", in: clone).output == "")
    }

    @Test(arguments: [["--depth=1"], ["--branch=main"], ["--recurse-submodules"]])
    func `so has one with options`(options: [String]) throws {
        let clone = try clone(options, by: .file)
        #expect(String(decoding: try readFile(clone.appending("file")), as: UTF8.self) == "data")
        #expect(fileExists(clone.appending(".git/hooks/pre-push")))
    }

    /// `words`: how the clone asks for them; `isKnown`: whether that is all that Git is told.
    @Test(arguments: [
        (["--recurse-submodules"], true), (["--recursive", "-j", "2", "--depth=1"], true),
        (["--recurse-submodules=mod"], true), (["--recurse-submodules", "--dissoc"], false),
    ])
    func `submodules get hooks and data where the superproject has no DVC`(
        words: [String], isKnown: Bool
    ) throws {
        let sandbox = world.sandbox
        let plain = try sandbox.makeRepository("plain")
        let bare = try sandbox.makeBareRepository("plain.git")
        try sandbox.git("config", "--global", "protocol.file.allow", "always", in: plain)
        try sandbox.git("submodule", "--quiet", "add", world.bare.string, "mod", in: plain)
        try sandbox.commitAll("a submodule", in: plain)
        try sandbox.git("push", "-q", bare.string, "main", in: plain)
        let result = try sandbox.start(
            "git", ["clone"] + words + ["dvc::file://\(bare)", "clone"]
        ).wait().checked()
        let clone = sandbox.path("clone")
        #expect(fileExists(clone.appending("mod/file.dvc")), "\(result)")
        let hook = clone.appending(".git/modules/mod/hooks/pre-push")
        #expect(fileExists(hook) == isKnown, "\(result)")
        #expect(fileExists(clone.appending("mod/file")) == isKnown, "\(result)")
        #expect(result.errorOutput.contains("hint: when it is done: git submodule") == !isKnown)
        #expect(try sandbox.git("status", "--porcelain", in: clone).output == "")
        #expect(try sandbox.git("submodule", "status", in: clone).output.hasPrefix(" "))
    }

    @Test(arguments: ["--bare", "--mirror"])
    func `a bare clone has the real address and no hooks`(option: String) throws {
        let clone = try clone([option])
        #expect(!fileExists(clone.appending("hooks/pre-push")))
    }

    @Test func `a fetch by such an address changes no setting`() throws {
        let plain = try world.sandbox.makeRepository("plain")
        try world.sandbox.git("remote", "add", "origin", "dvc::\(world.bare)", in: plain)
        try world.sandbox.git("fetch", "-q", "origin", in: plain)
        #expect(
            try world.sandbox.gitLine("config", "remote.origin.url", in: plain)
                == "dvc::\(world.bare)")
        #expect(!fileExists(plain.appending(".git/hooks/pre-push")))
    }
}
