import Basics
import TestSupport
import Testing

/// The hooks besides pre-push, run by the tool pre-commit.
@Suite struct PreCommitFollowTests {
    let sandbox: Sandbox
    let repository: DVCRepository

    init() throws {
        sandbox = try Sandbox()
        repository = try DVCRepository(in: sandbox)
        let names = [
            "dvc-pre-commit", "dvc-post-checkout", "dvc-post-merge", "dvc-post-rewrite",
        ]
        try sandbox.addPreCommitConfiguration(to: repository.path, hooks: names)
        try repository.add("one", as: "file")
        try sandbox.commitAll("main", in: repository.path)
        try sandbox.git("checkout", "-q", "-b", "side", in: repository.path)
        try repository.add("two", as: "file")
        try sandbox.commitAll("side", in: repository.path)
        for type in ["pre-commit", "post-checkout", "post-merge", "post-rewrite"] {
            try sandbox.preCommit("install", "-t", type, in: repository.path).checked()
        }
    }

    private func git(_ arguments: String...) throws -> String {
        let result = try sandbox.start(
            "git", arguments, in: repository.path,
            environment: ["PRE_COMMIT_HOME": sandbox.path("pc").string]
        ).wait().checked()
        return result.output + result.errorOutput
    }

    private func file() throws -> String {
        String(decoding: try readFile(repository.path.appending("file")), as: UTF8.self)
    }

    @Test func `the data follows checkout, merge and rebase`() throws {
        #expect(try git("checkout", "main").contains("Updated the DVC data of 1 out"))
        #expect(try file() == "one")
        _ = try git("merge", "-q", "side")
        #expect(try file() == "two")
        _ = try git("reset", "-q", "--hard", "HEAD~1")
        _ = try git("checkout", "-q", "-b", "work")
        #expect(try file() == "one")
        try sandbox.write("x", to: "project/code.c")
        _ = try git("add", "code.c")
        _ = try git("commit", "-q", "-m", "code")
        _ = try git("rebase", "-q", "side")
        #expect(try file() == "two")
    }

    @Test func `a commit says what is not recorded, and goes on`() throws {
        try sandbox.write("changed", to: "project/file")
        try sandbox.write("x", to: "project/code.c")
        _ = try git("add", "code.c")
        let said = try git("commit", "-m", "code")
        #expect(said.contains("warning: 'file' has changes that its metafile does not record"))
        #expect(try sandbox.gitLine("log", "-1", "--format=%s", in: repository.path) == "code")
    }
}
