import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Pushes with `dvc.pushData` = `after` that end between the refs and the data, and what the next one does.
@Suite struct LeftDataTests {
    enum Way: String, CaseIterable {
        /// Git pushes by itself, and our hooks do the rest.
        case hooks
        case helper
        /// Through the helper and Git's own for web servers.
        case web
    }

    let world: PushWorld
    private var notes: FilePath { world.path.appending(".git/dvc") }
    private var postReceive: FilePath { world.bare.appending("hooks/post-receive") }

    init() throws { world = try PushWorld() }

    private func leftNotes(in folder: FilePath? = nil) throws -> [String] {
        let folder = folder ?? notes
        guard directoryExists(folder) else { return [] }
        return try directoryEntries(folder).map(\.string).filter { $0.hasPrefix("push-") }.sorted()
    }

    private func isStored(_ oid: ObjectID) throws -> Bool {
        try world.stored().contains(DVCRepository.key(oid).string)
    }

    private func write(_ hook: String, _ script: String) throws {
        try world.sandbox.write(
            Array("#!/bin/sh\n\(script)\n".utf8), to: world.bare.appending("hooks/\(hook)"),
            mode: 0o755)
    }

    private func install(_ way: Way) throws -> GitServers? {
        try world.git("config", "dvc.pushData", "after")
        guard way == .web else {
            try
                (way == .hooks
                ? world.dvc("install", "-q", "--hooks-only") : world.dvc("install", "-q")).checked()
            return nil
        }
        let servers = GitServers(world.sandbox, root: world.sandbox.root)
        try world.sandbox.git("config", "http.receivepack", "true", in: world.bare)
        try world.git("remote", "set-url", "origin", servers.url("bare.git", by: .http))
        try world.dvc("install", "-q").checked()
        return servers
    }

    /// Pushes `main` and has the server, once it has moved the ref, kill who would upload then.
    private func pushKilled(in worktree: FilePath? = nil, _ folder: FilePath? = nil) throws {
        let notes = folder ?? notes
        try write("post-receive", "for note in '\(notes)'/push-*; do kill -9 ${note##*-}; done")
        #expect(try !world.push("origin", "main", in: worktree).succeeded)
        try removeFile(postReceive)
        let head = try world.sandbox.gitLine("rev-parse", "main", in: world.path)
        #expect(try world.refs().contains("\(head) refs/heads/main"))
    }

    @Test(arguments: Way.allCases, [false, true])
    func `the next push brings what a killed one left`(way: Way, fetches: Bool) throws {
        let servers = try install(way)
        let oid = try world.commit("late", as: "file")
        try pushKilled()
        #expect(try !isStored(oid))
        #expect(try leftNotes().count == 1)
        // Then a tracking ref tells that all is there.
        if fetches { try world.git("fetch", "-q", "origin") }
        let dry = try world.push("-n", "origin", "main").checked()
        #expect(try !isStored(oid), "\(dry)")
        // Git itself has nothing to push.
        let result = try world.push("origin", "main").checked()
        #expect(try isStored(oid), "\(result)")
        #expect(result.errorOutput.contains("ended before its DVC data was uploaded"), "\(result)")
        #expect(try leftNotes() == [])
        let again = try world.push("origin", "main").checked()
        #expect(!again.errorOutput.contains("DVC"), "\(again)")
        withExtendedLifetime(servers) {}
    }

    @Test(arguments: [Way.hooks, .helper], [false, true])
    func `so does the next push from another worktree`(way: Way, fromLinked: Bool) throws {
        _ = try install(way)
        let oid = try world.commit("late", as: "file")
        let linked = world.sandbox.path("linked")
        try world.git("worktree", "add", "-q", "-b", "side", linked.string)
        let own = world.path.appending(".git/worktrees/linked/dvc")
        if fromLinked { try pushKilled(in: linked, own) } else { try pushKilled() }
        #expect(try !isStored(oid))
        #expect(try leftNotes(in: fromLinked ? own : notes).count == 1)
        let result = try world.push(
            "origin", "main", in: fromLinked ? world.path : linked
        ).checked()
        #expect(try isStored(oid), "\(result)")
        #expect(try leftNotes() == [] && leftNotes(in: own) == [])
    }

