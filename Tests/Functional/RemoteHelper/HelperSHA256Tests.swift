import Basics
import Digests
import TestSupport
import Testing

/// Repositories whose objects have names of 64 digits.
///
/// Real DVC does not open them ("unknown object format 'sha256'"), so nobody can make experiments there.
@Suite struct HelperSHA256Tests {
    let sandbox: Sandbox
    let repository: FilePath
    let bare: FilePath
    let servers: GitServers

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        repository = sandbox.path("work")
        bare = sandbox.path("bare.git")
        servers = GitServers(sandbox, root: sandbox.root)
        for (path, options) in [(repository, []), (bare, ["--bare"])] {
            try sandbox.start(
                "git", ["init", "-q", "--object-format=sha256"] + options + [path.string]
            ).wait().checked()
        }
        try sandbox.git("config", "http.receivepack", "true", in: bare)
        let storage = sandbox.path("storage").string
        for words in [["init", "-q"], ["remote", "add", "-q", "-d", "storage", storage]] {
            try sandbox.start("git", ["dvc"] + words, in: repository).wait().checked()
        }
    }

    private func add(_ content: String, as name: String) throws -> ObjectID {
        try sandbox.write(Array(content.utf8), to: repository.appending(name))
        try sandbox.run("git", "dvc", "add", "-q", name, in: repository).checked()
        try sandbox.commitAll(name, in: repository)
        return objectID(of: Array(content.utf8))
    }

    private func isStored(_ oid: ObjectID) -> Bool {
        fileExists(sandbox.path("storage").appending(DVCRepository.key(oid)))
    }

    private func git(_ words: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try sandbox.start(
            "git", words, in: directory ?? repository, environment: servers.environment()
        ).wait()
    }

    @Test(arguments: GitWay.allCases)
    func `push, fetch and clone by every way`(way: GitWay) throws {
        let url = try servers.url("bare.git", by: way)
        try git("remote", "add", "origin", url).checked()
        try git("dvc", "install", "-q").checked()
        let first = try add("first", as: "a")
        let result = try git("push", "-u", "origin", "main").checked()
        #expect(result.errorOutput.contains("To dvc"))
        #expect(isStored(first))
        let second = try add("second", as: "b")
        try git("branch", "side").checked()
        try git("push", "--atomic", "--force-with-lease", "origin", "main", "side").checked()
        #expect(isStored(second))
        let head = try sandbox.gitLine("rev-parse", "HEAD", in: repository)
        #expect(head.utf8.count == 64)
        #expect(
            try sandbox.git("for-each-ref", "--format=%(objectname) %(refname)", in: bare)
                .outputLines == ["\(head) refs/heads/main", "\(head) refs/heads/side"])
        try git("push", "origin", ":side", "+main~1:main").checked()
        try git("push", "origin", "main").checked()

        try sandbox.start(
            "git", ["clone", "-q", "dvc::\(url)", "clone"], environment: servers.environment()
        ).wait().checked()
        let clone = sandbox.path("clone")
        #expect(try sandbox.gitLine("rev-parse", "HEAD", in: clone) == head)
        #expect(String(decoding: try readFile(clone.appending("b")), as: UTF8.self) == "second")
        #expect(try sandbox.git("status", "--porcelain", in: clone).output == "")
        let third = try add("third", as: "c")
        try git("push", "origin", "main").checked()
        #expect(isStored(third))
        try git("pull", "-q", in: clone).checked()
        #expect(String(decoding: try readFile(clone.appending("c")), as: UTF8.self) == "third")
        try sandbox.git("fsck", in: clone)
    }

    @Test func `a ref below refs exps is no experiment there and stays`() throws {
        try git("remote", "add", "origin", bare.string).checked()
        try git("dvc", "install", "-q").checked()
        _ = try add("data", as: "a")
        let head = try sandbox.gitLine("rev-parse", "HEAD", in: repository)
        let ref = "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))/name"
        try git("update-ref", ref, "HEAD").checked()
        try git("config", "dvc.pushExps", "all").checked()
        try git("push", "origin", "main").checked()
        let named = try git("push", "origin", ref).checked()
        #expect(named.errorOutput.contains("note: not pushed"))
        #expect(
            try sandbox.git("for-each-ref", "--format=%(refname)", in: bare).outputLines
                == ["refs/heads/main"])
        let listed = try git("dvc", "exp", "list").checked()
        #expect(listed.output == "")
    }

    @Test func `formats that differ are an error that says so`() throws {
        _ = try add("data", as: "a")
        let other = try sandbox.makeBareRepository("sha1.git")
        try git("remote", "add", "origin", other.string).checked()
        let native = try git("push", "origin", "main")
        try git("dvc", "install", "-q").checked()
        let result = try git("push", "origin", "main")
        #expect(native.status == 128)
        #expect(try sandbox.git("for-each-ref", in: other).output == "")
        // A newer Git finds out when it sends, so the data is there, and the helper's words are not Git's.
        if gitRunsConfiguredHooks {
            #expect(!result.succeeded)
        } else {
            #expect(result.status == native.status)
            #expect(!directoryExists(sandbox.path("storage")))
        }
    }
}
