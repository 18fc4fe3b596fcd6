import Basics
import Digests
import TestSupport
import Testing

/// The real tools lefthook and pre-commit, and the hooks of `git dvc install` beside theirs.
@Suite struct FrameworkHookTests {
    let sandbox: Sandbox
    let repository: DVCRepository
    let bare: FilePath

    private var hook: FilePath { repository.path.appending(".git/hooks/pre-push") }

    init() throws {
        sandbox = try Sandbox()
        repository = try DVCRepository(in: sandbox)
        bare = try sandbox.makeBareRepository("bare.git")
        try sandbox.git("remote", "add", "origin", bare.string, in: repository.path)
        try sandbox.commitAll("start", in: repository.path)
    }

    private func tool(_ name: String, _ arguments: String...) throws -> ProcessResult {
        try sandbox.start(
            tools.appending(name).string, arguments, in: repository.path, environment: environment
        ).wait()
    }

    private var tools: FilePath { get throws { FilePath(try Sandbox.realDVC()).parent } }

    /// With the tools on `PATH`, where their hooks look for them.
    private var environment: [String: String?] {
        get throws {
            [
                "PATH": "\(sandbox.environment["PATH"] ?? ""):\(try tools)",
                "PRE_COMMIT_HOME": sandbox.path("pc").string, "NO_COLOR": "1",
            ]
        }
    }

    private func ours(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start(
            "git", ["dvc"] + arguments, in: repository.path, environment: environment
        ).wait()
    }

    private func push(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start(
            "git", ["push", "origin"] + arguments, in: repository.path, environment: environment
        ).wait()
    }

    private func add(_ content: String, as name: String) throws -> ObjectID {
        let oid = try repository.add(content, as: name)
        try sandbox.commitAll(name, in: repository.path)
        return oid
    }

    /// The lines that an error prints for a file.
    private func addition(_ result: ProcessResult) throws -> String {
        let parts = result.errorOutput.split(separator: "\n\n", maxSplits: 1)
        try #require(parts.count == 2, "\(result)")
        return String(parts[1])
    }

    @Test(.disabled(if: gitRunsConfiguredHooks, "nobody is in the way"))
    func `lefthook: what install prints makes pushes upload`() throws {
        try sandbox.write("pre-commit: {}\n", to: "project/lefthook.yml")
        try sandbox.write(
            "pre-push:\n  jobs:\n    - run: 'true'\n", to: "project/lefthook.yml")
        try tool("lefthook", "install").checked()
        let generated = try readFile(hook)
        for arguments in [["install"], ["install", "--chain"]] {
            let result = try sandbox.start(
                "git", ["dvc"] + arguments, in: repository.path, environment: environment
            ).wait()
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("belongs to lefthook"))
            #expect(result.errorOutput.contains("hint: add this to 'lefthook.yml':"))
            #expect(try readFile(hook) == generated)
            #expect(result.errorOutput.contains("use_stdin: true"))
        }
        try sandbox.write(addition(ours("install")), to: "project/lefthook.yml")
        let done = try ours("install").checked()
        #expect(done.output.hasPrefix("lefthook runs the hook 'pre-push' already\n"))
        let oid = try add("1", as: "a")
        try push("main").checked()
        #expect(try repository.remoteHolds(oid))
        #expect(try ours("doctor").output.contains("ok: hook: a push comes to '"))

        let lost = try add("2", as: "b")
        try removeFile(repository.cache.appending(DVCRepository.key(lost)))
        #expect(try !push("main").succeeded)
        let dry = try add("3", as: "b")
        try push("--dry-run", "main").checked()
        #expect(try !repository.remoteHolds(dry))
    }

    @Test(.disabled(if: gitRunsConfiguredHooks, "nobody is in the way"))
    func `pre-commit: what install prints makes pushes upload`() throws {
        try sandbox.write("repos: []\n", to: "project/.pre-commit-config.yaml")
        try tool("pre-commit", "install", "-t", "pre-push").checked()
        let generated = try readFile(hook)
        let result = try ours("install")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("hint: add this to '.pre-commit-config.yaml'"))
        #expect(try readFile(hook) == generated)
        #expect(try ours("doctor").output.contains("warning: hook: pre-commit owns the hooks"))

        try sandbox.write(
            "repos:\n\(addition(result))", to: "project/.pre-commit-config.yaml")
        let done = try ours("install").checked()
        #expect(done.output.hasPrefix("pre-commit runs the hook 'pre-push' already\n"))
        let oid = try add("1", as: "a")
        try push("main").checked()
        #expect(try repository.remoteHolds(oid))
    }

    @Test func `--chain lets pre-commit run ours as its legacy hook, with the refs`() throws {
        try sandbox.write(
            """
            repos:
            - repo: local
              hooks:
              - id: mine
                name: mine
                entry: sh -c 'test ! -e refuse'
                language: system
                stages: [pre-push]
                pass_filenames: false
                always_run: true

            """, to: "project/.pre-commit-config.yaml")
        try tool("pre-commit", "install", "-t", "pre-push").checked()
        let generated = try readFile(hook)
        let result = try ours("install", "--chain").checked()
        #expect(
            result.output.hasPrefix("Installed the hook 'pre-push.legacy' in '\(hook.parent)'\n"))
        try ours("install").checked()
        #expect(try readFile(hook) == generated)
        #expect(try ours("doctor").checked().output.contains("ok: hook: a push comes to '"))

        let first = try add("1", as: "a")
        try sandbox.git("checkout", "-q", "-b", "side", in: repository.path)
        let second = try add("2", as: "b")
        // The refs are known: only one of the two is uploaded for.
        try push("main").checked()
        #expect(try repository.remoteHolds(first) && !repository.remoteHolds(second))
        try sandbox.write("", to: "project/refuse")
        #expect(try !push("side").succeeded)
        try sandbox.run("rm", sandbox.path("project/refuse").string).checked()
        try tool("pre-commit", "install", "-t", "pre-push").checked()
        try push("side").checked()
        #expect(try repository.remoteHolds(second))

        try ours("uninstall").checked()
        #expect(try readFile(hook) == generated)
        #expect(!fileExists(FilePath("\(hook).legacy")))
    }

    @Test func `pre-commit after us keeps ours, and gives it back`() throws {
        try ours("install", "-q").checked()
        let mine = try readFile(hook)
        try sandbox.write("repos: []\n", to: "project/.pre-commit-config.yaml")
        try tool("pre-commit", "install", "-t", "pre-push").checked()
        let oid = try add("1", as: "a")
        try push("main").checked()
        #expect(try repository.remoteHolds(oid))
        #expect(try ours("doctor").checked().output.contains("ok: hook: a push comes to '"))
        try tool("pre-commit", "uninstall", "-t", "pre-push").checked()
        #expect(try readFile(hook) == mine)
    }

    @Test func `a hook that was chained to ours still runs below pre-commit`() throws {
        try sandbox.write(
            Array("#!/bin/sh\ncat >'\(sandbox.root)/seen'\n".utf8), to: hook, mode: 0o755)
        try ours("install", "-q", "--chain").checked()
        try sandbox.write("repos: []\n", to: "project/.pre-commit-config.yaml")
        try tool("pre-commit", "install", "-t", "pre-push").checked()
        let oid = try add("1", as: "a")
        try push("main").checked()
        #expect(try repository.remoteHolds(oid))
        let seen = String(decoding: try readFile(sandbox.path("seen")), as: UTF8.self)
        #expect(seen.hasPrefix("refs/heads/main "))
    }
}
