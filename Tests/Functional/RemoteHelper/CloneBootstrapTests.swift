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
