import Basics
import Digests
import Testing

@testable import DVC

@Suite struct DirectoryMergeTests {
    /// A list of files whose contents are these words.
    private func list(_ files: [String: String]) throws -> DirectoryListing {
        try DirectoryListing(
            files.map { (FilePath($0.key), objectID(of: Array($0.value.utf8), isDirectory: false)) }
        )
    }

    private func merge(
        _ ancestor: [String: String], _ ours: [String: String], _ theirs: [String: String]
    ) throws -> DirectoryListing.Merge {
        try DirectoryListing.merge(
            ancestor: list(ancestor), ours: list(ours), theirs: list(theirs))
    }

    @Test(arguments: [
        (["a": "1"], ["a": "1", "b": "2"], ["a": "1", "c": "3"], ["a": "1", "b": "2", "c": "3"]),
        (
            ["a": "1", "b": "1"], ["a": "2", "b": "1"], ["a": "1", "b": "2"], ["a": "2", "b": "2"]
        ),
        (["a": "1", "b": "1"], ["b": "1"], ["a": "1", "b": "2"], ["b": "2"]),
        // Both did the same.
        (["a": "1"], ["a": "2"], ["a": "2"], ["a": "2"]),
        (["a": "1", "b": "1"], ["b": "1"], ["b": "1"], ["b": "1"]),
        ([:], ["a": "1"], ["a": "1", "b": "1"], ["a": "1", "b": "1"]),
        // A file becomes a directory on one side.
        (["a": "1"], ["a/b": "1"], ["a": "1", "c": "1"], ["a/b": "1", "c": "1"]),
        (["a": "1"], [:], [:], [:]),
    ])
    func `changes of both sides come together`(
        ancestor: [String: String], ours: [String: String], theirs: [String: String],
        expected: [String: String]
    ) throws {
        for (one, other) in [(ours, theirs), (theirs, ours)] {
            guard case .merged(let listing) = try merge(ancestor, one, other) else {
                Issue.record("a conflict")
                return
            }
            #expect(listing == (try list(expected)))
        }
    }

    @Test(arguments: [
        (["a": "1"], ["a": "2"], ["a": "3"], ["a"]),
        (["a": "1"], [:], ["a": "3"], ["a"]),
        ([:], ["a": "1", "b": "1"], ["a": "2", "b": "2"], ["a", "b"]),
        ([:], ["a": "1"], ["a/b": "1"], ["a"]),
    ])
    func `what both changed in different ways is a conflict`(
        ancestor: [String: String], ours: [String: String], theirs: [String: String],
        expected: [String]
    ) throws {
        for (one, other) in [(ours, theirs), (theirs, ours)] {
            guard case .conflicts(let paths) = try merge(ancestor, one, other) else {
                Issue.record("no conflict")
                return
            }
            #expect(paths.map(\.string) == expected)
        }
    }
}
