import Basics
import TestSupport
import Testing

/// DVC repositories whose `.git` is a file: submodules and linked worktrees.
@Suite struct SubmoduleTests {
    private let sandbox: Sandbox
    private let top: FilePath
    private let module: DVCRepository
    private var storage: FilePath { sandbox.path("storage") }

    /// A superproject without DVC, and in it a DVC repository as a submodule, both with our hook.
    init() throws {
        sandbox = try Sandbox(inMemory: true)
        let origin = try DVCRepository(in: sandbox, "origin", storage: "storage")
        try origin.add("one", as: "a")
        try sandbox.commitAll("one", in: origin.path)
        let bare = sandbox.path("module.git")
        try sandbox.git(
            "clone", "--quiet", "--bare", origin.path.string, bare.string, in: sandbox.root)
        top = try sandbox.makeRepository("top")
        let topBare = try sandbox.makeBareRepository("top.git")
        try sandbox.git("remote", "add", "origin", topBare.string, in: top)
        try sandbox.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", bare.string, "mod",
            in: top)
        try sandbox.commitAll("a submodule", in: top)
        module = DVCRepository(
            at: top.appending("mod"), in: sandbox, storage: sandbox.path("storage"))
        for directory in [top, module.path] {
            try sandbox.git("dvc", "install", "--quiet", in: directory)
        }
    }

    private func storedCount() throws -> Int {
        let found = try sandbox.run("find", storage.string, "-type", "f").checked()
        return found.outputLines.count
    }

    @Test func `a push with submodules on demand uploads their data`() throws {
        try module.add("two", as: "b")
        try module.add("one", as: "a")
        try sandbox.commitAll("two", in: module.path)
        try sandbox.commitAll("the submodule's two", in: top)
        try sandbox.git(
            "-c", "push.default=current", "push", "--quiet", "--recurse-submodules=on-demand",
            "origin", "HEAD", in: top)
        #expect(try storedCount() == 2)
    }

    @Test func `data that is lost keeps the superproject back as well`() throws {
        let oid = try module.add("two", as: "b")
        try removeFile(module.cache.appending(DVCRepository.key(oid)))
        try sandbox.commitAll("two", in: module.path)
        try sandbox.commitAll("the submodule's two", in: top)
        let result = try sandbox.run(
            "git", "-c", "push.default=current", "push", "--recurse-submodules=on-demand", "origin",
            "HEAD", in: top)
        #expect(!result.succeeded)
        #expect(result.errorOutput.contains("'b' (commit "), "\(result)")
        #expect(try sandbox.git("ls-remote", "origin", in: top).output == "")
    }

    @Test func `commands work in a submodule, and say what the superproject lacks`() throws {
        try module.add("one", as: "a")
        let pushed = try sandbox.git("dvc", "push", "-A", in: module.path)
        #expect(pushed.output == "1 file pushed\n")
        #expect(try sandbox.git("dvc", "pull", in: module.path).succeeded)
        let above = try sandbox.run("git", "dvc", "push", in: top)
        #expect(above.status == 253, "\(above)")
    }

    @Test func `targets and revisions work in a linked worktree`() throws {
        let worktree = sandbox.path("worktree")
        try sandbox.git(
            "worktree", "add", "--quiet", "-b", "other", worktree.string,
            in: sandbox.path("origin"))
        let pushed = try sandbox.run("git", "dvc", "push", "-aT", "a.dvc", in: worktree)
        #expect(pushed.output == "1 file pushed\n", "\(pushed)")
    }
}
