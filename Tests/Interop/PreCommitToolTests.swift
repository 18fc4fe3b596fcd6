import Basics
import Digests
import TestSupport
import Testing

/// The real tool pre-commit, with the hook that `.pre-commit-hooks.yaml` describes.
@Suite struct PreCommitToolTests {
    let sandbox: Sandbox
    let repository: DVCRepository
    let bare: FilePath

    private let note =
        "note: pre-commit names only one of the pushed refs, so this is for all local branches that "
        + "are not on 'origin'; the hook of 'git dvc install' knows the refs"

    init() throws {
        sandbox = try Sandbox()
        repository = try DVCRepository(in: sandbox)
        bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.git("remote", "add", "origin", bare.string, in: repository.path)
        try sandbox.addPreCommitConfiguration(to: repository.path)
        try sandbox.preCommit("install", "-t", "pre-push", in: repository.path).checked()
    }

    private func add(_ content: String, as name: String) throws -> ObjectID {
        let oid = try repository.add(content, as: name)
        try sandbox.commitAll(name, in: repository.path)
        return oid
    }

    private func push(
        _ arguments: String..., environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try sandbox.start(
            "git", ["push"] + arguments, in: repository.path,
            environment: environment.merging(["PRE_COMMIT_HOME": sandbox.path("pc").string]) {
                old, _ in old
            }
        ).wait()
    }

    @Test func `a push uploads the data before the refs`() throws {
        let oid = try add("1", as: "a")
        let result = try push("origin", "main").checked()
        #expect(try repository.remoteHolds(oid))
        #expect((result.output + result.errorOutput).contains("Uploaded 1 DVC object"))
        #expect(!(result.output + result.errorOutput).contains("note:"))
        // An update, which pre-commit tells of in other words than of a new branch.
        let next = try add("2", as: "b")
        try push("origin", "main").checked()
        #expect(try repository.remoteHolds(next))
        #expect(
            try sandbox.gitLine("rev-parse", "main", in: bare)
                == sandbox.gitLine("rev-parse", "main", in: repository.path))
    }

    @Test func `a failed upload stops the push`() throws {
        let oid = try add("1", as: "a")
        try removeFile(repository.cache.appending(DVCRepository.key(oid)))
        let result = try push("origin", "main")
        #expect(!result.succeeded)
        #expect((result.output + result.errorOutput).contains("error: 'a' (commit "))
        #expect(try sandbox.git("for-each-ref", in: bare).output == "")
        // pre-commit's own way out, and ours.
        try push("origin", "main", environment: ["SKIP": "dvc-pre-push"]).checked()
        try push("origin", "main:copy", environment: ["DVC_SKIP_PUSH": "1"]).checked()
    }

    @Test func `branches that pre-commit does not name are not forgotten, and it is said`() throws {
        let first = try add("1", as: "a")
        try sandbox.git("checkout", "-q", "-b", "side", in: repository.path)
        let second = try add("2", as: "b")
        try sandbox.git("checkout", "-q", "-b", "other", "main", in: repository.path)
        let third = try add("3", as: "c")
        let result = try push("origin", "main", "side", "other").checked()
        for oid in [first, second, third] { #expect(try repository.remoteHolds(oid)) }
        let lines = (result.output + result.errorOutput).split(separator: "\n")
        #expect(lines.count { $0.contains(note) } == 1)
    }

    @Test func `a tag and a commit by name are uploaded, and code alone contacts nothing`() throws {
        let first = try add("1", as: "a")
        try sandbox.git("checkout", "-q", "--detach", in: repository.path)
        let second = try add("2", as: "b")
        try sandbox.git("tag", "-a", "-m", "v1", "v1", in: repository.path)
        try push("origin", "v1").checked()
        #expect(try repository.remoteHolds(first) && repository.remoteHolds(second))
        try push("origin", "main").checked()

        try sandbox.git("checkout", "-q", "main", in: repository.path)
        try sandbox.run("rm", "-r", sandbox.path("storage").string).checked()
        try sandbox.write("x", to: "project/code.c")
        try sandbox.commitAll("code", in: repository.path)
        try push("origin", "main").checked()
        #expect(!fileExists(sandbox.path("storage")))
    }

    @Test func `a dry run uploads nothing`() throws {
        let oid = try add("1", as: "a")
        let result = try push("--dry-run", "origin", "main").checked()
        #expect(try !repository.remoteHolds(oid))
        #expect((result.output + result.errorOutput).contains("Would upload 1 DVC object"))
    }

    @Test func `run by hand it says that nothing is pushed`() throws {
        let oid = try add("1", as: "a")
        let result = try sandbox.preCommit(
            "run", "--all-files", "--hook-stage", "pre-push", in: repository.path
        ).checked()
        #expect(result.output.contains("note: nothing is being pushed"))
        #expect(try !repository.remoteHolds(oid))
    }
}

extension Sandbox {
    /// Runs the tool pre-commit, with its caches in the sandbox.
    func preCommit(_ arguments: String..., in directory: FilePath) throws -> ProcessResult {
        let program = FilePath(try Self.realDVC()).parent.appending("pre-commit")
        return try start(
            program.string, arguments, in: directory,
            environment: ["PRE_COMMIT_HOME": path("pc").string]
        ).wait()
    }

    /// Gives a repository a `.pre-commit-config.yaml` that takes this project's hooks, from a local
    /// repository with nothing but their description.
    func addPreCommitConfiguration(
        to repository: FilePath, hooks names: [String] = ["dvc-pre-push"]
    ) throws {
        let hooks = try makeRepository("hooks")
        let name: FilePath = ".pre-commit-hooks.yaml"
        try write(
            try readFile(Self.projectRoot.appending(name)), to: hooks.appending(name))
        let revision = try commitAll("hooks", in: hooks)
        try write(
            Array(
                """
                repos:
                - repo: \(hooks)
                  rev: \(revision)
                  hooks:

                """.utf8)
                + names.flatMap { Array("  - id: \($0)\n".utf8) },
            to: repository.appending(".pre-commit-config.yaml"))
    }
}
