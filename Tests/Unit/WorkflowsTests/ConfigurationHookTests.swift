import Basics
import Git
import TestSupport
import Testing

@testable import Workflows

/// The hook in Git's configuration, which Git 2.54 and newer runs: what is decided and written.
///
/// The version is given; ConfiguredHookTests are for a real Git that runs it.
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

    /// The settings of one hook.
    private func settings(_ name: String) -> [String] {
        let line = ConfigurationHook(name, in: session.repository).line(for: installation.program)
        return ["hook.dvc-\(name).command \(line)", "hook.dvc-\(name).event \(name)"]
    }

    private func writeHookOfOthers() throws { try write("#!/bin/sh\necho mine\n", to: hook) }

    @Test(arguments: [old, new])
    func `every Git gets files where nobody is in the way`(version: GitVersion) throws {
        for _ in 1...2 {
            _ = try installation.install(chain: false, git: version)
            #expect(try configured().isEmpty)
            #expect(try HookAuthor(of: "pre-push", at: hook) == .us)
        }
    }

    @Test func `a hook of somebody else stays, and ours is configured`() throws {
        try writeHookOfOthers()
        for _ in 1...2 {
            let report = try installation.install(chain: false, helper: .pushes, git: Self.new)
            #expect(try configured() == settings("pre-push"))
            #expect(report.notes.contains { $0.hasPrefix("pushes do not go through") })
        }
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
        #expect(try HookAuthor(of: "pre-commit", at: hook.parent.appending("pre-commit")) == .us)
        _ = try installation.uninstall()
        #expect(try configured().isEmpty)
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
    }

    @Test func `--chain is obeyed`() throws {
        try writeHookOfOthers()
        _ = try installation.install(chain: true, git: Self.new)
        #expect(try configured().isEmpty)
        #expect(try HookAuthor(of: "pre-push", at: hook) == .us)
        _ = try installation.uninstall()
        #expect(try readFile(hook) == Array("#!/bin/sh\necho mine\n".utf8))
    }

    @Test func `once nobody is in the way the file is enough`() throws {
        try writeHookOfOthers()
        _ = try installation.install(chain: false, git: Self.new)
        try removeFile(hook)
        let report = try installation.install(chain: false, git: Self.new)
        #expect(report.lines.contains("Removed the hook 'pre-push' from the configuration"))
        #expect(try configured().isEmpty)
        #expect(fileExists(hook))
    }

    @Test(arguments: [old, new])
    func `the hook of real DVC is put aside and comes back`(version: GitVersion) throws {
        let text = "#!/usr/bin/sh\nexec dvc git-hook pre-push $@\n"
        try write(text, to: hook)
        _ = try installation.install(chain: false, git: version)
        #expect(try HookAuthor(of: "pre-push", at: hook) == .us)
        _ = try installation.uninstall()
        #expect(try readFile(hook) == Array(text.utf8))
    }

    @Test func `husky is in nobody's way`() throws {
        _ = try session.repository.output(["config", "core.hooksPath", ".husky/_"])
        #expect(throws: HookInstallationError.self) {
            try installation.install(chain: false, git: Self.old)
        }
        _ = try installation.install(chain: false, git: Self.new)
        #expect(try configured().count == 2 * SuiteHook.usual.count)
    }

    @Test func `hooks that are turned off stay off`() throws {
        _ = try session.repository.output(["config", "core.hooksPath", "/dev/null"])
        #expect(throws: HookInstallationError.self) {
            try installation.install(chain: false, git: Self.new)
        }
        #expect(try configured().isEmpty)
    }

    @Test func `other hooks of the configuration are left alone`() throws {
        for name in ["hook.mine.command", "hook.dvc-pre-push2.command"] {
            _ = try session.repository.output(["config", name, "x"])
        }
        let before = try configured()
        try writeHookOfOthers()
        _ = try installation.install(chain: false, git: Self.new)
        _ = try installation.uninstall()
        #expect(try configured() == before)
    }

    @Test func `a refused installation leaves the configuration as it was`() throws {
        try writeHookOfOthers()
        _ = try installation.install(chain: false, git: Self.new)
        #expect(throws: HookInstallationError.self) {
            try installation.install(chain: false, git: Self.old)
        }
        #expect(try configured() == settings("pre-push"))
    }
}
