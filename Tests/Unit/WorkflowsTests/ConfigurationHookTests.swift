import Basics
import Git
import TestSupport
import Testing

@testable import Workflows

/// The hook in Git's configuration, which Git 2.54 and newer runs: what is decided and written.
///
/// That Git is not here (docs/not-tested-here.md), so its version is given.
@Suite struct ConfigurationHookTests {
    private let directory: TemporaryDirectory
    private let repository: FilePath
    private let session: Session
    private let installation: HookInstallation

    private static let old = GitVersion(major: 2, minor: 53, patch: 9)
    private static let new = GitVersion(major: 2, minor: 54, patch: 0)

    private var hook: FilePath { repository.appending(".git/hooks/pre-push") }

    init() throws {
        directory = try TemporaryDirectory()
        repository = directory.path.appending("a repository")
        let environment = Environment([
            "PATH": "/usr/bin:/bin", "HOME": directory.path.string,
            "XDG_STATE_HOME": directory.path.appending("state").string,
            "GIT_CONFIG_NOSYSTEM": "1",
        ])
        let git = try GitProgram(environment: environment)
        _ = try git.command(["init", "-q", repository.string]).outputIfSuccessful()
        session = try Session(at: repository, environment: environment)
        let root = FilePath(#filePath).parent.parent.parent.parent
        installation = HookInstallation(
            session, program: "/opt/it's here/bin/dvc-hooks", scripts: root.appending("hooks"))
    }

    private func configured() throws -> [String] {
        let result = try session.repository.command([
            "config", "--local", "--get-regexp", "^hook\\.",
        ]).run()
        return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    private func write(_ text: String, to path: FilePath) throws {
        try createDirectories(path.parent)
        try writeFile(path, Array(text.utf8), mode: 0o777)
    }

    private let expected = [
        "pre-push", "pre-commit", "post-checkout", "post-merge", "post-rewrite",
    ].flatMap { name in
        [
            #"hook.dvc-\#(name).command '/opt/it'\''s here/bin/dvc-hooks' \#(name)"#,
            "hook.dvc-\(name).event \(name)",
        ]
    }

    @Test func `a Git that can gets the configuration and no file`() throws {
        for _ in 1...2 {
            _ = try installation.install(chain: false, git: Self.new)
            #expect(try configured() == expected)
            #expect(!fileExists(hook))
        }
        #expect(try ConfigurationHook("pre-push", in: session.repository).command() != nil)
        _ = try installation.uninstall()
        #expect(try configured().isEmpty)
    }

    @Test func `an older Git gets the file and no configuration`() throws {
        _ = try installation.install(chain: false, git: Self.old)
        #expect(try configured().isEmpty)
        #expect(try HookAuthor(of: "pre-push", at: hook) == .us)
    }

    @Test func `an upgrade replaces the file, a downgrade the configuration`() throws {
        _ = try installation.install(chain: false, git: Self.old)
        let upgraded = try installation.install(chain: false, git: Self.new)
        #expect(upgraded.lines.contains("Removed the hook 'pre-push' from '\(hook.parent)'"))
        #expect(try configured() == expected)
        #expect(!fileExists(hook))
        _ = try installation.install(chain: false, git: Self.old)
        #expect(try configured().isEmpty)
        #expect(fileExists(hook))
    }

    @Test func `hooks of others stay as they are`() throws {
        try write("#!/bin/sh\necho mine\n", to: hook)
        _ = try installation.install(chain: true, git: Self.new)
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
        #expect(
            try directoryEntries(hook.parent).filter { !$0.hasSuffix(".sample") } == ["pre-push"])
        _ = try installation.uninstall()
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
    }

    @Test func `a hook that was chained goes back to its place, without ours`() throws {
        try write("#!/bin/sh\necho mine\n", to: hook)
        _ = try installation.install(chain: true, git: Self.old)
        _ = try installation.install(chain: false, git: Self.new)
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
    }

    @Test func `the hook of real DVC is put aside and comes back`() throws {
        let text = "#!/usr/bin/sh\nexec dvc git-hook pre-push $@\n"
        try write(text, to: hook)
        _ = try installation.install(chain: false, git: Self.new)
        #expect(!fileExists(hook))
        _ = try installation.uninstall()
        #expect(try readFile(hook) == Array(text.utf8))
    }

    @Test func `husky is in nobody's way`() throws {
        _ = try session.repository.output(["config", "core.hooksPath", ".husky/_"])
        #expect(throws: HookInstallationError.self) {
            try installation.install(chain: false, git: Self.old)
        }
        _ = try installation.install(chain: false, git: Self.new)
        #expect(try configured().contains(expected[0]))
    }

    @Test func `other hooks of the configuration are left alone`() throws {
        for name in ["hook.mine.command", "hook.dvc-pre-push2.command"] {
            _ = try session.repository.output(["config", name, "x"])
        }
        let before = try configured()
        _ = try installation.install(chain: false, git: Self.new)
        _ = try installation.uninstall()
        #expect(try configured() == before)
    }

    @Test func `a refused installation leaves the configuration as it was`() throws {
        _ = try installation.install(chain: false, git: Self.new)
        try write("#!/bin/sh\necho mine\n", to: hook)
        #expect(throws: HookInstallationError.self) {
            try installation.install(chain: false, git: Self.old)
        }
        #expect(try configured() == expected)
    }
}
