import Basics
import TestSupport
import Testing

/// What `git dvc install` writes down for the helper, and what becomes of it.
@Suite struct HelperInstallTests {
    let world: PushWorld

    init() throws { world = try PushWorld(hook: false) }

    private func settings(_ pattern: String = "^url|vcs") throws -> [String] {
        try world.git(["config", "--local", "--get-regexp", pattern]).outputLines
    }

    @Test func `pushes go through the helper, fetches and the address do not`() throws {
        try world.git("remote", "add", "scp", "me@example.org:repo")
        let mine = "url.https://mine/.pushinsteadof https://theirs/"
        try world.git("config", "url.https://mine/.pushInsteadOf", "https://theirs/")
        try world.dvc("install", "-q").checked()
        let first = try settings()
        #expect(first.contains("url.dvc::/.pushinsteadof /"))
        #expect(first.contains("url.dvc+https://.pushinsteadof https://"))
        #expect(first.contains("url.dvc::me@example.org:.pushinsteadof me@example.org:"))
        #expect(try settings("^remote.origin.url") == ["remote.origin.url \(world.bare)"])
        try world.dvc("install", "-q").checked()
        #expect(try settings() == first)

        let oid = try world.commit("data", as: "file")
        let result = try world.push("-u", "origin", "main").checked()
        #expect(result.errorOutput.contains("To dvc::"))
        #expect(try world.stored() == world.keys(oid))
        try world.git("fetch")
        #expect(try world.git(["status", "-sb"]).output.hasPrefix("## main...origin/main"))

        try world.dvc("uninstall", "-q").checked()
        #expect(try settings() == [mine])
        #expect(!fileExists(world.path.appending(".git/dvc")))
        try world.commit("plain")
        try world.push("origin", "main", environment: ["PATH": "/usr/bin:/bin"]).checked()
    }

    @Test func `--full and --hooks-only`() throws {
        try world.dvc("install", "-q", "--full").checked()
        #expect(try settings().contains("remote.origin.vcs dvc"))
        let oid = try world.commit("data", as: "file")
        try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        try world.git("fetch", "origin")
        let less = try world.dvc("install", "--hooks-only").checked()
        #expect(less.output.contains("Pushes no longer go through 'git-remote-dvc'"))
        #expect(try settings() == [])
        #expect(try world.dvc("install", "--hooks-only", "--full").status == 254)
        try world.dvc("install", "-q", "--full").checked()
        try world.dvc("uninstall", "-q").checked()
        #expect(try settings() == [])
    }

    @Test func `what follows pushes needs no hook of Git's where the helper does it`() throws {
        try world.git("config", "dvc.pushExps", "all")
        try world.git("config", "dvc.pushData", "after")
        try world.sandbox.write(
            Array("#!/bin/sh\n".utf8), to: world.path.appending(".git/hooks/post-push"),
            mode: 0o755)
        let hook = world.path.appending(".git/hooks/reference-transaction")
        let missing = "'reference-transaction' does not call ours"
        for isFull in [true, false] {
            try world.dvc("install", "--hooks-only", "-q").checked()
            #expect(isExecutableFile(hook))
            let result = try isFull ? world.dvc("install", "--full") : world.dvc("install")
            try result.checked()
            #expect(result.output.contains("Removed the hook 'reference-transaction'"))
            #expect(!fileExists(hook))
            #expect(try !world.dvc("doctor").output.contains(missing))
        }
        // Rules for pushes do not apply to it, so pushes go past the helper.
        try world.git("config", "remote.origin.pushurl", world.bare.string)
        #expect(try world.dvc("doctor").output.contains(missing))
        try world.dvc("install", "-q").checked()
        #expect(isExecutableFile(hook))
        #expect(try !world.dvc("doctor").output.contains(missing))
    }

    @Test(arguments: [false, true])
    func `programs with a short PATH find the helper`(fromWorktree: Bool) throws {
        try world.dvc("install", "-q").checked()
        let oid = try world.commit("data", as: "file")
        var place = world.path
        if fromWorktree {
            place = world.sandbox.path("linked")
            try world.git("worktree", "add", "-q", "-b", "side", place.string)
        }
        place = place.appending("deep")
        try createDirectories(place)
        // As a graphical program starts it: no variables but these, and nobody to ask.
        let home = world.sandbox.path("home")
        let result = try world.sandbox.run(
            "env", "-i", "PATH=/usr/bin:/bin", "HOME=\(home)", "git", "push", "--porcelain",
            "origin",
            "HEAD:refs/heads/main", "HEAD:refs/tags/one", in: place
        ).checked()
        #expect(result.output.hasPrefix("To dvc::"), "\(result)")
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().count == 2)
        try world.dvc("uninstall", "-q").checked()
        #expect(try settings("alias") == [])
    }

    @Test func `an alias of the user's own stays`() throws {
        try world.git("config", "alias.remote-dvc-all", "!echo")
        try world.git("config", "alias.remote-dvc", "!mine")
        try world.dvc("install", "-q").checked()
        try world.dvc("uninstall", "-q").checked()
        #expect(
            try settings("alias") == ["alias.remote-dvc-all !echo", "alias.remote-dvc !mine"])
    }

    @Test func `the helper that a remote has already stays, with --full too`() throws {
        try world.git("config", "remote.origin.vcs", "hg")
        let result = try world.dvc("install", "--full").checked()
        #expect(
            result.errorOutput.contains("'origin' has another remote helper ('hg')"),
            "\(result)")
        try world.dvc("uninstall", "-q").checked()
        #expect(try settings() == ["remote.origin.vcs hg"])
    }

    /// Git would not start the helper, and so push nowhere.
    @Test(arguments: ["protocol.allow", "protocol.dvc.allow"])
    func `where Git's settings forbid the helper there are no such lines`(key: String) throws {
        try world.git("config", key, "never")
        try world.git("config", "protocol.file.allow", "always")
        let result = try world.dvc("install").checked()
        #expect(result.errorOutput.contains("'\(key)' forbids 'git-remote-dvc'"))
        #expect(try !settings().contains { $0.hasPrefix("url.dvc::") })
        let oid = try world.commit("data", as: "file")
        try world.push("origin", "main").checked()
        #expect(try world.stored() == world.keys(oid))
        // Set later, it stops every push.
        try world.git("config", "--unset", key)
        try world.dvc("install", "-q").checked()
        try world.git("config", key, "never")
        #expect(try world.dvc("doctor").output.contains("'\(key)' forbids 'git-remote-dvc'"))
    }

    @Test func `without the helper on PATH there are no such lines, and doctor finds old ones`()
        throws
    {
        let prefix = try Sandbox.installedPrefix()
        let short: [String: String?] = ["PATH": "/usr/bin:/bin"]
        func direct(_ words: String...) throws -> ProcessResult {
            try world.sandbox.start(
                "\(prefix)/bin/git-dvc", words, in: world.path, environment: short
            ).wait()
        }
        let result = try direct("install").checked()
        #expect(result.errorOutput.contains("'git-remote-dvc' is not on PATH"))
        #expect(try settings() == [])
        try world.dvc("install", "-q").checked()
        try world.git("config", "--unset", "alias.remote-dvc")
        #expect(
            try direct("doctor").output.contains(
                "'git-remote-dvc' is not on PATH: pushes to such addresses fail"))
        // Installing again takes away what would stop every push.
        try direct("install", "-q").checked()
        #expect(try settings() == [])
    }
}
