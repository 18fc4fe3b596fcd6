import Basics
import Digests
import TestSupport
import Testing

/// Data and refs of pushes through the helper.
@Suite struct HelperDataTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
    }

    @Test func `the data is there before the ref, and the hook leaves it to the helper`() throws {
        let oid = try world.commit("data", as: "file")
        // A server that looks for the data when the ref comes.
        let key = world.storage.appending(DVCRepository.key(oid))
        try world.sandbox.write(
            Array("#!/bin/sh\ntest -f '\(key)'\n".utf8),
            to: world.bare.appending("hooks/pre-receive"),
            mode: 0o755)
        let result = try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(result.errorOutput.contains("To dvc::"))
        #expect(
            world.ourLines(result) == ["Uploaded 1 DVC object (4 bytes) to remote 'storage'"])
        // Once, not by the hook as well.
        #expect(try world.traceLines().count { $0.contains("run git-dvc push") } == 1)
        #expect(try world.traceLines().contains { $0.contains("run git send-pack") })
    }

    @Test func `a ref without its data stays, another goes`() throws {
        let lost = try world.commit("lost", as: "lost")
        try world.git("branch", "broken")
        try world.loseFromCache(lost)
        try world.git("checkout", "-q", "--orphan", "fine")
        try world.sandbox.run("git", "rm", "-rq", "--cached", "lost.dvc", in: world.path)
        try removeFile(world.path.appending("lost.dvc"))
        let kept = try world.commit("kept", as: "kept")
        let result = try world.push("--porcelain", "origin", "broken", "fine")
        #expect(result.status == 1, "\(result)")
        #expect(try world.refs().map { $0.split(separator: " ")[1] } == ["refs/heads/fine"])
        #expect(
            result.output.contains(
                "!\trefs/heads/broken:refs/heads/broken\t[remote rejected] (dvc: "))
        #expect(try world.stored().contains(DVCRepository.key(kept).string))
        // All or nothing when that is what was asked for.
        let atomic = try world.push("--porcelain", "--atomic", "origin", "broken", "fine:more")
        #expect(atomic.status == 1)
        #expect(try world.refs().count == 1)
        #expect(atomic.output.contains("(atomic push failed)"))
    }

    @Test(arguments: [
        ["DVC_SKIP": "1"], ["DVC_SKIP_PUSH": "1"],
        [
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "dvc.pushData",
            "GIT_CONFIG_VALUE_0": "never",
        ],
    ])
    func `whoever wants no data pushed gets none, also past the hook`(
        environment: [String: String]
    ) throws {
        try world.commit("data", as: "file")
        try world.push("--no-verify", "origin", "main", environment: environment).checked()
        #expect(try world.stored() == [])
        #expect(try world.refs().count == 1)
    }

    @Test func `dvc.pushData = after moves the refs first`() throws {
        try world.git("config", "dvc.pushData", "after")
        let oid = try world.commit("data", as: "file")
        // A server that lets no ref in whose data is there.
        let key = world.storage.appending(DVCRepository.key(oid))
        try world.sandbox.write(
            Array("#!/bin/sh\ntest ! -f '\(key)'\n".utf8),
            to: world.bare.appending("hooks/pre-receive"), mode: 0o755)
        try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        let dry = try world.push("-n", "origin", "main:other").checked()
        #expect(world.ourLines(dry) == [])
        // What was refused needs no data.
        let more = try world.commit("more", as: "more")
        try world.sandbox.write(
            Array("#!/bin/sh\nexit 1\n".utf8),
            to: world.bare.appending("hooks/pre-receive"), mode: 0o755)
        #expect(try world.push("origin", "main").status == 1)
        #expect(try world.stored() == world.keys(oid))
        // What moved and lacks its data is an error, though the ref is there.
        try removeFile(world.bare.appending("hooks/pre-receive"))
        try world.loseFromCache(more)
        let result = try world.push("--porcelain", "origin", "main")
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("\trefs/heads/main:refs/heads/main\t"))
        #expect(
            result.errorOutput.contains(
                "error: refs/heads/main moved without all of the DVC data (dvc.pushData)"))
        let head = try world.git("rev-parse", "HEAD").outputLines[0]
        #expect(try world.refs() == ["\(head) refs/heads/main"])
    }

    @Test func `a dry run uploads nothing and moves nothing`() throws {
        try world.commit("data", as: "file")
        let result = try world.push("-n", "origin", "main").checked()
        #expect(try world.stored() == [])
        #expect(try world.refs() == [])
        #expect(result.errorOutput.contains("[new branch]"))
    }

    @Test func `--no-verify does not reach the helper`() throws {
        let oid = try world.commit("data", as: "file")
        try world.push("--no-verify", "origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
    }

    @Test func `vcs leads fetches and pushes to the helper, which alone uploads`() throws {
        try world.git("config", "--unset", "url.dvc::/.pushInsteadOf")
        try world.git("config", "remote.origin.vcs", "dvc")
        let oid = try world.commit("data", as: "file")
        try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.traceLines().count { $0.contains("run git-dvc push") } == 1)
        #expect(try world.traceLines().contains { $0.contains("run git send-pack") })
        try world.git("fetch", "origin")
        #expect(try world.git(["ls-remote", "origin"]).output.contains("refs/heads/main"))
    }

    /// git-dvc is looked for beside the helper, so this one finds another.
    @Test(arguments: ["kill -9 $$", "exit 0", "exit 1", "cat; exit 0", "echo ok refs/heads/other"])
    func `without a verdict on a ref it does not move`(script: String) throws {
        try world.commit("data", as: "file")
        let folder = world.sandbox.path("programs")
        try createDirectories(folder)
        let helper = try Sandbox.installedPrefix().appending("bin/git-remote-dvc")
        try world.sandbox.run("cp", helper.string, folder.string).checked()
        try world.sandbox.write(
            Array("#!/bin/sh\n\(script)\n".utf8), to: folder.appending("git-dvc"), mode: 0o755)
        let path = "\(folder):\(world.sandbox.environment["PATH"] ?? "")"
        let result = try world.push("--porcelain", "origin", "main", environment: ["PATH": path])
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("[remote rejected] (dvc: git-dvc ended with code"))
        #expect(try world.refs() == [])
    }

    @Test func `no connection to the Git server waits while data is uploaded`() throws {
        let server = try SSHServer.shared()
        let options = server.options.map { "'\($0)'" }.joined(separator: " ")
        let wrapper = try world.sandbox.write(
            """
            #!/bin/sh
            case " $* " in *' -G '*) exec ssh \(options) "$@" ;; esac
            echo open >>'\(world.traceFile)'
            ssh \(options) "$@"
            status=$?
            echo close >>'\(world.traceFile)'
            exit $status

            """, to: "ssh-wrapper", mode: 0o755)
        let url = "ssh://127.0.0.1:\(server.port)\(world.bare)"
        try world.git("config", "remote.origin.url", url)
        try world.git("config", "url.dvc::ssh://.pushInsteadOf", "ssh://")
        try world.commit("data", as: "file")
        let environment: [String: String?] = [
            "GIT_SSH_COMMAND": wrapper.string, "GIT_SSH_VARIANT": "ssh",
        ]
        try world.push("origin", "main", environment: environment).checked()
        let events = try world.traceLines().compactMap { line in
            line == "open" || line == "close"
                ? line : line.contains(" storage: ") || line.contains("put files/") ? "data" : nil
        }
        let order = events.indices.filter { $0 == 0 || events[$0] != events[$0 - 1] }.map {
            events[$0]
        }
        #expect(order == ["open", "close", "data", "open", "close"], "\(events)")
        // And one connection when there is nothing to push.
        try world.push("origin", "main", environment: environment).checked()
        #expect(try world.traceLines().count { $0 == "open" } == 1)
    }
}

