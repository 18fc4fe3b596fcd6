import Basics
import Digests
import TestSupport
import Testing

/// Objects that are not where they should be, or not what they should be: items 6 to 12 of
/// dvc-compat 11.
@Suite struct MissingDataTests {
    let repository: InteropRepository
    /// A member of `data` that no other out has, and the list of `data`.
    let member = objectID(of: Array("composed".utf8))
    let list: ObjectID

    init() throws {
        repository = try InteropRepository()
        let metafile = String(
            decoding: try readFile(repository.path.appending("data.dvc")), as: UTF8.self)
        let id = metafile.split(separator: "\n").first { $0.hasPrefix("- md5: ") }
        list = try #require(ObjectID(String(id?.dropFirst("- md5: ".count) ?? "")))
    }

    private func key(_ oid: ObjectID) -> FilePath { InteropRepository.key(oid) }

    private func lose(_ oid: ObjectID, from root: FilePath) throws {
        try sandbox.run("rm", root.appending(key(oid)).string).checked()
    }

    private var sandbox: Sandbox { repository.sandbox }

    @Test func `a lost member refuses the push by path and commit, and nobody sees a hole`() throws
    {
        try lose(member, from: repository.cache)
        let commit = try sandbox.gitLine("rev-parse", "--short=10", "HEAD", in: repository.path)
        let pushed = try repository.gitPush("origin", "main")
        #expect(pushed.status == 1)
        #expect(
            pushed.errorOutput.contains(
                "error: 'data/\u{e9}' (commit \(commit)) needs \(key(member)), which is neither"),
            "\(pushed)")
        #expect(try repository.remoteRefs() == [])
        let ours = try repository.objects()
        #expect(ours.entries[key(member)] == nil)
        #expect(ours.entries[key(list)] == nil)

        // Real DVC uploads just as much, and says that all is well.
        let other = sandbox.path("other")
        try repository.setConfig("['remote \"storage\"']\n    url = \(other)\n", local: true)
        let theirs = try repository.tryDVC("push")
        #expect(theirs.status == 0)
        #expect(try repository.objects(in: other).contents == ours.contents)

