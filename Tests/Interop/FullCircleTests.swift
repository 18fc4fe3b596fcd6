import Basics
import TestSupport
import Testing

/// The whole of dvc-compat 11.1 from one working copy to another, each way.
///
/// Items 1 to 5, 12 and 15 of dvc-compat 11 are in the repository that all of this moves.
@Suite struct FullCircleTests {
    let repository: InteropRepository

    init() throws { repository = try InteropRepository() }

    @Test func `what git push uploaded, real DVC pulls byte for byte`() throws {
        let sandbox = repository.sandbox
        let pushed = try repository.gitPush("origin", "main").checked()
        #expect(pushed.errorOutput.contains("Uploaded "), "\(pushed)")

        let clone = try repository.clone()
        try sandbox.dvc("pull", "--quiet", in: clone)
        let difference = try FileTree(workingCopy: repository.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        #expect(try FileTree(workingCopy: clone).isExecutable("tool.sh"))
    }

    @Test func `after git push real DVC is in sync, uploads the same, and deletes nothing`() throws
    {
        let sandbox = repository.sandbox
        try repository.gitPush("origin", "main").checked()
        let ours = try repository.objects()
        #expect(ours.fileModes == [0o444])

        let status = try sandbox.dvc("status", "-c", in: repository.path)
        #expect(status.output == "Cache and remote 'storage' are in sync.\n")
        let again = try sandbox.dvc("push", in: repository.path)
        #expect(again.output == "Everything is up to date.\n")
        // Nothing that DVC does looks at an object that it would then delete as corrupt.
        try repository.forgetSiteCache()
        try sandbox.run("rm", "-rf", repository.cache.string).checked()
        try sandbox.dvc("status", "-c", in: repository.path)
        try sandbox.dvc("fetch", "--quiet", in: repository.path)
        #expect(try repository.objects() == ours)

        // And to another directory it uploads exactly the same.
        let other = sandbox.path("other")
        try repository.setConfig("['remote \"storage\"']\n    url = \(other)\n", local: true)
        try sandbox.dvc("push", "--quiet", in: repository.path)
        #expect(try repository.objects(in: other).contents == ours.contents)
    }

    @Test func `after real dvc push ours has nothing to do, and git dvc pull gets every byte`()
        throws
    {
        let sandbox = repository.sandbox
        try sandbox.dvc("push", "--quiet", in: repository.path)
        let theirs = try repository.objects()

        let explicit = try repository.tryOurs("push").checked()
        #expect(explicit.output == "Everything is up to date.\n")
        let pushed = try repository.gitPush("origin", "main").checked()
        #expect(!pushed.errorOutput.contains("Uploaded"), "\(pushed)")
        #expect(try repository.objects() == theirs)

        let clone = try repository.clone()
        try repository.tryOurs("pull", in: clone).checked()
        let difference = try FileTree(workingCopy: repository.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        #expect(try FileTree(workingCopy: clone).isExecutable("tool.sh"))
        // The cache that ours filled is one that DVC takes for its own, and so is the workspace.
        let cache = try FileTree(clone.appending(".dvc/cache"))
        #expect(cache.contents == theirs.contents)
        #expect(cache.fileModes == [0o444])
        let status = try sandbox.dvc("status", in: clone)
        #expect(status.output == "Data and pipelines are up to date.\n")
        #expect(try FileTree(clone.appending(".dvc/cache")) == cache)
    }
}
