import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc checkout` where something is wrong: with the list, the disk, the cache or the moment.
@Suite struct CheckoutTests {
    let world: PushWorld
    var path: FilePath { world.path }

    init() throws { world = try PushWorld(hook: false) }

    private func checkout(_ arguments: String...) throws -> ProcessResult {
        try world.sandbox.start("git", ["dvc", "checkout"] + arguments, in: path).wait()
    }

    private func clear(_ names: String...) throws {
        try world.sandbox.start("rm", ["-rf"] + names, in: path).wait().checked()
    }

    private func content(_ name: String) throws -> String? {
        try readFileIfPresent(path.appending(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func track(_ list: [UInt8], as name: String) throws {
        let oid = try world.repository.storeInCache(list, isDirectory: true)
        try world.repository.writeMetafile(for: name, oid: oid, size: 1, fileCount: 1)
    }

    @Test(arguments: [
        "../x", "/x", "a//b", "./x", ".git/hooks/x", ".GIT/hooks/x", "s/.g\u{200c}it/x", "git~1/x",
        ".git./x", ".git::$INDEX_ALLOCATION/x", "a\\.git\\hooks", ".dvc/config", "s/../../x",
    ])
    func `a list that leads elsewhere is refused whole`(member: String) throws {
        let oid = try world.repository.storeInCache(Array("evil".utf8))
        try track(DVCRepository.directoryList([(member, oid)]), as: "data")
        try world.repository.add("good", as: "file")
        try clear("file")
        let result = try checkout()
        #expect(result.status == 255, "\(result)")
        #expect(result.errorOutput.hasPrefix("error: "), "\(result)")
        #expect(try content("file") == "good")
        let evil = try world.sandbox.run("sh", "-c", "grep -rl evil . | grep -v /files/md5/")
        #expect(evil.output == "", "\(evil)")
    }

    @Test func `two members of one name are refused`() throws {
        let oid = try world.repository.storeInCache(Array("evil".utf8))
        try track(DVCRepository.directoryList([("x", oid), ("x", oid)]), as: "data")
        try track(DVCRepository.directoryList([("x", oid), ("x/y", oid)]), as: "other")
        #expect(try checkout().status == 255)
        #expect(!fileExists(path.appending("data/x")) && !fileExists(path.appending("other/x")))
        // Names that differ in case are two files here.
        try clear("data.dvc", "other.dvc")
        try world.repository.addDirectory("twins", ["README": "1", "readme": "2"])
        try clear("twins")
        #expect(try checkout().checked().output == "A\ttwins/\n")
        #expect(try content("twins/README") == "1")
        #expect(try content("twins/readme") == "2")
    }

    /// Both cases of treeverse/dvc#11101.
    @Test(arguments: ["outlink", ".git/hooks"])
    func `no link is written through`(target: String) throws {
        try createDirectories(world.sandbox.path("outlink"))
        let place = target == "outlink" ? "../outlink" : target
        try world.sandbox.run("ln", "-s", place, "way", in: path).checked()
        let oid = try world.repository.storeInCache(Array("evil".utf8))
        try world.write(
            "outs:\n- md5: \(oid)\n  hash: md5\n  isexec: true\n  path: way/pre-commit\n",
            to: "evil.dvc")
        for arguments in [[], ["-f"], ["--relink"]] {
            let result = try world.sandbox.start(
                "git", ["dvc", "checkout"] + arguments, in: path
            ).wait()
            #expect(result.status == 255)
            #expect(result.errorOutput.contains("refusing to write 'way'"), "\(result)")
        }
        #expect(!fileExists(world.sandbox.path("outlink/pre-commit")))
        #expect(!fileExists(path.appending(".git/hooks/pre-commit")))
    }

    @Test func `neither links nor second names of a file are written through`() throws {
        try world.repository.addDirectory("data", ["a": "1", "b": "2"])
        try world.write("keep", to: "outer")
        try world.sandbox.run(
            "sh", "-c", "rm data/a data/b; ln -s ../outer data/a; ln outer data/b", in: path
        ).checked()
        #expect(try checkout().status == 255)
        #expect(try content("data/b") == "keep")
        #expect(try checkout("-f").checked().output == "M\tdata/\n")
        #expect(try content("outer") == "keep")
        #expect(try content("data/a") == "1" && content("data/b") == "2")
    }

    /// A directory that turns into a link and back, all the time.
    @Test func `a link that is swapped in is not followed`() throws {
        let names = (0..<300).map { "sub/\($0)" }
        try world.repository.addDirectory(
            "data", .init(uniqueKeysWithValues: names.map { ($0, "x" + $0) }))
        try createDirectories(world.sandbox.path("outside"))
        let swapper = try world.sandbox.start(
            "sh",
            [
                "-c",
                """
                while [ ! -e ../stop ]; do
                  mv data/sub data/real 2>/dev/null && ln -s ../../outside data/sub
                  rm -f data/sub; mv data/real data/sub 2>/dev/null
                  rm -f data/sub/1? data/sub/2?
                done
                """,
            ], in: path)
        for _ in 0..<15 { _ = try checkout("-f") }
        try world.sandbox.write([], to: world.sandbox.path("stop"))
        _ = swapper.wait()
        #expect(try directoryEntries(world.sandbox.path("outside")) == [])
        try clear("data")
        try checkout().checked()
        for name in names { #expect(try content("data/\(name)") == "x" + name) }
    }

    @Test func `a damaged object is never put into place`() throws {
        let oid = try world.repository.add("one", as: "file")
        try world.damageInCache(oid)
        try clear("file")
        let result = try checkout()
        #expect(result.status == 255)
        #expect(result.errorOutput.contains("damaged"), "\(result)")
        #expect(!fileExists(path.appending("file")))
    }

    @Test func `an object without its mode is hashed before anything links to it`() throws {
        let oid = try world.repository.add("one", as: "file")
        let object = world.repository.cache.appending(DVCRepository.key(oid))
        try world.sandbox.run("git", "dvc", "config", "cache.type", "hardlink", in: path).checked()
        try world.sandbox.write(Array("bad".utf8), to: object, mode: 0o644)
        try clear("file")
        #expect(try checkout().status == 255)
        #expect(!fileExists(path.appending("file")))
        try world.sandbox.write(Array("one".utf8), to: object, mode: 0o644)
        try checkout().checked()
        #expect(try content("file") == "one")
        #expect(try #require(try fileStatus(object)).st_mode & 0o7777 == 0o444)
    }

    @Test func `what no metafile has any more goes, if it is safe`() throws {
        try world.repository.add("one", as: "file")
        try world.repository.addDirectory("data", ["x": "1", "y": "2"])
        try world.write("#", to: "code.py")
        try world.commit()
        try clear("file", "data")
        try checkout().checked()
        try world.write("mine", to: "data/y")
        try clear("file.dvc", "data.dvc")
        #expect(try checkout().checked().output == "D\tdata/\nD\tfile\n")
        #expect(!fileExists(path.appending("file")) && !fileExists(path.appending("data/x")))
        #expect(try content("data/y") == "mine")
        // What Git has now is Git's, whatever was there before.
        try world.git("checkout", "-q", "--", "file.dvc")
        try checkout().checked()
        try world.sandbox.run(
            "sh", "-c", "rm file.dvc .gitignore; git add -f file", in: path
        ).checked()
        try checkout().checked()
        #expect(try content("file") == "one")
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a working copy that is full or read-only keeps what it has`() throws {
        let big = String(repeating: "x", count: 100 << 10)
        try world.repository.addDirectory("data", ["a": big + "1", "b": big + "2", "c": big + "3"])
        try clear("data")
        try createDirectories(path.appending("data"))
        let full = try world.sandbox.run(
            "git dvc checkout; echo $?; ls -A data", mounting: path.appending("data"), "size=220k",
            in: path)
        #expect(full.errorOutput.contains("no space left on device"), "\(full)")
        #expect(full.output.contains("255\n") && !full.output.contains(".tmp"), "\(full)")
        let readOnly = try world.sandbox.run(
            "git dvc checkout; echo $?; ls -A data", mounting: path.appending("data"), "ro",
            in: path)
        #expect(readOnly.errorOutput.contains("read-only"), "\(readOnly)")
        // Another file system than the cache's: links fall back as 'cache.type' says.
        try world.sandbox.run(
            "git", "dvc", "config", "cache.type", "hardlink,copy", in: path
        ).checked()
        let other = try world.sandbox.run(
            "git dvc checkout && stat -c %h%a data/a", mounting: path.appending("data"), "size=1m",
            in: path)
        #expect(other.output.hasSuffix("1644\n"), "\(other)")
        try world.sandbox.run("git", "dvc", "config", "cache.type", "hardlink", in: path).checked()
        let none = try world.sandbox.run(
            "git dvc checkout; ls -A data", mounting: path.appending("data"), "size=1m", in: path)
        // Said once: it is so for every file.
        #expect(
            none.errorOutput.split(separator: "\n").count {
                $0.contains("hardlink does not work there")
            } == 1, "\(none)")
        try checkout().checked()
        #expect(try content("data/c") == big + "3")
    }

    @Test func `somebody without rights changes nothing`() throws {
        try world.repository.add("one", as: "file")
        try clear("file")
        try createDirectories(path.appending(".dvc/tmp"))
        try world.sandbox.run("chmod", "a-w", path.string).checked()
        let result = try world.sandbox.runUnprivileged("git", "dvc", "checkout", in: path)
        #expect(result.status == 255, "\(result)")
        #expect(result.errorOutput.contains("permission denied"), "\(result)")
        try world.sandbox.run("chmod", "u+w", path.string).checked()
        try checkout().checked()
    }

    /// Killed at any instant: files are whole or absent, and the next run completes them.
    @Test func `a checkout that is killed leaves no mixture and goes on`() throws {
        let old = String(repeating: "o", count: 3000)
        let new = String(repeating: "n", count: 3000)
        let names = (0..<400).map { "d\($0 % 7)/\($0)" }
        func tree(_ text: String) -> [String: String] {
            .init(uniqueKeysWithValues: names.map { ($0, text + $0) })
        }
        try world.repository.addDirectory("data", tree(old))
        try world.commit()
        try world.repository.addDirectory("data", tree(new))
        try world.commit()
        // As long as it takes on this machine today, so that the kills are spread over all of it.
        try world.git("checkout", "-q", "main~1")
        let start = ContinuousClock.now
        try checkout().checked()
        let whole = Double((ContinuousClock.now - start) / .microseconds(1))
        try world.git("checkout", "-q", "main")
        try checkout().checked()
        var states: Set<Int> = []
        for round in 0..<100 {
            try world.git("checkout", "-q", round % 2 == 0 ? "main~1" : "main")
            let process = try world.sandbox.start("git-dvc", ["checkout"], in: path)
            usleep(UInt32(whole * Double(round) / 70))
            process.sendToAll(SIGKILL)
            _ = process.wait()
            var changed = 0
            for name in names where round % 10 == 0 {
                let text = try content("data/\(name)")
                #expect(text == old + name || text == new + name, "\(name)")
                if text == (round % 2 == 0 ? old : new) + name { changed += 1 }
            }
            if round % 10 == 0 { states.insert(changed) }
        }
        try world.git("checkout", "-q", "main~1")
        try checkout().checked()
        for name in names { #expect(try content("data/\(name)") == old + name) }
        #expect(try checkout().checked().output == "")
        #expect(states.count > 1, "every kill came too early or too late")
    }

    @Test func `a fetch that is killed leaves a right cache and goes on`() throws {
        let names = (0..<300).map { "\($0)" }
        try world.repository.addDirectory(
            "data", .init(uniqueKeysWithValues: names.map { ($0, "content of " + $0) }))
        try world.commit()
        try world.sandbox.run("git", "dvc", "push", "-q", in: path).checked()
        for round in 0..<100 {
            if round % 10 == 0 { try clear(".dvc/cache") }
            let process = try world.sandbox.start("git-dvc", ["fetch"], in: path)
            usleep(UInt32(round % 10) * 3000)
            process.sendToAll(SIGKILL)
            _ = process.wait()
        }
        #expect(
            try world.flawsOfStorage(path.appending(".dvc/cache")).allSatisfy {
                $0.contains(".tmp")
            })
        try world.sandbox.run("git", "dvc", "fetch", "-q", in: path).checked()
        try clear("data")
        try checkout().checked()
        for name in names { #expect(try content("data/\(name)") == "content of " + name) }
    }
}
