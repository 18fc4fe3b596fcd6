import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc doctor`.
@Suite struct DoctorTests: HookSuite {
    let world: PushWorld
    init() throws { world = try PushWorld(hook: false) }

    private func doctor(
        _ arguments: String..., in directory: FilePath? = nil, environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try world.sandbox.start(
            "git", ["dvc", "doctor"] + arguments, in: directory ?? world.path,
            environment: environment
        ).wait()
    }

    private func expect(
        _ lines: String..., in result: ProcessResult,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for line in lines {
            #expect(
                result.outputLines.contains { $0.hasPrefix(line) }, "\(line)\n\(result)",
                sourceLocation: sourceLocation)
        }
    }

    private func install() throws { try world.dvc("install", "-q").checked() }

    @Test func `all is well after an install and a push, and nothing is changed`() throws {
        try install()
        try world.commit("1", as: "a")
        try world.push("origin", "main").checked()
        let before = try snapshot(world.path)
        let result = try doctor().checked()
        #expect(result.errorOutput == "")
        let prefix = try Sandbox.installedPrefix()
        let hooks = try #require(prefix.appending("bin/dvc-hooks").resolved)
        expect(
            "ok: git-dvc: ", "ok: git: 2.", "ok: libraries: SQLite 3.", "ok: hook: '\(hook)'",
            "ok: hook: a push comes to '\(hooks)'", "ok: settings: all are valid",
            "ok: records: '\(world.path)/.git/dvc/status.db'", "ok: root: configured by: repo",
            "ok: root: the default remote is 'storage'",
            "ok: root, remote 'storage': '\(world.storage)' was reached",
            "ok: root: the cache '\(world.path)/.dvc/cache' has 1 object",
            "ok: root: of the link types reflink, copy, ",
            "ok: workspace: 'git dvc push' has nothing to upload",
            "ok: branch: a push of the current branch to 'origin' has nothing to upload",
            in: result)
        #expect(!result.output.contains("\nwarning:") && !result.output.contains("\nerror:"))
        #expect(try snapshot(world.path) == before)
    }

    @Test func `what would be uploaded, and what is missing`() throws {
        try install()
        let oid = try world.commit("1", as: "a")
        expect(
            "ok: workspace: 'git dvc push' would upload 1 object",
            "ok: branch: a push of the current branch to 'origin' would upload 1 object",
            in: try doctor().checked())
        try world.loseFromCache(oid)
        let result = try doctor()
        #expect(result.status == 1)
        expect("error: workspace: 'a' needs ", "error: branch: 'a' (commit ", in: result)
    }

    @Test func `outside of a repository it says so and tells the versions`() throws {
        let result = try doctor(in: world.sandbox.root)
        #expect(result.status == 1)
        expect("ok: git-dvc: ", "ok: git: ", "error: repository: not a git repository", in: result)
        let plain = try doctor(in: try world.sandbox.makeRepository("plain")).checked()
        expect(
            "warning: roots: there is no DVC repository", "warning: hook: there is none", in: plain)
    }

    @Test func `JSON has the same findings`() throws {
        let text = try doctor().checked().outputLines
        let json = try doctor("--json").checked().output
        let levels = text.filter { !$0.hasPrefix("hint: ") }.map { $0.prefix { $0 != ":" } }
        #expect(json.matches(of: /"level" : "([a-z]+)"/).map(\.1) == levels)
        #expect(json.contains("\"hint\" : \"run 'git dvc install'\""))
    }

    // MARK: Secrets

    @Test func `no secret is shown, wherever it is`() throws {
        let secret = "HUSH"
        try world.write(
            """
            [core]
                remote = bucket
            ['remote "bucket"']
                url = s3://bucket/path
                endpointurl = http://127.0.0.1:1
                secret_access_key = tracked\(secret)
            ['remote "web"']
                url = https://user\(secret):pass\(secret)@host.example/path?sig=\(secret)#\(secret)
            ['remote "token"']
                url = https://token\(secret)@host.example/path
            ['remote "odd"']
                url = https://user:pa/\(secret)@host.example/path
            ['remote "away"']
                url = remote://web/sub

            """, to: ".dvc/config")
        try world.write(
            """
            ['remote "bucket"']
                access_key_id = \(secret)
                session_token = \(secret)
            ['remote "web"']
                password = \(secret)
                custom_auth_header = \(secret)

            """, to: ".dvc/config.local")
        try world.git("config", "remote.origin.url", "https://user:\(secret)@host.example/x.git")
        try world.git("config", "branch.main.remote", "https://user:\(secret)@host.example/x.git")
        try world.git("config", "http.extraHeader", "Authorization: \(secret)")
        try world.commit("1", as: "a")
        let trace = world.sandbox.path("doctor-trace")
        for arguments in [[], ["--json"]] {
            let result = try world.sandbox.start(
                "git", ["dvc", "doctor"] + arguments, in: world.path,
                environment: [
                    "AWS_SECRET_ACCESS_KEY": secret, "AZURE_STORAGE_KEY": secret,
                    "GIT_DVC_TRACE": trace.string,
                ]
            ).wait()
            #expect(!result.output.contains(secret), "\(result)")
            #expect(!result.errorOutput.contains(secret), "\(result)")
        }
        #expect(!String(decoding: try readFile(trace), as: UTF8.self).contains(secret))
        let result = try doctor()
        expect(
            "warning: root, remote 'bucket': secret_access_key is set in '\(world.path)/.dvc/config', "
                + "which everybody can read",
            "ok: root, remote 'bucket': access_key_id is set in '\(world.path)/.dvc/config.local'",
            "error: root, remote 'bucket': cannot look up ",
            "warning: root, remote 'web': the URL in '\(world.path)/.dvc/config' has a password in it",
            "error: root, remote 'web': remote 'web': 'url' is not that of a folder", in: result)
    }

    // MARK: What can be wrong

    @Test func `a hook that does not lead to us is an error`() throws {
        expect(
            "warning: hook: there is none: 'git push' uploads nothing",
            "hint: run 'git dvc install'",
            in: try doctor().checked())
        try install()
        try world.sandbox.run("chmod", "-x", hook.string).checked()
        let silent = try doctor()
        #expect(silent.status == 1)
        expect("error: hook: '\(hook)' is not executable", in: silent)

        try world.sandbox.write(
            Array("#!/bin/sh\n# git-dvc hook, version 1\nexit 3\n".utf8), to: hook, mode: 0o755)
        let broken = try doctor()
        #expect(broken.status == 1)
        expect(
            "warning: hook: '\(hook)' is of another version or place",
            "error: hook: a push does not come to dvc-hooks, and ended with 3", in: broken)
    }

    @Test func `a hook of another installation is noticed`() throws {
        let prefix = world.sandbox.path("other")
        try world.sandbox.run("cp", "-r", Sandbox.installedPrefix().string, prefix.string).checked()
        try world.sandbox.run(
            prefix.appending("bin/git-dvc").string, "install", "-q", in: world.path
        ).checked()
        let result = try doctor().checked()
        expect(
            "warning: hook: '\(hook)' is of another version or place",
            "warning: hook: a push comes to '\(prefix)/bin/dvc-hooks', not to '", in: result)
        // Called through the other one, PATH is what is odd.
        let other = try world.sandbox.run(
            prefix.appending("bin/git-dvc").string, "doctor", in: world.path
        ).checked()
        expect("warning: programs: '", in: other)
    }

    @Test func `a foreign hook that refuses or forgets us is noticed`() throws {
        try world.sandbox.write(
            Array("#!/bin/sh\necho my words >&2\nexit 4\n".utf8), to: hook, mode: 0o755)
        let result = try doctor()
        #expect(result.status == 1)
        expect(
            "ok: hook: '\(hook)' was written by somebody else",
            "error: hook: a push does not come to dvc-hooks, and ended with 4",
            "hint: it says: my words", in: result)
        expect("ok: hook: '\(hook)' was written", in: try doctor("--no-hook").checked())

        // Written by hand, as the advice of install has it.
        let program = try Sandbox.installedPrefix().appending("bin/dvc-hooks")
        try world.sandbox.write(
            Array("#!/bin/sh\n'\(program)' pre-push \"$@\"\n".utf8), to: hook, mode: 0o755)
        expect("ok: hook: a push comes to '", in: try doctor().checked())
        try world.sandbox.write(
            Array("#!/bin/sh\n'\(program)' pre-push \"$@\"\n'\(program)' pre-push \"$@\"\n".utf8),
            to: hook, mode: 0o755)
        expect("warning: hook: a push comes to dvc-hooks 2 times", in: try doctor().checked())
    }

    @Test func `the probe does not run a chained hook, nor upload`() throws {
        try world.sandbox.write(
            Array("#!/bin/sh\n: >'\(world.sandbox.root)/ran'\n".utf8), to: hook, mode: 0o755)
        try world.dvc("install", "-q", "--chain").checked()
        expect("ok: hook: a push comes to '", in: try doctor().checked())
        #expect(!fileExists(world.sandbox.path("ran")))
    }

    @Test func `wrong settings are named`() throws {
        for (name, value) in [
            ("dvc.jobs", "many"), ("dvc.strict", "very"), ("dvc.pushDate", "never"),
            ("dvc.fetchExps", "often"), ("remote.origin.dvcRemote", "gone"),
            ("dvc.pushExps", "folow"), ("dvc.receiveCheck", "maybe"),
            ("dvc.receiveTimeLimit", "soon"), ("dvc.Origin.exps", "supported"),
        ] {
            try world.git("config", name, value)
        }
        let result = try doctor(environment: ["DVC_SKIP_PUSH": "1"]).checked()
        expect(
            "warning: settings: dvc.jobs is 'many'", "warning: settings: dvc.strict is 'very'",
            "warning: settings: dvc.pushdate is no setting",
            "warning: settings: dvc.fetchExps is 'often', which is not one of tracking, auto, none",
            "warning: settings: dvc.pushExps is 'folow', which is not one of none, follow, all",
            "warning: settings: dvc.receiveCheck is 'maybe'",
            "warning: settings: dvc.receiveTimeLimit is 'soon'",
            "warning: settings: dvc.Origin.exps is 'supported', which is not 'unsupported'",
            "warning: settings: DVC_SKIP_PUSH is set",
            "warning: root: remote.origin.dvcRemote names 'gone'", in: result)
    }

    @Test func `configuration, storage, lock and leftovers are looked at`() throws {
        try install()
        try world.commit("1", as: "a")
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        let old = world.repository.cache.appending("files/md5/.abcdefghijklmnopqrstuv.tmp")
        let fresh = world.repository.cache.appending(".abcdefghijklmnopqrstuw.tmp")
        for file in [old, fresh] { try world.sandbox.write([], to: file) }
        try world.sandbox.run("touch", "-d", "3 days ago", old.string).checked()
        try world.sandbox.write(
            [UInt8](repeating: 0x39, count: 5000), to: world.path.appending(".git/dvc/status.db"))
        try world.write(" 4711\n", to: ".dvc/tmp/lock")
        let lock = open(world.path.appending(".dvc/tmp/lock").string, O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let result = try doctor().checked()
        expect(
            "warning: root, remote 'storage': '\(world.storage)' is not there",
            "warning: root: the cache has 1 file that killed programs left",
            "warning: root: DVC's lock is held by the process 4711",
            "warning: records: '\(world.path)/.git/dvc/status.db' is damaged: ", in: result)

        try world.write("[core]\n    remote = gone\n", to: ".dvc/config")
        expect("warning: root: no DVC remote is configured", in: try doctor("--no-hook"))
        try world.write("[nonsense\n", to: ".dvc/config")
        let broken = try doctor()
        #expect(broken.status == 1)
        expect("error: root: ", in: broken)
    }

    @Test func `every root of the repository is looked at`() throws {
        try world.write(
            "[core]\n    remote = away\n['remote \"away\"']\n    url = /nowhere/at/all\n",
            to: "sub/project/.dvc/config")
        expect(
            "ok: root: the default remote is 'storage'",
            "ok: root sub/project: the default remote is 'away'",
            "warning: root sub/project, remote 'away': '/nowhere/at/all' is not there",
            in: try doctor().checked())
    }
}
