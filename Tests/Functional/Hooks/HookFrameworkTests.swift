import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc install` where another tool owns the hooks.
///
/// husky and Overcommit are programs for Node and Ruby, which are not here: their hook files are
/// recorded, from husky 9.1 and Overcommit 0.64. The others are in `Tests/Interop`.
@Suite struct HookFrameworkTests: HookSuite {
    let world: PushWorld
    init() throws { world = try PushWorld(hook: false) }

    /// Puts the files in place that husky 9 makes.
    private func installHusky() throws {
        try world.git("config", "core.hooksPath", ".husky/_")
        try world.sandbox.write(
            Array(
                #"""
                #!/usr/bin/env sh
                [ "$HUSKY" = "2" ] && set -x
                n=$(basename "$0")
                s=$(dirname "$(dirname "$0")")/$n

                [ ! -f "$s" ] && exit 0

                export PATH="node_modules/.bin:$PATH"
                sh -e "$s" "$@"
                c=$?

                [ $c != 0 ] && echo "husky - $n script failed (code $c)"
                exit $c

                """#.utf8), to: world.path.appending(".husky/_/h"))
        try world.sandbox.write(
            Array("#!/usr/bin/env sh\n. \"${0%/*}/h\"".utf8),
            to: world.path.appending(".husky/_/pre-push"), mode: 0o755)
    }

    @Test(.needsFilesForHooks) func `husky gets a line in its own file, and then pushes upload`()
        throws
    {
        try installHusky()
        let before = try snapshot(world.path.appending(".husky"))
        for options in [["install"], ["install", "--chain"]] {
            let result = try world.sandbox.start("git", ["dvc"] + options, in: world.path).wait()
            #expect(result.status == 1)
            #expect(
                result.errorOutput == """
                    error: no hook was installed: '\(world.path)/.husky/_' belongs to husky
                    hint: add this line to '.husky/pre-push':

                    dvc-hooks pre-push "$@"

                    """)
        }
        #expect(try snapshot(world.path.appending(".husky")) == before)
        #expect(!fileExists(list))

        try world.write("echo husky\ndvc-hooks pre-push \"$@\"\n", to: ".husky/pre-push")
        let done = try world.dvc("install").checked()
        #expect(done.output.hasPrefix("husky runs the hook 'pre-push' already\n"))
        #expect(try pushUploads())
        let doctor = try world.dvc("doctor").checked()
        #expect(doctor.output.contains("ok: hook: run by husky\n"))
        #expect(doctor.output.contains("ok: hook: a push comes to '"))
        let removed = try world.dvc("uninstall").checked()
        #expect(
            removed.errorOutput.contains("'.husky/pre-push' calls dvc-hooks; remove that by hand"))
    }

    @Test(.needsFilesForHooks) func `a comment in husky's file is no call`() throws {
        try installHusky()
        try world.write("# dvc-hooks pre-push \"$@\"\n", to: ".husky/pre-push")
        #expect(try world.dvc("install").status == 1)
    }

    @Test(.needsFilesForHooks) func `the folder of older huskies is theirs as well`() throws {
        try world.git("config", "core.hooksPath", ".husky")
        try world.sandbox.write(
            Array("#!/bin/sh\n. \"$(dirname \"$0\")/_/husky.sh\"\n".utf8),
            to: world.path.appending(".husky/pre-push"), mode: 0o755)
        let result = try world.dvc("install")
        #expect(result.status == 1)
        #expect(result.errorOutput.hasSuffix("\n\ndvc-hooks pre-push \"$@\"\n"))
    }

    @Test(.needsFilesForHooks) func `Overcommit gets lines for its configuration`() throws {
        // One script, to which all hooks are links.
        try world.sandbox.write(
            Array(
                """
                #!/usr/bin/env ruby

                # Entrypoint for Overcommit hook integration. Installing Overcommit will result
                # in all of your git hooks being symlinked to this file, allowing the framework
                # to manage your hooks for you.

                """.utf8), to: hooks.appending("overcommit-hook"), mode: 0o755)
        try world.sandbox.run("ln", "-s", "overcommit-hook", hook.string).checked()
        let before = try snapshot(hooks)
        let result = try world.dvc("install", "--chain")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("belongs to overcommit"))
        #expect(result.errorOutput.contains("\nhint: add this to '.overcommit.yml':\n\nPrePush:\n"))
        #expect(try snapshot(hooks) == before)
        try world.write(
            "PrePush:\n  DvcPush:\n    command: ['dvc-hooks', 'pre-push']\n", to: ".overcommit.yml")
        #expect(
            try world.dvc("install").checked().outputLines.first
                == "overcommit runs the hook 'pre-push' already")
    }

    @Test(.needsFilesForHooks) func `Git LFS is chained: it goes first, then ours`() throws {
        try world.sandbox.run("git", "lfs", "install", "--local", in: world.path).checked()
        try world.git("config", "lfs.locksverify", "false")
        let lfs = try readFile(hook)
        #expect(String(decoding: lfs, as: UTF8.self).contains("git lfs pre-push"))
        #expect(try world.dvc("install").status == 1)
        try world.dvc("install", "--chain").checked()
        try world.git("lfs", "track", "*.bin")
        try world.write("large", to: "image.bin")
        let oid = try world.commit("1", as: "a")
        let result = try world.push("origin", "main", environment: ["GIT_TRACE": "1"]).checked()
        #expect(try world.repository.remoteHolds(oid))
        #expect(
            try world.sandbox.run("find", "lfs/objects", "-type", "f", in: world.bare).checked()
                .outputLines.count == 1)
        let log = result.errorOutput
        let first = try #require(log.firstRange(of: "git-lfs pre-push"), "\(result)")
        let second = try #require(log.firstRange(of: "Uploaded 1 DVC object"), "\(result)")
        #expect(first.lowerBound < second.lowerBound)
        try world.dvc("uninstall").checked()
        #expect(try readFile(hook) == lfs)
    }

    /// Git LFS puts no hooks where there are some, and says nothing: its files would stay behind.
    @Test(arguments: [true, false])
    func `the files of Git LFS are pushed where its hook found ours in its place`(
        throughHelper: Bool
    ) throws {
        try world.dvc("install", throughHelper ? "-q" : "--hooks-only").checked()
        try world.git("lfs", "install", "--skip-repo")
        try world.git("config", "lfs.locksverify", "false")
        try world.git("lfs", "track", "*.bin")
        let files = world.bare.appending("lfs/objects")
        for (count, skips) in [(1, "0"), (2, "1")] {
            try world.write("large \(count)", to: "image.bin")
            let oid = try world.commit("\(count)", as: "a")
            try world.push("origin", "main", environment: ["DVC_SKIP_PUSH": skips]).checked()
            let found = try world.sandbox.run("find", files.string, "-type", "f").checked()
            #expect(found.outputLines.count == count)
            #expect(try world.repository.remoteHolds(oid) == (skips == "0"))
        }
        let isOurs = String(decoding: try readFile(hook), as: UTF8.self).contains("git-dvc hook")
        #expect(isOurs && !fileExists(hook.parent.appending("pre-push.git-dvc-chained")))
        // Where it fails, nothing is published; Git LFS would make the object anew from the file.
        try world.write("lost", to: "image.bin")
        try world.commit()
        try removeFile(world.path.appending("image.bin"))
        try world.sandbox.run("rm", "-rf", world.path.appending(".git/lfs/objects").string)
            .checked()
        let refused = try world.push("origin", "main:refs/heads/refused")
        #expect(refused.status != 0)
        #expect(refused.errorOutput.contains("error: the files of Git LFS were not uploaded\n"))
    }

    /// The other half of the same: nobody would keep files from being changed that nobody has locked.
    @Test func `lockable files of Git LFS become read-only where its hooks found ours`() throws {
        try world.git("lfs", "install", "--skip-repo")
        try world.dvc("install", "-q").checked()
        try world.git("lfs", "track", "--lockable", "*.bin")
        let file = world.path.appending("image.bin")
        func isProtected() throws -> Bool {
            try #require(try fileStatus(file)).st_mode & 0o222 == 0
        }
        func change(_ content: String) throws {
            if fileExists(file) { try world.sandbox.run("chmod", "u+w", file.string).checked() }
            try world.write(content, to: "image.bin")
            try world.commit(content)
        }
        // Of a commit without a parent Git LFS sees no file.
        try world.commit("first")
        try change("one")
        #expect(try isProtected(), "post-commit")
        try world.git("checkout", "-q", "-b", "side")
        try change("two")
        try world.git("checkout", "-q", "main")
        #expect(try isProtected(), "post-checkout")
        try world.sandbox.run("chmod", "u+w", file.string).checked()
        // Where the data is not to follow, these files still are to be protected.
        try world.git(["merge", "-q", "side"], environment: ["DVC_SKIP": "1"]).checked()
        #expect(try isProtected(), "post-merge")
        let hook = hook.parent.appending("post-commit")
        #expect(fileExists(hook))
        // Its own hook is enough.
        try world.dvc("uninstall", "-q").checked()
        #expect(!fileExists(hook))
        try world.git("lfs", "install", "--local")
        let own = try readFile(hook)
        try world.dvc("install", "-q", "--chain").checked()
        #expect(try readFile(hook) == own)
        try change("three")
        #expect(try isProtected())
    }

    @Test func `a second call of the hook in one push does nothing`() throws {
        try world.sandbox.write(
            Array("#!/bin/sh\nexec dvc-hooks pre-push \"$@\"\n".utf8), to: hook, mode: 0o755)
        try world.dvc("install", "--chain").checked()
        try world.commit("1", as: "a")
        let result = try world.push("origin", "main").checked()
        #expect(
            world.ourLines(result) == ["Uploaded 1 DVC object (1 byte) to remote 'storage'"])
    }

    @Test func `DVC_SKIP goes through a framework`() throws {
        try installHusky()
        try world.write("dvc-hooks pre-push \"$@\"\n", to: ".husky/pre-push")
        #expect(try !pushUploads(environment: ["DVC_SKIP": "1"]))
        let oid = try world.commit("2", as: "b")
        try world.push("--dry-run", "origin", "main").checked()
        #expect(try !world.repository.remoteHolds(oid))
    }
}