    @Test(arguments: [Way.hooks, .helper])
    func `so does a push of something else, its refs after the data`(way: Way) throws {
        _ = try install(way)
        let oid = try world.commit("late", as: "file")
        try pushKilled()
        // With this setting, too, the data of the earlier push is missing on the server.
        try world.git("config", "dvc.pushData", "before")
        try world.git("checkout", "-q", "-b", "side", "HEAD~0")
        try world.commit("plain")
        let key = world.storage.appending(DVCRepository.key(oid))
        try write("pre-receive", "test -f '\(key)'")
        try world.push("origin", "side").checked()
        #expect(try leftNotes() == [])
    }

    @Test func `and git dvc push of the workspace`() throws {
        _ = try install(.helper)
        let oid = try world.commit("late", as: "file")
        try pushKilled()
        // The workspace itself needs other data.
        try world.commit("now", as: "file")
        try world.dvc("push", "--dry-run").checked()
        try world.dvc("push", "file.dvc").checked()
        #expect(try !isStored(oid))
        let result = try world.dvc("push").checked()
        #expect(try isStored(oid), "\(result)")
        #expect(try leftNotes() == [])
    }

    @Test(arguments: [Way.hooks, .helper])
    func `what cannot be brought is said each time and stops no push`(way: Way) throws {
        _ = try install(way)
        let oid = try world.commit("lost", as: "file")
        let object = world.repository.cache.appending(DVCRepository.key(oid))
        try pushKilled()
        let saved = world.sandbox.path("saved")
        try renameFile(object, to: saved)
        try world.commit("new", as: "file")
        for _ in 0..<2 {
            let result = try world.push("origin", "main").checked()
            #expect(
                result.errorOutput.contains(
                    "warning: the DVC data of an earlier push to 'origin' is not all there"),
                "\(result)")
            #expect(try leftNotes().count == 1)
        }
        #expect(try world.dvc("push").status == 1)
        try renameFile(saved, to: object)
        try world.push("origin", "main").checked()
        #expect(try isStored(oid))
        #expect(try leftNotes() == [])
    }

    @Test func `a note without data to upload goes, as does one that nobody can read`() throws {
        _ = try install(.hooks)
        try world.commit("late", as: "file")
        try pushKilled()
        let name = try leftNotes()[0]
        let file = notes.appending(name)
        let text = String(decoding: try readFile(file), as: UTF8.self)
        try writeFile(file, Array(text.replacing("\nafter\n", with: "\nbefore\n").utf8))
        let result = try world.push("origin", "main").checked()
        #expect(!result.errorOutput.contains("DVC"), "\(result)")
        #expect(try leftNotes() == [])
        try writeFile(file, Array("no note".utf8))
        try world.push("origin", "main").checked()
        #expect(try leftNotes() == [])
    }

    @Test func `a number that another program has by now is not taken for the push`() throws {
        _ = try install(.hooks)
        let oid = try world.commit("late", as: "file")
        try pushKilled()
        // As after a restart: this process is alive, and no push.
        try renameFile(
            notes.appending(leftNotes()[0]), to: notes.appending("push-\(getpid())"))
        try world.push("origin", "main").checked()
        #expect(try isStored(oid))
        #expect(try leftNotes() == [])
    }

    @Test(arguments: [Way.hooks, .helper])
    func `the note of a push that goes on is left alone`(way: Way) throws {
        _ = try install(way)
        let oid = try world.commit("late", as: "file")
        let folder = world.sandbox.root
        try world.sandbox.run("mkfifo", "begun", "go", in: folder).checked()
        try write(
            "post-receive",
            """
            case $(cat) in *refs/heads/main*) ;; *) exit ;; esac
            echo >'\(folder)/begun'; read -r line <'\(folder)/go'
            """)
        let first = try world.sandbox.start("git", ["push", "origin", "main"], in: world.path)
        try world.sandbox.run("cat", "begun", in: folder).checked()
        let held = try leftNotes()
        #expect(held.count == 1)
        try world.push("origin", "main:side").checked()
        #expect(try leftNotes() == held)
        try world.sandbox.run("sh", "-c", "echo >go", in: folder).checked()
        try first.wait().checked()
        #expect(try isStored(oid))
        #expect(try leftNotes() == [])
    }
}
