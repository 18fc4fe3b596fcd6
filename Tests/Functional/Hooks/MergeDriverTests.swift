import Basics
import Digests
import TestSupport
import Testing

/// Merging branches that changed the same directory.
@Suite struct MergeDriverTests {
    let world: PushWorld

    /// On `main`, which has the directory `data`.
    init() throws {
        world = try PushWorld()
        try world.repository.addDirectory("data", ["a": "1", "b": "1", "sub/c": "1"])
        try world.commit()
    }

    /// Makes two branches, `main` and `side`, with these members of the directory.
    private func diverge(_ main: [String: String], _ side: [String: String]) throws {
        for (branch, files) in [("side", side), ("main", main)] {
            try world.git("checkout", "-q", "-B", branch, "main")
            try world.sandbox.run("rm", "-r", "data", in: world.path).checked()
            try world.repository.addDirectory("data", files)
            try world.commit(branch)
        }
    }

    private func members() throws -> [String: String] {
        var found: [String: String] = [:]
        let folder = world.path.appending("data")
        for line in try world.sandbox.run("find", ".", "-type", "f", in: folder).outputLines {
            let name = String(line.dropFirst(2))
            found[name] = String(decoding: try readFile(folder.appending(name)), as: UTF8.self)
        }
        return found
    }

    @Test func `a merge takes the changes of both sides, and the data follows`() throws {
        try diverge(
            ["a": "2", "b": "1", "sub/c": "1", "mine": "1"],
            ["a": "1", "sub/c": "3", "theirs": "1"])
        try world.git("merge", "-q", "--no-edit", "side")
        let expected = ["a": "2", "sub/c": "3", "mine": "1", "theirs": "1"]
        #expect(try members() == expected)
        let names = expected.keys.sorted()
        let list = DVCRepository.directoryList(
            names.map { ($0, objectID(of: Array((expected[$0] ?? "").utf8), isDirectory: false)) })
        let oid = objectID(of: list, isDirectory: true)
        let text = String(decoding: try readFile(world.path.appending("data.dvc")), as: UTF8.self)
        #expect(
            text == "outs:\n- md5: \(oid)\n  size: 4\n  nfiles: 4\n  hash: md5\n  path: data\n")
        #expect(try world.sandbox.git("status", "--porcelain", in: world.path).output == "")
        #expect(try readFile(world.repository.cache.appending(DVCRepository.key(oid))) == list)
        // What was made can be pushed.
        try world.push("-q", "origin", "main").checked()
        #expect(try world.repository.remoteHolds(oid))
    }

    @Test func `a conflict names the files, and all three versions are there`() throws {
        try diverge(["a": "2", "b": "1", "sub/c": "1"], ["a": "3", "b": "1", "sub/c": "1"])
        let before = try readFile(world.path.appending("data.dvc"))
        let result = try world.git(["merge", "--no-edit", "side"])
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains("error: cannot merge 'data.dvc': both sides changed 'a'\n"))
        #expect(result.errorOutput.contains("git checkout --ours -- 'data.dvc'"))
        #expect(try readFile(world.path.appending("data.dvc")) == before)
        let stages = try world.sandbox.git("ls-files", "-u", in: world.path).outputLines
        #expect(stages.map { $0.split(separator: " ")[2].prefix(1) } == ["1", "2", "3"])
        #expect(try members()["a"] == "2")
        try world.git("merge", "--abort")
        #expect(try members()["a"] == "2")
    }

    @Test func `the lists that the cache lacks come from the remote`() throws {
        try diverge(
            ["a": "2", "b": "1", "sub/c": "1"], ["a": "1", "b": "1", "sub/c": "1", "theirs": "1"])
        try world.push("-q", "origin", "main", "side").checked()
        let clone = world.sandbox.path("clone")
        try world.sandbox.git(
            "clone", "-q", world.bare.string, clone.string, in: world.sandbox.root)
        try world.dvc("install", "-q", in: clone).checked()
        _ = try world.git(["merge", "-q", "--no-edit", "origin/side"], in: clone).checked()
        #expect(try readFile(clone.appending("data/theirs")) == Array("1".utf8))
        #expect(try readFile(clone.appending("data/a")) == Array("2".utf8))
    }

    @Test func `a list that is nowhere leaves the file unmerged, and says which`() throws {
        try diverge(
            ["a": "2", "b": "1", "sub/c": "1"], ["a": "1", "b": "1", "sub/c": "1", "theirs": "1"])
        let text = String(
            decoding: try world.sandbox.git("show", "side:data.dvc", in: world.path).output.utf8,
            as: UTF8.self)
        let hex = try #require(text.split(separator: " ").first { $0.contains(".dir") })
            .split(separator: "\n")[0]
        let key = "files/md5/\(hex.prefix(2))/\(hex.dropFirst(2))"
        try removeFile(world.repository.cache.appending(key))
        let result = try world.git(["merge", "--no-edit", "side"])
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("the list \(key) is not in the cache, and "))
    }

    @Test func `installing and uninstalling leave settings and attributes as they were`() throws {
        let attributes = world.path.appending(".git/info/attributes")
        #expect(
            try world.sandbox.gitLine("check-attr", "merge", "sub/x.dvc", in: world.path)
                == "sub/x.dvc: merge: dvc")
        try world.dvc("uninstall", "-q").checked()
        #expect(!fileExists(attributes))
        #expect(
            try world.sandbox.run("git", "config", "--get-regexp", "^merge", in: world.path).output
                == "")

        try world.sandbox.write(Array("*.c text".utf8), to: attributes)
        try world.git(
            "config", "merge.dvc.driver",
            "dvc git-hook merge-driver --ancestor %O --our %A --their %B ")
        for _ in 1...2 { try world.dvc("install", "-q").checked() }
        let driver = try world.sandbox.gitLine("config", "merge.dvc.driver", in: world.path)
        #expect(
            driver.contains("git-dvc' merge-driver ") || driver.contains("git-dvc merge-driver "))
        try world.dvc("uninstall", "-q").checked()
        #expect(try readFile(attributes) == Array("*.c text\n".utf8))
        #expect(
            try world.sandbox.git("config", "merge.dvc.driver", in: world.path).output
                == "dvc git-hook merge-driver --ancestor %O --our %A --their %B \n")
    }

    @Test func `a driver of somebody else, and attributes that are set, stay`() throws {
        try world.dvc("uninstall", "-q").checked()
        try world.write("*.dvc -merge\n", to: ".gitattributes")
        try world.git("config", "merge.dvc.driver", "mine %A")
        let result = try world.dvc("install").checked()
        #expect(result.errorOutput.contains("the merge driver 'dvc' is somebody else's"))
        #expect(
            try world.sandbox.gitLine("config", "merge.dvc.driver", in: world.path) == "mine %A")
        try world.git("config", "--unset", "merge.dvc.driver")
        try world.dvc("install", "-q").checked()
        #expect(!fileExists(world.path.appending(".git/info/attributes")))
    }
}
