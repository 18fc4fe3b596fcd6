import Basics
import Digests
import TestSupport
import Testing

/// `dvc.fetchData`: the data of what `git fetch` brought comes into the cache before it is checked out.
@Suite struct PrefetchTests {
    private let pulled: PullWorld
    private var world: PushWorld { pulled.world }

    /// A clone with hooks and the data of its branch, whose origin has since got "two" on `main` and
    /// "three" on `side`.
    init() throws {
        pulled = try PullWorld()
        try pulled.pull().checked()
        try world.dvc("install", "-q", in: pulled.clone).checked()
        try world.repository.add("two", as: "file")
        try world.commit()
        try world.git("checkout", "-q", "-b", "side")
        try world.repository.add("three", as: "file")
        try world.commit()
        try world.push("-q", "origin", "main", "side").checked()
    }

    private func git(_ arguments: String...) throws -> ProcessResult {
        try world.git(arguments, in: pulled.clone).checked()
    }

    private func isCached(_ text: String) -> Bool {
        let oid = objectID(of: Array(text.utf8))
        return fileExists(oid.storagePath(below: pulled.clone.appending(".dvc/cache")))
    }

    @Test(arguments: [nil, "none", "head", "all"])
    func `what was fetched is prefetched with the next checkout`(setting: String?) throws {
        if let setting { _ = try git("config", "dvc.fetchData", setting) }
        _ = try git("fetch", "-q", "origin")
        #expect(!isCached("two"))
        let said = try git("checkout", "-b", "mine").errorOutput
        #expect(isCached("two") == ["head", "all"].contains(setting))
        #expect(isCached("three") == (setting == "all"))
        let expected =
            switch setting {
            case "head": "Fetched 1 DVC object for what git fetch brought (dvc.fetchData)\n"
            case "all": "Fetched 2 DVC objects for what git fetch brought (dvc.fetchData)\n"
            default: ""
            }
        #expect(said == "Switched to a new branch 'mine'\n" + expected)
        #expect(try pulled.content("file") == "one")
    }

    @Test func `it happens once for each fetch`() throws {
        _ = try git("config", "dvc.fetchData", "head")
        _ = try git("fetch", "-q")
        try world.sandbox.run("mv", world.storage.string, "\(world.storage).away").checked()
        let said = try git("checkout", "-q", "-b", "mine").errorOutput
        #expect(said.contains("warning: "), "what could not be fetched is told")
        try world.sandbox.run("mv", "\(world.storage).away", world.storage.string).checked()
        #expect(try git("checkout", "-q", "main").errorOutput == "")
        #expect(!isCached("two"))
        _ = try git("fetch", "-q")
        let fetched = try world.dvc("fetch", in: pulled.clone).checked()
        #expect(fetched.output == "Everything is up to date.\n")
        #expect(isCached("two"))
    }

    @Test func `experiments and tags of files are no reason to fetch or to fail`() throws {
        _ = try git("config", "dvc.fetchData", "all")
        let head = try world.git("rev-parse", "HEAD").checked().output.dropLast()
        let experiment = "refs/exps/\(head.prefix(2))/\(head.dropFirst(2))/exp-one"
        try world.repository.add("four", as: "file")
        try world.commit()
        try world.git("update-ref", experiment, "HEAD").checked()
        try world.git("reset", "-q", "--hard", "HEAD~1").checked()
        try world.git("tag", "blob", "HEAD:.dvcignore").checked()
        try world.push("-q", "--no-verify", "origin", experiment, "blob").checked()
        _ = try git("fetch", "-q", "--tags", "origin", "+refs/exps/*:refs/dvc/origin/exps/*")
        #expect(try git("checkout", "-q", "-b", "mine").errorOutput == "")
        #expect(!isCached("four"))
    }
}
