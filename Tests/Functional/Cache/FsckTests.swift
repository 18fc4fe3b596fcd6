import Basics
import Digests
import TestSupport
import Testing

/// `git dvc fsck`: what is damaged or missing in the cache and on remotes, and mending it.
@Suite struct FsckTests {
    let world: PushWorld
    let file: ObjectID
    let list: ObjectID
    let member = objectID(of: Array("two\n".utf8))
    private var cache: FilePath { world.repository.cache }

    init() throws {
        world = try PushWorld()
        file = try world.repository.add("one\n", as: "one.txt")
        list = try world.repository.addDirectory("d", ["two": "two\n", "sub/three": "three\n"])
        try world.commit("first")
        try world.push("-q", "origin", "main").checked()
    }

    private func fsck(_ arguments: String...) throws -> ProcessResult {
        try world.sandbox.start("git", ["dvc", "fsck"] + arguments, in: world.path).wait()
    }

    private func cached(_ oid: ObjectID) throws -> String? {
        try readFileIfPresent(cache.appending(DVCRepository.key(oid)))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func stored(_ oid: ObjectID) throws -> String? {
        try readFileIfPresent(world.storage.appending(DVCRepository.key(oid)))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func damageOnRemote(_ oid: ObjectID, _ content: String = "damaged") throws {
        try world.sandbox.write(
            Array(content.utf8), to: world.storage.appending(DVCRepository.key(oid)), mode: 0o444)
    }

    private func quarantined() throws -> [String] {
        let folder = cache.appending("quarantine")
        guard directoryExists(folder) else { return [] }
        return try world.sandbox.run("find", ".", "-type", "f", in: folder).checked().outputLines
            .map { String($0.dropFirst(2)) }.sorted()
    }

    private func line(
        _ state: String, _ path: String, _ oid: ObjectID, _ outcome: String = "",
        place: String = "cache", commit: String = ""
    ) -> String {
        [state, path, commit, place, DVCRepository.key(oid).string, outcome]
            .joined(separator: "\t")
    }

    @Test func `a whole cache is said to be whole, and read again only when asked for`() throws {
        let first = try fsck()
        #expect(first.status == 0)
        #expect(
            first.output == "Nothing is damaged or missing: 4 objects in the cache.\n", "\(first)")
        #expect(first.errorOutput == "")
        let both = try fsck("-c", "--content")
        #expect(both.output.contains("4 objects on remote 'storage'"), "\(both)")
        // What the clock cannot tell from before is read: some milliseconds have passed here.
        #expect(try fsck("--fast").output.contains("4 not read again"))
        try world.damageInCache(file)
        #expect(try fsck("--fast").status == 1)
    }

    @Test func `what is damaged is named, moved aside and brought again`() throws {
        try world.damageInCache(file)
        try world.damageInCache(member, with: "tw")
        let found = try fsck()
        #expect(found.status == 1)
        #expect(
            found.outputLines.sorted()
                == [line("damaged", "d/two", member), line("damaged", "one.txt", file)])
        #expect(found.errorOutput.contains("its content has the MD5"), "\(found)")
        #expect(try cached(file) == "damaged")
        let plan = try fsck("--repair", "--dry-run")
        #expect(plan.status == 1)
        #expect(plan.outputLines.contains(line("damaged", "one.txt", file, "would-repair")))
        #expect(try cached(file) == "damaged")
        #expect(try quarantined() == [])
        let repaired = try fsck("--repair")
        #expect(repaired.status == 0, "\(repaired)")
        #expect(repaired.outputLines.contains(line("damaged", "one.txt", file, "repaired")))
        #expect(try cached(file) == "one\n")
        #expect(try cached(member) == "two\n")
        #expect(try quarantined().count == 2)
        #expect(try fsck().status == 0)
    }

