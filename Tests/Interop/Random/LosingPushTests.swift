import Basics
import TestSupport
import Testing

/// Pushes after which DVC says that all is well, though what was asked for is not on the remote.
///
/// Found by ``RandomCommandTests``.
@Suite struct LosingPushTests {
    let comparison: PushComparison

    init() throws { comparison = try PushComparison() }

    @Test func `a path after a metafile is pushed, where DVC forgets it`() throws {
        let oids = try comparison.storeAll(["first", "second"])
        try comparison.writeMetafile("a", oids[0])
        try comparison.writeMetafile("b", oids[1])
        let objects = oids.map { PushComparison.object($0, in: "main") }
        let theirs = try comparison.push(by: .dvc, ["a.dvc", "b"])
        #expect(theirs.result.status == 0)
        #expect(theirs.objects.files == [objects[0]])
        let ours = try comparison.push(by: .gitDVC, ["a.dvc", "b"])
        #expect(ours.result.status == 0)
        #expect(ours.objects.files == objects.sorted())
    }

    @Test func `a member that another out needs is pushed for that, where DVC trusts the list`()
        throws
    {
        let shared = try comparison.store("shared")
        let list = try comparison.storeDirectory(["x": "shared", "y": "other"])
        try comparison.writeMetafile("d", list)
        try comparison.writeMetafile("f", shared)
        let place = comparison.sandbox.path("remotes")
        // As a push of `d/y` by DVC leaves it.
        try comparison.sandbox.write(
            readFile(comparison.cached(list)),
            to: place.appending(PushComparison.object(list, in: "main")), mode: 0o444)
        let object = place.appending(PushComparison.object(shared, in: "main"))
        try comparison.sandbox.dvc("push", in: comparison.path)
        #expect(!fileExists(object))
        try comparison.sandbox.git("dvc", "push", in: comparison.path)
        #expect(fileExists(object))
    }
}
