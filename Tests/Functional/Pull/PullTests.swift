import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc pull` in its plain form.
@Suite struct PullTests {
    let pulled: PullWorld
    var world: PushWorld { pulled.world }
    var clone: FilePath { pulled.clone }

    init() throws { pulled = try PullWorld() }

    @Test func `a fresh clone gets everything`() throws {
        let result = try pulled.pull().checked()
        #expect(result.output == "A\tdata/\nA\tfile\n4 files fetched and 3 files added\n")
        #expect(result.errorOutput == "")
        #expect(try pulled.content("file") == "one")
        #expect(try pulled.content("data/x") == "1")
        #expect(try pulled.content("data/sub/y") == "2")
        #expect(try world.sandbox.git("status", "--porcelain", in: clone).output == "")
        #expect(try world.flawsOfStorage(clone.appending(".dvc/cache")) == [])
        #expect(try pulled.pull().checked().output == "Everything is up to date.\n")
        try world.sandbox.run("rm", "-r", "file", "data/sub", in: clone).checked()
        // From the cache this time.
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        #expect(
            try pulled.pull().checked().output
                == "M\tdata/\nA\tfile\n2 files added\n")
        #expect(try pulled.content("data/sub/y") == "2")
    }

    @Test func `changes that are saved nowhere are kept`() throws {
        try pulled.pull().checked()
        try world.sandbox.write(Array("mine".utf8), to: clone.appending("file"))
        try world.sandbox.write(Array("mine".utf8), to: clone.appending("data/x"))
        try pulled.update {
            try world.repository.add("two", as: "file")
            try world.repository.addDirectory("data", ["x": "new", "sub/y": "2"])
        }
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(result.output == "3 files fetched\n")
        #expect(
            result.errorOutput.hasPrefix(
                """
                error: Can't remove the following unsaved files without confirmation. Use `--force` to force.
                \(clone)/data/x
                \(clone)/file
                hint: save them with
                """), "\(result)")
        for name in ["file", "data/x"] { #expect(try pulled.content(name) == "mine") }
        let forced = try world.dvc("pull", "--force", in: clone).checked()
        #expect(forced.output == "M\tdata/\nM\tfile\n2 files modified\n")
        #expect(try pulled.content("file") == "two")
    }

    @Test func `a tracked directory is exact`() throws {
        try pulled.pull().checked()
        try world.sandbox.write(Array("mine".utf8), to: clone.appending("data/extra"))
        try pulled.update {
            try world.sandbox.run("rm", "-r", "data", in: world.path).checked()
            try world.repository.addDirectory("data", ["z": "3"])
        }
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("\n\(clone)/data/extra\n"), "\(result)")
        #expect(try pulled.content("data/extra") == "mine")
        #expect(try pulled.content("data/x") == "1")
        try removeFile(clone.appending("data/extra"))
        let second = try pulled.pull().checked()
        #expect(second.output == "M\tdata/\n1 file added and 2 files deleted\n")
        #expect(try pulled.content("data/x") == nil)
        #expect(!fileExists(clone.appending("data/sub")))
        #expect(try pulled.content("data/z") == "3")
    }

    @Test func `a corrupt object is never installed`() throws {
        let bad = objectID(of: Array("1".utf8))
        let object = world.storage.appending(DVCRepository.key(bad))
        try world.sandbox.write(Array("damaged".utf8), to: object, mode: 0o444)
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "error: cannot download \(DVCRepository.key(bad)) from remote 'storage': the object there is damaged"
            ), "\(result)")
        #expect(result.errorOutput.contains("; needed by 'data/x'\n"), "\(result)")
        #expect(try pulled.content("data/x") == nil)
        #expect(try pulled.content("file") == "one")
        // Neither the object nor the list that would promise it is in the cache.
        let cached = try world.stored(in: clone.appending(".dvc/cache"))
        let expected = world.keys(
            objectID(of: Array("one".utf8)), objectID(of: Array("2".utf8)))
        let kept = "quarantine/downloads/\(bad)-\(objectID(of: Array("damaged".utf8)))"
        #expect(cached == expected + [kept])
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a cache that is full keeps nothing half-written`() throws {
        let big = String(repeating: "x", count: 100 << 10)
        try pulled.update {
            try world.repository.addDirectory("big", ["x": big + "1", "y": big + "2"])
        }
        let cache = clone.appending(".dvc/cache")
        try createDirectories(cache)
        let result = try world.sandbox.run(
            "git dvc pull; status=$?; find \"$1\" -name '*.tmp' -o -name '*.dir'; exit $status",
            mounting: cache, "size=180k", in: clone)
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("no space left on device"), "\(result)")
        #expect(!result.output.contains(".tmp"), "\(result)")
        // Where to make room, and no name of what is gone already.
        let hint = "hint: free some space on the file system that holds '\(cache)/files/md5/"
        #expect(result.errorOutput.contains(hint), "\(result)")
        #expect(result.errorOutput.contains("'git dvc gc'"), "\(result)")
        #expect(!result.errorOutput.contains(".tmp"), "\(result)")
        try pulled.pull().checked()
        #expect(try pulled.content("big/y") == big + "2")
    }

    @Test func `an object that nobody has is named by its path`() throws {
        let oid = objectID(of: Array("one".utf8))
        try removeFile(world.storage.appending(DVCRepository.key(oid)))
        let result = try pulled.pull()
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "error: 'file' needs \(DVCRepository.key(oid)), which is neither in the cache nor on"
            ))
        #expect(try pulled.content("data/x") == "1")
    }

    @Test func `what is passed over because nobody has it is named in a line`() throws {
        for text in ["one", "1"] {
            let key = DVCRepository.key(objectID(of: Array(text.utf8)))
            try removeFile(world.storage.appending(key))
        }
        let said = "warning: passed over what is missing of 'data', 'file'\n"
        let pull = try world.dvc("pull", "--allow-missing", in: clone).checked()
        #expect(pull.errorOutput == said)
        let checkout = try world.dvc("checkout", "--allow-missing", in: clone).checked()
        #expect(checkout.errorOutput == said)
        let quiet = try world.dvc("pull", "--allow-missing", "-q", in: clone).checked()
        #expect(quiet.errorOutput == "")
    }

    @Test func `what may be run can be run`() throws {
        try pulled.update {
            let oid = try world.repository.add("#!/bin/sh\n", as: "tool")
            try world.write(
                "outs:\n- md5: \(oid)\n  isexec: true\n  hash: md5\n  path: tool\n", to: "tool.dvc")
        }
        try pulled.pull().checked()
        let mode = try #require(try fileStatus(clone.appending("tool"))).st_mode
        #expect(mode & 0o777 == 0o744)
        #expect(try #require(try fileStatus(clone.appending("file"))).st_mode & 0o111 == 0)
    }
}
