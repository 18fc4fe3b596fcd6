import Basics
import Digests
import TestSupport
import Testing

/// Installing where hooks of DVC or of somebody else are.
@Suite struct OtherHooksTests: HookSuite {
    let world: PushWorld
    init() throws { world = try PushWorld(hook: false) }

    @Test(arguments: ["#!/bin/sh", "#!/usr/bin/sh"])
    func `the hook of real DVC is taken over and comes back`(line: String) throws {
        for name in ["pre-push", "pre-commit", "post-checkout"] {
            try world.sandbox.write(
                Array("\(line)\nexec dvc git-hook \(name) $@\n".utf8),
                to: hooks.appending(name), mode: 0o755)
        }
        let before = try snapshot(hooks)
        let result = try world.dvc("install").checked()
        #expect(
            result.outputLines.first
                == "Replaced DVC's hook 'pre-push'; uninstalling brings it back")
        try world.dvc("install").checked()
        // DVC's other hooks would run in this commit, and there is no DVC.
        #expect(try pushUploads())
        let removed = try world.dvc("uninstall").checked()
        #expect(
            removed.outputLines.contains("Brought back the hook 'pre-push' that was there before"))
        #expect(try snapshot(hooks) == before)
    }

    @Test(
        .needsFilesForHooks,
        arguments: [
            "#!/bin/sh\nexec dvc git-hook pre-push $@\necho more\n", "#!/bin/sh\necho mine\n", "",
            "#!/bin/sh\ngit lfs pre-push \"$@\"\n",
        ])
    func `a hook of somebody else is left alone, with advice`(text: String) throws {
        try world.sandbox.write(Array(text.utf8), to: hook, mode: 0o755)
        let before = try snapshot(hooks)
        let result = try world.dvc("install")
        #expect(result.status == 1)
        let program = try Sandbox.installedPrefix().appending("bin/dvc-hooks")
        #expect(
            result.errorOutput == """
                error: the hook 'pre-push' already exists: '\(hook)'
                hint: run 'git dvc install --chain' to keep it and run it first, or add this line to \
                it, with its standard input: '\(program)' pre-push "$@"

                """)
        #expect(try snapshot(hooks) == before)
        #expect(!fileExists(list))
        try world.dvc("uninstall").checked()
        #expect(try snapshot(hooks) == before)
    }

    @Test func `--chain keeps the other hook, runs it first, and gives it back`() throws {
        let text =
            "#!/bin/sh\ncat >'\(world.sandbox.root)/refs'\necho \"$@\" >>'\(world.sandbox.root)/refs'\n"
        try world.sandbox.write(Array(text.utf8), to: hook, mode: 0o750)
        let before = try snapshot(hooks)
        let result = try world.dvc("install", "--chain").checked()
        #expect(result.outputLines.first == "Kept the hook 'pre-push'; it runs first")
        try world.dvc("install", "--chain").checked()
        #expect(try pushUploads())
        let seen = String(decoding: try readFile(world.sandbox.path("refs")), as: UTF8.self)
        #expect(seen.hasPrefix("refs/heads/main ") && seen.hasSuffix("\norigin \(world.bare)\n"))
        try world.dvc("uninstall").checked()
        #expect(try snapshot(hooks) == before)
    }

    @Test func `a second foreign hook is not chained over the first`() throws {
        try world.sandbox.write(Array("#!/bin/sh\n".utf8), to: hook, mode: 0o755)
        try world.dvc("install", "--chain").checked()
        try world.sandbox.write(Array("#!/bin/sh\n# other\n".utf8), to: hook, mode: 0o755)
        let before = try snapshot(hooks)
        let result = try world.dvc("install", "--chain")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("'\(hook).git-dvc-chained' already exists"))
        #expect(try snapshot(hooks) == before)
    }
}
