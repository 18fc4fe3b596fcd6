import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc gc`: what nothing needs goes, and nothing else.
@Suite struct GarbageTests {
    let world: PushWorld
    private var sandbox: Sandbox { world.sandbox }
    private var cache: FilePath { world.repository.cache }

    init() throws {
        world = try PushWorld()
        try world.repository.add("in HEAD", as: "file")
        try world.commit()
    }

    private func has(_ oid: ObjectID) -> Bool {
        fileExists(cache.appending(DVCRepository.key(oid)))
    }

    private func object(_ content: String) throws -> ObjectID {
        try world.repository.storeInCache(Array(content.utf8))
    }

    /// Runs `gc` as if all objects were old.
    @discardableResult
    private func gc(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try gc(arguments, in: directory)
    }

    private func gc(_ arguments: [String], in directory: FilePath? = nil) throws -> ProcessResult {
        // What was stored within a tick of the clock counts as stored meanwhile.
        usleep(30_000)
        return try sandbox.start(
            "git", ["dvc", "gc", "--expire", "now"] + arguments, in: directory ?? world.path
        ).wait()
    }

    /// Replaces what `file` is, without a commit.
    @discardableResult
    private func replace(_ content: String, as name: String = "file") throws -> ObjectID {
        try world.repository.add(content, as: name)
    }

    // MARK: What is kept

    @Test func `what any ref, stash, reflog, index or file names is kept`() throws {
        var kept: [String: ObjectID] = [:]
        func note(_ place: String, _ content: String, _ name: String = "file") throws {
            kept[place] = try replace(content, as: name)
        }
        try note("an older commit", "old")
        try world.commit()
        try note("HEAD", "new")
        try world.commit()
        for ref in ["refs/tags/v1", "refs/exps/exec/EXEC_HEAD", "refs/dvc/origin/exps/x"] {
            try note(ref, ref)
            try world.commit()
            try world.git("update-ref", ref, "HEAD")
            try world.git("reset", "-q", "--hard", "HEAD~1")
        }
        try note("a branch", "branch")
        try world.git("checkout", "-q", "-b", "other")
        try world.commit()
        try world.git("checkout", "-q", "main")
        try note("a reflog", "reflog")
        try world.commit()
        try world.git("reset", "-q", "--hard", "HEAD~1")
        try note("a stash", "stash")
        try world.git("stash", "-q")
        try note("an older stash, with what was untracked", "untracked", "untracked-file")
        try world.git("stash", "-q", "-u")
        try note("the index", "index")
        try world.git("add", "file.dvc")
        try note("a file on disk", "on disk")
        try note("a file that Git ignores", "ignored", "ignored-file")
        try world.write("/ignored-file.dvc\n", to: ".gitignore")
        let garbage = try object("garbage")

        let plan = try gc("--dry-run")
        #expect(plan.outputLines.first == "would remove \(DVCRepository.key(garbage))", "\(plan)")
        #expect(has(garbage))
        let result = try gc()
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasPrefix("Removed 1 object from the cache, 7 bytes; "), "\(result)")
        #expect(!has(garbage))
        for (place, oid) in kept { #expect(has(oid), "\(place)") }
        #expect(try gc().output.hasPrefix("Nothing to remove: "))
    }

    @Test func `what other worktrees have is kept, their index and a merge under way as well`()
        throws
    {
        let main = try #require(try world.git("rev-parse", "HEAD").outputLines.first)
        let side = try replace("the other side")
        try world.git("checkout", "-q", "-b", "side")
        try world.commit()
        try world.git("checkout", "-q", "main")
        let own = try replace("own side")
        try world.commit()
        let linked = sandbox.path("linked")
        try world.git("worktree", "add", "-q", "--detach", linked.string, main)
        let repository = DVCRepository(at: linked, in: sandbox, storage: nil)
        _ = try repository.add("only there", as: "fresh")
        let onlyThere = try object("only there")
        // A conflict, whose file no YAML parser reads.
        #expect(
            try sandbox.start("git", ["merge", "-q", "side"], in: world.path).wait().status == 1)
        try world.git("branch", "-q", "-D", "side")
        try sandbox.run("rm", "-rf", world.path.appending(".git/logs").string).checked()
        #expect(try gc().status == 0)
        #expect(has(side) && has(own) && has(onlyThere))
    }

    @Test func `members are kept by their list, and go after it`() throws {
        let list = try world.repository.addDirectory("data", ["a": "member a", "b": "member b"])
        try world.commit()
        let (a, b) = (objectID(of: Array("member a".utf8)), objectID(of: Array("member b".utf8)))
        #expect(try gc().status == 0)
        #expect(has(list) && has(a) && has(b))
        try sandbox.run("sh", "-c", "rm -rf data data.dvc", in: world.path).checked()
        try world.commit("without")
        let plan = try gc("-w", "--dry-run")
        #expect(plan.outputLines.first == "would remove \(DVCRepository.key(list))", "\(plan)")
        #expect(try gc("-w", "-f").status == 0)
        #expect(!has(list) && !has(a) && !has(b))
    }

    @Test func `a list that nobody has stops everything, unless it is to be skipped`() throws {
        let list = try world.repository.addDirectory("data", ["a": "member a"])
        try world.commit()
        try world.loseFromCache(list)
        let garbage = try object("garbage")
        let result = try gc()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("the list \(list) that 'data.dvc'"), "\(result)")
        #expect(result.errorOutput.contains("--skip-failed"))
        #expect(has(garbage) && has(objectID(of: Array("member a".utf8))))
        // From the remote its members are known.
        let storage = world.storage.appending(DVCRepository.key(list))
        let members = [(name: "a", oid: objectID(of: Array("member a".utf8)))]
        try sandbox.write(DVCRepository.directoryList(members), to: storage, mode: 0o444)
        #expect(try gc().status == 0)
        #expect(!has(garbage) && has(objectID(of: Array("member a".utf8))))
        try removeFile(storage)
        #expect(try gc("--skip-failed").status == 0)
        #expect(!has(objectID(of: Array("member a".utf8))))
    }

    @Test func `a broken metafile keeps what it names, and stops a selection`() throws {
        let oid = try object("named by a broken file")
        try world.write("outs:\n- md5: \(oid)\n<<<<<<< HEAD\n", to: "broken.dvc")
        #expect(try gc().status == 0)
        #expect(has(oid))
        let result = try gc("-w", "-f")
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("broken.dvc"), "\(result)")
        #expect(has(oid))
        #expect(try gc("-w", "-f", "--skip-failed").status == 0)
        #expect(!has(oid))
    }

    // MARK: Age and links

    @Test func `what is new stays, and a span says how new`() throws {
        let garbage = try object("garbage")
        let result = try world.dvc("gc")
        #expect(result.output == "Nothing to remove: 1 object needed, 1 too new.\n", "\(result)")
        #expect(try world.dvc("gc", "--expire", "1.hour").output.contains("1 too new"))
        #expect(has(garbage))
        #expect(try world.dvc("gc", "--expire", "soon").status == 254)
        #expect(try gc().status == 0)
        #expect(!has(garbage))
    }

    @Test func `an object that files are linked to stays`() throws {
        let linked = try object("hard link")
        let pointed = try object("symbolic link")
        func place(_ oid: ObjectID) -> String {
            cache.appending(DVCRepository.key(oid)).string
        }
        try sandbox.run("ln", place(linked), "hard", in: world.path).checked()
        try sandbox.run("ln", "-s", place(pointed), "soft", in: world.path).checked()
        // Two names in the cache itself are no reason.
        let migrated = try object("migrated")
        let name = "\(migrated)"
        let legacy = cache.appending("\(name.prefix(2))")
        try createDirectories(legacy)
        try sandbox.run("ln", place(migrated), "\(legacy)/\(name.dropFirst(2))").checked()
        for arguments in [[], ["-w", "-f"]] {
            let result = try gc(arguments)
            #expect(result.status == 0, "\(result)")
            #expect(has(linked) && has(pointed))
            #expect(!has(migrated) && !fileExists(legacy.appending("\(name.dropFirst(2))")))
        }
    }

    // MARK: Other projects, remotes, locks

    @Test func `a cache elsewhere is left alone until the other projects are named`() throws {
        let shared = sandbox.path("shared")
        try sandbox.run("mv", cache.string, shared.string).checked()
        let config = "[cache]\n    dir = \(shared)\n"
        try world.write(config, to: ".dvc/config.local")
        let other = try DVCRepository(in: sandbox, "other", storage: nil)
        try sandbox.write(Array(config.utf8), to: other.path.appending(".dvc/config.local"))
        let theirs = try other.add("theirs", as: "x")
        try sandbox.commitAll("theirs", in: other.path)
        try sandbox.run("cp", "-a", "\(other.cache)/.", shared.string).checked()
        func has(_ oid: ObjectID) -> Bool { fileExists(shared.appending(DVCRepository.key(oid))) }
        let refused = try gc()
        #expect(refused.status == 1)
        #expect(refused.errorOutput.contains("lies outside of this repository"), "\(refused)")
        #expect(has(theirs))
        #expect(try gc("-p", "../other").status == 0)
        #expect(has(theirs))
        #expect(try gc("-p", "../nowhere").status != 0)
        #expect(try gc("--not-shared").status == 0)
        #expect(!has(theirs))
    }

    @Test func `what the remote lacks can be spared, and what it has be given up`() throws {
        try world.push("-q", "origin", "main").checked()
        let pushed = try object("pushed")
        let unpushed = try object("not pushed")
        try sandbox.write(
            Array("pushed".utf8), to: world.storage.appending(DVCRepository.key(pushed)),
            mode: 0o444)
        let result = try gc("--verify-remote")
        #expect(result.status == 0)
        #expect(result.output.contains("1 not on the remote"), "\(result)")
        #expect(!has(pushed) && has(unpushed))
        let needed = objectID(of: Array("in HEAD".utf8))
        let later = try replace("not there yet", as: "later")
        #expect(try gc("-w", "-f", "--not-in-remote").status == 0)
        #expect(!has(needed) && has(later))
        for arguments in [["-c", "-w", "-f"], ["-r", "storage"]] {
            #expect(try world.dvc(arguments: ["gc"] + arguments).status == 254)
        }
        #expect(try gc("--verify-remote", "-r", "nowhere").status != 0)
    }

    @Test func `without a terminal a selection is refused, and with a held lock it waits`() throws {
        let garbage = try object("garbage")
        #expect(try gc("-w").status != 0)
        #expect(has(garbage))
        let lock = world.path.appending(".dvc/tmp/lock")
        try sandbox.write([], to: lock)
        let line = "exec 9>\(lock); flock 9; sleep 1; git dvc gc -w -f --expire now 9>&-"
        // Whoever holds the lock has it until the shell ends.
        let result = try sandbox.run(
            "timeout", "3", "sh", "-c", line, in: world.path)
        #expect(result.status == 124, "\(result)")
        #expect(has(garbage))
        #expect(try gc("-w", "-f").status == 0)
        #expect(!has(garbage))
    }

    @Test func `temporary files go once they are old, and what is no object stays`() throws {
        let folder = cache.appending("files/md5/ab")
        let old = folder.appending(".AAAAAAAAAAAAAAAAAAAAAA.tmp")
        try sandbox.write([1], to: old)
        let unpacked = cache.appending("ab/cdefcdefcdefcdefcdefcdefcdefcd.dir.unpacked/x")
        try sandbox.write([1], to: unpacked)
        try sandbox.write([1], to: folder.appending("notes.txt"))
        try sandbox.write([1], to: cache.appending("runs/aa/x/y"))
        #expect(try gc().status == 0)
        // Nobody can set back when it was made, so only that it is too new can be shown.
        for path in [old, unpacked, folder.appending("notes.txt"), cache.appending("runs/aa/x/y")] {
            #expect(fileExists(path), "\(path)")
        }
    }

    @Test func `killed at any moment, no list that is left promises what is gone`() throws {
        var lists: [ObjectID: [ObjectID]] = [:]
        for number in 0..<10 {
            let members = try (0..<60).map { index in
                (name: "\(100 + index)", oid: try object("\(number) \(index)"))
            }
            let list = try world.repository.storeInCache(
                DVCRepository.directoryList(members), isDirectory: true)
            lists[list] = members.map(\.oid)
        }
        for attempt in 1...60 {
            let killed = try sandbox.run(
                "timeout", "-s", "KILL", "\(Double(attempt) * 0.004)", "git-dvc", "gc", "-w", "-f",
                in: world.path)
            let left = lists.filter { has($0.key) }
            for (list, members) in left {
                #expect(members.allSatisfy { has($0) }, "\(attempt): \(list)")
            }
            if killed.status == 0 { break }
        }
        #expect(try gc("-w", "-f").status == 0)
        #expect(lists.allSatisfy { !has($0.key) && $0.value.allSatisfy { !has($0) } })
        #expect(has(objectID(of: Array("in HEAD".utf8))))
        // Nothing is left of the lock or of what was begun.
        #expect(try gc().output.hasPrefix("Nothing to remove: "))
    }

    @Test func `the result as JSON`() throws {
        let garbage = try object("garbage")
        let result = try gc("--json")
        #expect(result.status == 0)
        #expect(
            result.output.contains(
                #""removed":[{"bytes":7,"object":"\#(DVCRepository.key(garbage))"}]"#), "\(result)")
        #expect(result.output.contains(#""dryRun":false"#))
    }
}

extension PushWorld {
    fileprivate func dvc(arguments: [String]) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + arguments, in: path).wait()
    }
}
