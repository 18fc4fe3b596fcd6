import Basics
import TestSupport
import Testing

/// Hooks beside those of somebody else, with a Git that takes them from its configuration.
///
/// Debian 12 has no such Git: `Tests/newer-git.sh` gets one and runs this with it.
@Suite(.enabled(if: gitRunsConfiguredHooks)) struct ConfiguredHookTests: HookSuite {
    let world: PushWorld
    private var mark: FilePath { world.sandbox.path("ran") }

    init() throws { world = try PushWorld(hook: false) }

    private func writeHookOfOthers(status: Int = 0) throws {
        let text = "#!/bin/sh\ncat >>'\(mark)'\necho \"$@\" >>'\(mark)'\nexit \(status)\n"
        try world.sandbox.write(Array(text.utf8), to: hook, mode: 0o755)
    }

    @Test func `both run in a push, and doctor runs only ours`() throws {
        try writeHookOfOthers()
        let before = try snapshot(hooks)
        let result = try world.dvc("install").checked()
        #expect(
            result.outputLines.first
                == "Installed the hook 'pre-push' in the repository's configuration")
        #expect(try pushUploads())
        let seen = String(decoding: try readFile(mark), as: UTF8.self)
        #expect(seen.hasPrefix("refs/heads/main ") && seen.hasSuffix("\norigin \(world.bare)\n"))
        try removeFile(mark)
        let doctor = try world.dvc("doctor").checked()
        #expect(doctor.output.contains("ok: hook: in the repository's configuration\n"))
        #expect(doctor.output.contains("ok: hook: a push comes to '"))
        #expect(!fileExists(mark))
        try world.dvc("uninstall").checked()
        #expect(try snapshot(hooks) == before)
    }

    @Test func `each of them can refuse`() throws {
        try writeHookOfOthers(status: 1)
        try world.dvc("install").checked()
        try world.commit("1", as: "a")
        #expect(try world.push("origin", "main").status == 1)
        try writeHookOfOthers()
        try world.loseFromCache(try world.commit("2", as: "a"))
        #expect(try world.push("origin", "main").status == 1)
        #expect(try world.refs().isEmpty)
    }

    @Test func `Git LFS pushes its files, and ours go too`() throws {
        try world.sandbox.run("git", "lfs", "install", "--local", in: world.path).checked()
        try world.git("config", "lfs.locksverify", "false")
        try world.dvc("install").checked()
        try world.git("lfs", "track", "*.bin")
        try world.write("large", to: "image.bin")
        #expect(try pushUploads())
        #expect(
            try world.sandbox.run("find", "lfs/objects", "-type", "f", in: world.bare).checked()
                .outputLines.count == 1)
    }

    @Test func `husky is in nobody's way`() throws {
        try world.git("config", "core.hooksPath", ".husky/_")
        try createDirectories(world.path.appending(".husky/_"))
        try world.dvc("install").checked()
        #expect(try pushUploads())
    }

    @Test func `without the program a push is refused, and all else goes on`() throws {
        // Files of others are in the way of all of them.
        for name in ["pre-push", "pre-commit", "post-checkout", "post-merge", "post-rewrite"] {
            try world.sandbox.write(
                Array("#!/bin/sh\n".utf8), to: hooks.appending(name), mode: 0o755)
        }
        let copy = world.sandbox.path("it's a copy")
        let prefix = try Sandbox.installedPrefix()
        try world.sandbox.run("cp", "-R", prefix.string, copy.string).checked()
        try world.sandbox.run(
            copy.appending("bin/git-dvc").string, "install", in: world.path
        ).checked()
        try world.sandbox.run("rm", "-r", copy.string).checked()
        try world.commit("1", as: "a")
        let checkout = try world.sandbox.run("git", "checkout", "-b", "side", in: world.path)
        #expect(checkout.status == 0)
        #expect(checkout.errorOutput.contains("warning: the hook post-checkout of git-dvc does"))
        let refused = try world.push("origin", "main")
        #expect(refused.status == 1)
        #expect(
            refused.errorOutput.contains(
                "error: cannot upload the DVC data of this push: dvc-hooks is gone; install git-dvc "
                    + "again, or run: git config --remove-section hook.dvc-pre-push"))
    }
}