        // In a clone real DVC gets all but the directory.
        let clone = try repository.clone()
        try sandbox.git("pull", "--quiet", repository.path.string, "main", in: clone)
        let pulled = try repository.tryDVC("pull", in: clone)
        #expect(pulled.status == 1)
        #expect(pulled.errorOutput.contains("data\n"), "\(pulled)")
        #expect(fileExists(clone.appending("weights.bin")))
    }

    @Test func `whoever accepts a hole gets the ref pushed, but never the list`() throws {
        try lose(member, from: repository.cache)
        let pushed = try sandbox.run(
            "git", "-c", "dvc.strict=none", "push", "origin", "main", in: repository.path)
        #expect(pushed.succeeded, "\(pushed)")
        #expect(try repository.remoteRefs().count == 1)
        #expect(try repository.objects().entries[key(list)] == nil)
        // Once the member is back, the next push brings both.
        try sandbox.write(
            Array("composed".utf8), to: repository.cache.appending(key(member)), mode: 0o444)
        try repository.tryOurs("push").checked()
        #expect(try repository.objects().entries[key(list)] != nil)
        #expect(try repository.objects().entries[key(member)] != nil)
    }

    @Test func `a member that only the remote has is no hole`() throws {
        try sandbox.write(
            Array("composed".utf8), to: repository.storage.appending(key(member)), mode: 0o444)
        try lose(member, from: repository.cache)
        try repository.gitPush("origin", "main").checked()
        let clone = try repository.clone()
        try sandbox.dvc("pull", "--quiet", in: clone)
        #expect(
            try FileTree(workingCopy: repository.path)
                .difference(from: FileTree(workingCopy: clone)) == [])
    }

    @Test func `a list that only the remote has is enough, and its members are found through it`()
        throws
    {
        try sandbox.dvc("push", "--quiet", in: repository.path)
        try lose(list, from: repository.cache)
        try lose(member, from: repository.cache)
        let before = try repository.objects()
        let pushed = try repository.gitPush("origin", "main")
        #expect(pushed.succeeded, "\(pushed)")
        #expect(try repository.objects() == before)
        try sandbox.run("rm", "-rf", repository.path.appending("data").string).checked()
        try repository.tryOurs("pull").checked()
        #expect(try readFile(repository.path.appending("data/\u{e9}")) == Array("composed".utf8))
        #expect(fileExists(repository.cache.appending(key(list))))
    }

    /// Items 9 and 10: a list on the remote is believed, as by DVC, until somebody asks.
    @Test func `a hole behind a list that DVC left on the remote is filled on request`() throws {
        try sandbox.dvc("push", "--quiet", "data/A", in: repository.path)
        let hole = try repository.objects()
        #expect(hole.entries[key(list)] != nil)
        #expect(hole.entries[key(member)] == nil)
        let theirs = try repository.tryDVC("push", "data.dvc")
        #expect(theirs.output == "Everything is up to date.\n", "\(theirs)")

        try repository.gitPush("origin", "main").checked()
        #expect(try repository.objects().entries[key(member)] == nil)
        // Whoever then needs the member is told.
        let clone = try repository.clone()
        let pulled = try repository.tryOurs("pull", in: clone)
        #expect(pulled.status == 1)
        #expect(pulled.errorOutput.contains("\(key(member))"), "\(pulled)")

        try repository.tryOurs("push", "--check-members", in: repository.path).checked()
        #expect(try repository.objects().entries[key(member)] != nil)
        try repository.tryOurs("pull", in: clone).checked()
    }

    /// Item 11: DVC uploads the first and deletes the second from the cache.
    @Test(arguments: [0o444, 0o644])
    func `a damaged object is never uploaded, and stays where it is`(mode: Int) throws {
        let damaged = repository.cache.appending(key(member))
        try sandbox.run("rm", damaged.string).checked()
        try sandbox.write(Array("rotten".utf8), to: damaged, mode: mode)
        let pushed = try repository.gitPush("origin", "main")
        #expect(pushed.status == 1)
        #expect(pushed.errorOutput.contains("data/\u{e9}"), "\(pushed)")
        let ours = try repository.objects()
        #expect(ours.entries[key(member)] == nil)
        #expect(ours.entries[key(list)] == nil)
        #expect(try readFile(damaged) == Array("rotten".utf8))
        #expect(try repository.remoteRefs() == [])
        // After a repair as any user would do it, the same push goes through.
        try sandbox.run("rm", "-f", damaged.string).checked()
        try sandbox.write(Array("composed".utf8), to: damaged, mode: 0o444)
        try repository.gitPush("origin", "main").checked()
        #expect(try repository.objects().entries[key(member)]?.mode == 0o444)
    }

    /// Item 12: an object on a local remote that is not 0444 is hashed; DVC deletes a wrong one.
    @Test func `objects of any mode on a local remote end up intact and 0444`() throws {
        try sandbox.dvc("push", "--quiet", in: repository.path)
        let good = try repository.objects()
        let intact = repository.storage.appending(key(objectID(of: Array("decomposed".utf8))))
        let wrong = repository.storage.appending(key(member))
        let wrongList = repository.storage.appending(key(list))
        try sandbox.run("chmod", "644", intact.string, wrong.string, wrongList.string).checked()
        try writeFile(wrong, Array("rotten".utf8))
        try writeFile(wrongList, Array("[]".utf8))
        try sandbox.run("chmod", "644", wrong.string, wrongList.string).checked()
        try repository.gitPush("origin", "main").checked()
        #expect(try repository.objects() == good)
        try repository.forgetSiteCache()
        try sandbox.dvc("status", "-c", in: repository.path)
        #expect(try repository.objects() == good)
    }

    /// DVC installs what it gets, and trusts it from then on.
    @Test func `a damaged object of the remote is never pulled`() throws {
        try sandbox.dvc("push", "--quiet", in: repository.path)
        let wrong = repository.storage.appending(key(member))
        try sandbox.run("chmod", "644", wrong.string).checked()
        try writeFile(wrong, Array("rotten".utf8))
        try sandbox.run("chmod", "444", wrong.string).checked()
        try sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: repository.path)

        let theirs = try repository.clone("theirs")
        try sandbox.dvc("pull", "--quiet", in: theirs)
        #expect(try readFile(theirs.appending("data/\u{e9}")) == Array("rotten".utf8))

        let clone = try repository.clone("ours")
        let pulled = try repository.tryOurs("pull", in: clone)
        #expect(pulled.status == 1)
        #expect(pulled.errorOutput.contains("\(key(member))"), "\(pulled)")
        #expect(!fileExists(clone.appending("data/\u{e9}")))
        #expect(!fileExists(clone.appending(".dvc/cache").appending(key(member))))
        #expect(!fileExists(clone.appending(".dvc/cache").appending(key(list))))
        #expect(fileExists(clone.appending("weights.bin")))
    }

    /// Item 13: objects are 0444 under any umask; directories obey it, unless they are the group's.
    @Test(arguments: [false, true])
    func `modes are those that DVC gives`(isShared: Bool) throws {
        let shared = isShared ? "    shared = group\n" : ""
        func modes(_ command: String, _ remote: String) throws -> FileTree {
            let url = sandbox.path(remote)
            try repository.setConfig(
                "['remote \"storage\"']\n    url = \(url)\n\(shared)", local: true)
            try sandbox.run("sh", "-c", "umask 077; \(command)", in: repository.path).checked()
            return try repository.objects(in: url)
        }
        let theirs = try modes("'\(Sandbox.realDVC())' push -q", "theirs")
        let ours = try modes("git push -q origin main", "ours")
        #expect(ours == theirs)
        #expect(
            ours.entries["files/md5"]?.mode == (isShared ? 0o2775 : 0o700))
    }
}
