import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Pushes during which somebody works on the cache.
@Suite struct PushRaceTests {
    let world: PushWorld
    let large: ObjectID
    /// A file whose turn comes after the large one's.
    let later: ObjectID
    let list: ObjectID

    init() throws {
        world = try PushWorld(inMemory: false)
        large = try world.addLargeObject(as: "large")
        // Files go in the order of their ids, a directory's list after all files.
        let large = large
        let content = (0...).lazy.map { "later \($0)" }
            .first { objectID(of: Array($0.utf8)) > large }
        let text = try #require(content)
        later = objectID(of: Array(text.utf8))
        list = try world.repository.addDirectory("d", ["later": text])
        try world.commit()
    }

    /// Holds a push while `change` is made, then lets it go on, one object at a time.
    private func push(during change: () throws -> Void) throws -> ProcessResult {
        let process = try world.stopped(
            whileUploading: large, "git", ["-c", "dvc.jobs=1", "push", "-q", "origin", "main"])
        try change()
        process.sendToAll(SIGCONT)
        return process.wait()
    }

    @Test func `an object that disappears from the cache counts as lost`() throws {
        let result = try push { try world.loseFromCache(later) }
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("error: 'd/later' (commit "), "\(result)")
        #expect(result.errorOutput.contains("needs \(DVCRepository.key(later)), which is neither"))
        #expect(try world.refs() == [])
        #expect(try world.stored() == world.keys(large))
    }

    @Test func `an object that changes before its turn is not uploaded`() throws {
        let result = try push { try world.damageInCache(later) }
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("the file in the cache is damaged"), "\(result)")
        #expect(try world.refs() == [])
        #expect(try world.stored() == world.keys(large))
    }

    @Test func `an object that changes while it is read is not uploaded`() throws {
        let object = world.repository.cache.appending(DVCRepository.key(large))
        let result = try push {
            // In place, at its end, as a program does that still has it open.
            try world.sandbox.run(
                "sh", "-c",
                "printf x | dd of=\"$1\" bs=1 seek=$((96 * 1024 * 1024 - 1)) conv=notrunc",
                "sh", object.string
            ).checked()
        }
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("the file in the cache is damaged"), "\(result)")
        #expect(try world.refs() == [])
        #expect(try world.stored() == world.keys(later, list))
    }
}
