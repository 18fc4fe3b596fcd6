import Basics
import TestSupport
import Testing

/// The hooks of real `dvc install`, and ours in their place.
@Suite struct DVCHooksTests {
    let sandbox: Sandbox
    let repository: DVCRepository

    private var hooks: FilePath { repository.path.appending(".git/hooks") }

    init() throws {
        sandbox = try Sandbox()
        repository = try DVCRepository(in: sandbox)
    }

    private func names() throws -> [String] {
        try directoryEntries(hooks).map(\.string).filter { !$0.hasSuffix(".sample") }.sorted()
    }

    private func ours(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + arguments, in: repository.path).wait()
    }

    @Test func `ours replace DVC's three hooks, and give them back`() throws {
        try sandbox.dvc("install", in: repository.path)
        #expect(try names() == ["post-checkout", "pre-commit", "pre-push"])
        let driver = try sandbox.gitLine("config", "merge.dvc.driver", in: repository.path)
        #expect(driver.hasPrefix("dvc git-hook merge-driver"))
        let original = try readFile(hooks.appending("pre-push"))

        #expect(try ours("doctor").output.contains("pre-push' is real DVC's"))
        for _ in 1...2 { try ours("install").checked() }
        #expect(
            try names() == [
                "post-checkout", "post-checkout.dvc-original", "post-merge", "post-rewrite",
                "pre-commit", "pre-commit.dvc-original", "pre-push", "pre-push.dvc-original",
            ])
        #expect(try readFile(hooks.appending("pre-push.dvc-original")) == original)
        try ours("uninstall").checked()
        #expect(try names() == ["post-checkout", "pre-commit", "pre-push"])
        #expect(try readFile(hooks.appending("pre-push")) == original)
        #expect(
            try sandbox.gitLine("config", "merge.dvc.driver", in: repository.path) == driver)
    }

    @Test func `DVC refuses where a hook is, its own or ours`() throws {
        try ours("install", "-q").checked()
        let result = try sandbox.run(Sandbox.realDVC(), "install", in: repository.path)
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("' already exists"))
        #expect(
            try names() == [
                "post-checkout", "post-merge", "post-rewrite", "pre-commit", "pre-push",
            ])
        try ours("uninstall", "-q").checked()
        try sandbox.dvc("install", in: repository.path)
        #expect(try sandbox.run(Sandbox.realDVC(), "install", in: repository.path).status == 1)
    }
}