/// The event that Git does not have.
@Suite struct PostPushTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
    }

    @Test func `the user's post-push hook learns what became of each ref`() throws {
        try world.sandbox.write(
            Array(
                """
                #!/bin/sh
                echo said to the user
                { echo "$1 $2"; cat; git rev-parse refs/remotes/origin/main; } >>told

                """.utf8), to: world.path.appending(".git/hooks/post-push"), mode: 0o755)
        let told = world.path.appending("told")
        let lost = try world.commit("lost", as: "lost")
        let first = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
        try world.loseFromCache(lost)
        try world.git("branch", "broken")
        try world.git("checkout", "-q", "--orphan", "other")
        try world.git("rm", "-rq", "--cached", ".")
        try world.git("commit", "-q", "--allow-empty", "-m", "plain")
        let head = try world.sandbox.gitLine("rev-parse", "HEAD", in: world.path)
        try world.push("-n", "origin", "other:main").checked()
        #expect(!fileExists(told))
        let result = try world.push("origin", "broken", "other:main")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("said to the user"))
        let lines = String(decoding: try readFile(told), as: UTF8.self).split(separator: "\n")
        let zeros = String(repeating: "0", count: 40)
        #expect(lines.count == 4, "\(lines)")
        #expect(lines.first == "origin \(world.bare)")
        #expect(lines.contains("refs/heads/other \(head) refs/heads/main \(zeros) ok"))
        #expect(
            lines.contains {
                $0.hasPrefix("refs/heads/broken \(first) refs/heads/broken \(zeros) error dvc: ")
            })
        // Git's tracking refs are up to date by then.
        #expect(lines.last.map(String.init) == head)
        // Nothing to push, nothing to tell; and a hook that fails changes nothing.
        try removeFile(told)
        try world.push("origin", "other:main").checked()
        #expect(!fileExists(told))
        try world.sandbox.write(
            Array("#!/bin/sh\nexit 3\n".utf8), to: world.path.appending(".git/hooks/post-push"),
            mode: 0o755)
        let failing = try world.push("origin", "other:more").checked()
        #expect(failing.errorOutput.contains("warning: the hook post-push ended with code 3"))
    }
}
