import Basics
import Digests
import TestSupport
import Testing

/// `git dvc install` and `uninstall`, and the hook that they put in place.
@Suite struct InstallTests: HookSuite {
    let world: PushWorld
    init() throws { world = try PushWorld(hook: false) }

    @Test func `installing twice is installing once, and uninstalling restores`() throws {
        let before = try snapshot(hooks)
        #expect(try !pushUploads())
        let first = try world.dvc("install").checked()
        let names = ["pre-push", "pre-commit", "post-checkout", "post-merge", "post-rewrite"]
        #expect(
            first.outputLines
                == names.map { "Installed the hook '\($0)' in '\(hooks)'" }
                + [
                    "Installed the merge driver for '.dvc' files",
                    "Pushes go through 'git-remote-dvc'",
                    "'git fetch origin' brings experiments, to be looked at",
                ])
        #expect(first.errorOutput == "")
        let installed = try snapshot(hooks)
        try world.dvc("install").checked()
        #expect(try snapshot(hooks) == installed)
        #expect(try readFile(list) == Array("\(world.path)\n".utf8))
        #expect(try pushUploads())
        #expect(fileExists(world.path.appending(".git/dvc/status.db")))

        let removed = try world.dvc("uninstall").checked()
        #expect(
            removed.outputLines
                == [
                    "Pushes no longer go through 'git-remote-dvc'",
                    "'git fetch' no longer brings experiments",
                ]
                + names.reversed().map { "Removed the hook '\($0)' from '\(hooks)'" }
                + ["Removed the merge driver for '.dvc' files"])
        #expect(try snapshot(hooks) == before)
        #expect(!fileExists(world.path.appending(".git/dvc")))
        #expect(!fileExists(list))
        #expect(try !pushUploads())
        #expect(try world.dvc("uninstall").checked().output == "")
        #expect(try world.dvc("install", "-q").checked().output == "")
    }

    @Test func `the list names every repository once, wherever it was installed from`() throws {
        let other = try world.sandbox.makeRepository("other")
        try createDirectories(world.path.appending("sub"))
        for directory in [world.path, world.path.appending("sub"), other] {
            try world.dvc("install", "-q", in: directory).checked()
        }
        let bare = try world.sandbox.makeBareRepository("hooked.git")
        try world.dvc("install", "-q", in: bare).checked()
        #expect(try readFile(list) == Array("\(world.path)\n\(other)\n\(bare)\n".utf8))
        for directory in [other, bare, world.path] {
            try world.dvc("uninstall", "-q", in: directory).checked()
        }
        #expect(!fileExists(list))
    }

    @Test(arguments: ["absolute", ".githooks", "~/hooks"])
    func `core.hooksPath is obeyed`(kind: String) throws {
        let value = kind == "absolute" ? world.sandbox.path("my hooks").string : kind
        try world.git("config", "core.hooksPath", value)
        try createDirectories(world.path.appending("sub/folder"))
        try world.dvc("install", in: world.path.appending("sub/folder")).checked()
        let place =
            switch kind {
            case "absolute": FilePath(value)
            case ".githooks": world.path.appending(value)
            default: world.sandbox.home.appending("hooks")
            }
        #expect(fileExists(place.appending("pre-push")))
        #expect(!fileExists(hook))
        #expect(try pushUploads())
        try world.dvc("uninstall").checked()
        #expect(try !pushUploads())
    }

    @Test func `a hooks folder for everybody is pointed out`() throws {
        let value = world.sandbox.path("shared")
        try world.git("config", "--global", "core.hooksPath", value.string)
        let result = try world.dvc("install").checked()
        #expect(
            result.errorOutput
                == "warning: core.hooksPath is set for more than this repository: the hooks run in all of them\n"
        )
    }

    @Test func `hooks that are turned off stay off`() throws {
        try world.git("config", "core.hooksPath", "/dev/null")
        let result = try world.dvc("install")
        #expect(result.status == 1)
        #expect(
            result.errorOutput == """
                error: hooks are turned off: core.hooksPath is '/dev/null'
                hint: unset core.hooksPath, then run the command again

                """)
        #expect(!fileExists(list))
    }

    @Test func `one installation serves all worktrees`() throws {
        try world.commit("1", as: "a")
        let linked = world.sandbox.path("linked")
        try world.git("worktree", "add", "-q", "-b", "side", linked.string)
        try world.dvc("install", in: linked).checked()
        #expect(fileExists(hook))
        #expect(try readFile(list) == Array("\(world.path)\n".utf8))
        #expect(try pushUploads())
        try world.dvc("uninstall", in: linked).checked()
        #expect(!fileExists(hook))
    }

    @Test func `a prefix with blanks, quotes and a dollar works`() throws {
        let prefix = world.sandbox.path("pre 'fix\" $x `y`")
        try world.sandbox.run(
            "cp", "-r", Sandbox.installedPrefix().string, prefix.string
        ).checked()
        try world.sandbox.run(
            prefix.appending("bin/git-dvc").string, "install", "--hooks-only", in: world.path
        ).checked()
        #expect(try pushUploads(environment: ["PATH": "/usr/bin:/bin"]))
    }

    @Test func `a graphical client's push works, without progress`() throws {
        // The helper must be on its PATH, as Git looks for helpers nowhere else.
        try world.dvc("install", "--hooks-only").checked()
        let oid = try world.commit("1", as: "a")
        let result = try world.sandbox.run(
            "env", "-i", "PATH=/usr/bin:/bin", "git", "push", "origin", "main", in: world.path
        ).checked()
        #expect(
            world.ourLines(result) == ["Uploaded 1 DVC object (1 byte) to remote 'storage'"])
        #expect(!result.errorOutput.contains("\r"))
        #expect(try world.repository.remoteHolds(oid))
    }

    @Test func `a hook with nothing to do is silent and leaves no file`() throws {
        try world.dvc("install", "-q").checked()
        try world.commit("1", as: "a")
        let before = try snapshot(world.path)
        let program = try Sandbox.installedPrefix().appending("bin/dvc-hooks").string
        let zeros = String(repeating: "0", count: 40)
        for refs in ["", "(delete) \(zeros) refs/heads/x \(zeros)\n"] {
            let result = try world.sandbox.run(
                program, "pre-push", "origin", "x", in: world.path, stdin: refs
            ).checked()
            #expect(result.output + result.errorOutput == "")
        }
        #expect(try snapshot(world.path) == before)
    }
}