    @Test func `holes are named by path, and stay when nobody has the object`() throws {
        try world.loseFromCache(member)
        try world.loseFromCache(file)
        let found = try fsck()
        #expect(found.status == 1)
        #expect(
            found.outputLines == [
                line("missing", "d/two", member), line("missing", "one.txt", file),
            ])
        try removeFile(world.storage.appending(DVCRepository.key(file)))
        let repaired = try fsck("--repair")
        #expect(repaired.status == 1)
        #expect(repaired.outputLines.contains(line("missing", "d/two", member, "repaired")))
        #expect(repaired.outputLines.contains(line("missing", "one.txt", file)), "\(repaired)")
    }

    @Test func `an older commit's hole has its commit, and only with that commit`() throws {
        let commit = try world.git("rev-parse", "--short=10", "HEAD").outputLines[0]
        _ = try world.repository.add("new\n", as: "one.txt")
        try world.commit("second")
        try world.loseFromCache(file)
        #expect(try fsck().status == 0)
        for arguments in [["--all"], ["HEAD~1"]] {
            let result = try world.sandbox.start(
                "git", ["dvc", "fsck"] + arguments, in: world.path
            ).wait()
            #expect(result.status == 1)
            #expect(
                result.outputLines == [line("missing", "one.txt", file, commit: commit)],
                "\(result)")
        }
        #expect(try fsck("--all", "HEAD").status == 254)
    }

    @Test func `lists that are none, lists without members, and what is no object`() throws {
        let bad = try world.repository.storeInCache(Array("[{\"x\": 1}]".utf8), isDirectory: true)
        let absent = objectID(of: Array("nowhere".utf8))
        let hollow = try world.repository.storeInCache(
            DVCRepository.directoryList([("a", absent)]), isDirectory: true)
        try world.sandbox.write([1], to: cache.appending("files/md5/ab/notes"))
        try world.sandbox.write([1], to: cache.appending("files/md5/.AAAAAAAAAAAAAAAAAAAAAA.tmp"))
        let result = try fsck("--json")
        #expect(result.status == 1)
        for (state, object) in [("no-list", bad), ("incomplete", hollow)] {
            #expect(
                result.output.contains("\"object\":\"\(DVCRepository.key(object))\"")
                    && result.output.contains("\"state\":\"\(state)\""), "\(state): \(result)")
        }
        #expect(result.output.contains("\"state\":\"strange\""))
        #expect(result.output.contains("\"state\":\"temporary\""))
        #expect(try fsck("--repair").status == 1)
        #expect(try cached(bad) == nil)
        #expect(fileExists(cache.appending("files/md5/ab/notes")))
    }

    @Test func `a remote's holes and damage are mended from the cache, and never the reverse`()
        throws
    {
        try removeFile(world.storage.appending(DVCRepository.key(member)))
        try removeFile(world.storage.appending(DVCRepository.key(list)))
        try damageOnRemote(file, "two\n")
        #expect(try fsck().status == 0)
        // Of the same size: only its content tells.
        let existence = try fsck("-c")
        #expect(existence.status == 1)
        #expect(!existence.output.contains("one.txt"), "\(existence)")
        #expect(existence.output.contains("missing\td/two\t"))
        let content = try fsck("--content")
        #expect(content.output.contains("damaged\tone.txt\t"), "\(content)")
        let plan = try fsck("--content", "--repair", "-n")
        #expect(plan.output.contains("would-repair"))
        #expect(try stored(member) == nil)
        let repaired = try fsck("--content", "--repair")
        #expect(repaired.status == 0, "\(repaired)")
        #expect(try stored(file) == "one\n")
        #expect(try stored(member) == "two\n")
        #expect(try stored(list) != nil)
        #expect(try fsck("--content").status == 0)
        // Both sides bad: neither is brought to the other.
        try damageOnRemote(file, "bad1")
        try world.damageInCache(file, with: "bad2")
        let both = try fsck("--content", "--repair")
        #expect(both.status == 1)
        #expect(try cached(file) == nil)
        #expect(try stored(file) == "bad1")
        #expect(try quarantined().contains { $0.hasPrefix("\(file)-") }, "\(both)")
    }

    // MARK: Downloads

    @Test func `a damaged download is set aside and named, and few are kept`() throws {
        let clone = world.sandbox.path("clone")
        try world.sandbox.git(
            "clone", "-q", world.bare.string, clone.string, in: world.sandbox.root)
        let folder = clone.appending(".dvc/cache/quarantine/downloads")
        for attempt in 1...10 {
            try damageOnRemote(file, "damaged \(attempt)")
            let result = try world.dvc("pull", "one.txt.dvc", in: clone)
            #expect(result.status == 1)
            let found = objectID(of: Array("damaged \(attempt)".utf8))
            let kept = folder.appending("\(file)-\(found)")
            #expect(result.errorOutput.contains("what arrived is kept as '\(kept)'"), "\(result)")
            #expect(try readFile(kept) == Array("damaged \(attempt)".utf8))
        }
        #expect(try directoryEntries(folder).count == 8)
        #expect(!fileExists(clone.appending("one.txt")))
        #expect(!fileExists(clone.appending(".dvc/cache").appending(DVCRepository.key(file))))
        // A damaged list as well.
        try damageOnRemote(list, "[]")
        let result = try world.dvc("pull", "d", in: clone)
        #expect(result.status == 1)
        let name = "\(list)-d751713988987e9331980363e24189ce"
        #expect(fileExists(folder.appending(name)), "\(result)")
    }
}
