import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What happens while the helper uploads data: other pushes, and servers that drop idle connections.
@Suite struct HelperMeanwhileTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld()
        try world.git("config", "url.dvc::/.pushInsteadOf", "/")
        try world.commit("base", as: "base")
        try world.push("-q", "-u", "origin", "main").checked()
    }

    /// Another working copy with a commit of its own, whose data is in its cache only.
    private func colleague(_ content: String) throws -> (path: FilePath, oid: ObjectID) {
        let path = world.sandbox.path("colleague")
        try world.sandbox.git(
            "clone", "-q", "dvc::\(world.bare)", "colleague", in: world.sandbox.root)
        let file = path.appending("theirs")
        try world.sandbox.write(Array(content.utf8), to: file)
        try world.sandbox.run("git", "dvc", "add", "-q", "theirs", in: path).checked()
        try world.sandbox.commitAll("theirs", in: path)
        return (path, objectID(of: Array(content.utf8)))
    }

    private func holds(_ oids: ObjectID...) throws {
        let stored = try world.stored()
        for oid in oids { #expect(stored.contains(DVCRepository.key(oid).string)) }
    }

    private func tip(of ref: String) throws -> String {
        try world.sandbox.gitLine("rev-parse", "--verify", ref, in: world.bare)
    }

    /// `words`: how the push asks; `refusal`: what it is told, as Git alone would say.
    @Test(arguments: [
        (["origin", "main"], "(fetch first)"),
        (["--force", "origin", "main"], "(stale info)"),
        (["--force-with-lease", "origin", "main"], "(stale info)"),
        (["--atomic", "origin", "main", "main:other"], "(fetch first)"),
    ])
    func `a ref that moves during the upload is not overwritten`(
        words: [String], refusal: String
    ) throws {
        let theirs = try colleague("theirs")
        let ours = try world.commit("ours", as: "ours")
        let held = try HeldPrograms("one", in: world.sandbox, waiting: .before)
        let push = try held.startPush(["--porcelain"] + words, in: world.path)
        try world.sandbox.git("push", "-q", "origin", "main", in: theirs.path)
        let moved = try tip(of: "main")
        try held.letGo()
        let result = push.wait()
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("!\trefs/heads/main:refs/heads/main\t"))
        #expect(result.output.contains(refusal), "\(result)")
        #expect(try world.refs() == ["\(moved) refs/heads/main"])
        // What was uploaded for nothing does not harm, and is there for the next attempt.
        try holds(ours, theirs.oid)
        try world.push("-q", "origin", "main:ours").checked()
        #expect(try tip(of: "ours") == world.sandbox.gitLine("rev-parse", "HEAD", in: world.path))
    }

    @Test(arguments: [["main"], ["main:other", "main"], ["--atomic", "main:other", "main"]])
    func `what Git would not send has no data uploaded`(words: [String]) throws {
        let theirs = try colleague("theirs")
        try world.sandbox.git("push", "-q", "origin", "main", in: theirs.path)
        let moved = try tip(of: "main")
        let before = try world.stored()
        let ours = try world.commit("ours", as: "ours")
        let options = words.filter { $0.hasPrefix("-") }
        let result = try world.git(
            ["push", "--porcelain"] + options + ["origin"] + words.filter { !$0.hasPrefix("-") })
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("[rejected] (fetch first)"), "\(result)")
        #expect(
            result.errorOutput.contains("Updates were rejected because the remote contains work"))
        #expect(try tip(of: "main") == moved)
        let isSent = words == ["main:other", "main"]
        let after = try world.stored()
        #expect(after.contains(DVCRepository.key(ours).string) == isSent)
        #expect(isSent || before == after)
        #expect(try world.traceLines().contains { $0.contains("run git send-pack") } == isSent)
        // What is forced goes, with its data.
        try world.git(["push", "--force", "origin", "main"]).checked()
        try holds(ours)
    }

    @Test func `of two pushes that move one ref at once one is refused`() throws {
        let theirs = try colleague("theirs")
        let ours = try world.commit("ours", as: "ours")
        let holders = try ["one", "two"].map {
            try HeldPrograms($0, in: world.sandbox, waiting: .after)
        }
        let pushes = try zip(holders, [world.path, theirs.path]).map { holder, path in
            try holder.startPush(["--porcelain", "origin", "main"], in: path)
        }
        for holder in holders { try holder.letGo() }
        let results = pushes.map { $0.wait() }
        #expect(results.map { $0.status ?? -1 }.sorted() == [0, 1], "\(results)")
        let winner = results[0].succeeded ? world.path : theirs.path
        #expect(try tip(of: "main") == world.sandbox.gitLine("rev-parse", "HEAD", in: winner))
        #expect(results.contains { $0.output.contains("rejected") }, "\(results)")
        try holds(ours, theirs.oid)
    }

    @Test func `two pushes that move two refs at once both succeed`() throws {
        let theirs = try colleague("theirs")
        let ours = try world.commit("ours", as: "ours")
        let holders = try ["one", "two"].map {
            try HeldPrograms($0, in: world.sandbox, waiting: .after)
        }
        let pushes = try zip(holders, [(world.path, "a"), (theirs.path, "b")]).map { holder, of in
            try holder.startPush(["origin", "main:\(of.1)"], in: of.0)
        }
        for holder in holders { try holder.letGo() }
        for push in pushes { try push.wait().checked() }
        #expect(
            try tip(of: "a") == world.sandbox.gitLine("rev-parse", "HEAD", in: world.path))
        #expect(
            try tip(of: "b") == world.sandbox.gitLine("rev-parse", "HEAD", in: theirs.path))
        try holds(ours, theirs.oid)
    }

    /// Makes `origin` a server behind a proxy, and returns that with what Git needs to log in.
    private func putProxy(_ way: GitWay) throws -> (ConnectionProxy, [String: String?], GitServers)
    {
        let servers = GitServers(world.sandbox, root: world.sandbox.root)
        try world.sandbox.git("config", "http.receivepack", "true", in: world.bare)
        let url = try servers.url("bare.git", by: way)
        let port = try #require(url.split(separator: ":").last?.prefix { $0.isNumber })
        let proxy = try ConnectionProxy(to: #require(UInt16(port)))
        let through = url.replacing(":\(port)", with: ":\(proxy.port)")
        try world.git("config", "remote.origin.url", through)
        var environment = try servers.environment()
        // The server's key is known by its own port.
        let command = environment["GIT_SSH_COMMAND"].flatMap(\.self) ?? ""
        environment["GIT_SSH_COMMAND"] = "\(command) -o 'HostKeyAlias=[127.0.0.1]:\(port)'"
        for scheme in ["ssh", "git", "http"] {
            try world.git("config", "url.dvc::\(scheme)://.pushInsteadOf", "\(scheme)://")
        }
        return (proxy, environment, servers)
    }

    @Test(arguments: [GitWay.ssh, .daemon, .http])
    func `a server may drop idle connections during the upload`(way: GitWay) throws {
        let (proxy, environment, servers) = try putProxy(way)
        let ours = try world.commit("ours", as: "ours")
        let held = try HeldPrograms("one", in: world.sandbox, waiting: .before)
        let push = try held.startPush(
            ["--porcelain", "origin", "main"], in: world.path, environment: environment)
        if way != .http {
            // There is none: what asked for the refs has ended, which the proxy sees a moment later.
            let deadline = ContinuousClock.now + .seconds(60)
            while proxy.openCount > 0, ContinuousClock.now < deadline { usleep(10_000) }
            #expect(proxy.openCount == 0)
            #expect(proxy.totalCount == 1)
        }
        proxy.dropAll()
        try held.letGo()
        let result = push.wait()
        #expect(result.status == 0, "\(result)")
        #expect(try tip(of: "main") == world.sandbox.gitLine("rev-parse", "HEAD", in: world.path))
        try holds(ours)
        _ = servers
    }

    /// That the proxy does drop what is open, and what the helper is good for.
    @Test(arguments: [GitWay.ssh, .daemon])
    func `Git alone loses its connection during a hook`(way: GitWay) throws {
        let (proxy, environment, servers) = try putProxy(way)
        for scheme in ["ssh", "git", "http"] {
            try world.git("config", "--unset", "url.dvc::\(scheme)://.pushInsteadOf")
        }
        let folder = world.sandbox.path("hook")
        try createDirectories(folder)
        try world.sandbox.run("mkfifo", "begun", "go", in: folder).checked()
        try world.sandbox.write(
            Array("#!/bin/sh\necho >'\(folder)/begun'\nread -r line <'\(folder)/go'\n".utf8),
            to: world.path.appending(".git/hooks/pre-push"), mode: 0o755)
        try world.commit("ours", as: "ours")
        let before = try world.refs()
        let push = try world.sandbox.start(
            "git", ["push", "origin", "main"], in: world.path, environment: environment)
        try world.sandbox.run("cat", "begun", in: folder).checked()
        #expect(proxy.openCount == 1)
        proxy.dropAll()
        try world.sandbox.run("sh", "-c", "echo >go", in: folder).checked()
        #expect(!push.wait().succeeded)
        #expect(try world.refs() == before)
        _ = servers
    }
}
