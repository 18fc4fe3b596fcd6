import Basics
import Digests
import TestSupport
import Testing

@testable import DVC

@Suite struct DirectoryListingDifferenceTests {
    /// A list of members with these paths and contents.
    private func list(
        _ contents: KeyValuePairs<FilePath, String>, scheme: HashScheme = .md5
    ) throws -> DirectoryListing {
        try DirectoryListing(
            contents.map { ($0, objectID(of: Array($1.utf8), scheme: scheme)) }, scheme: scheme)
    }

    @Test func `finds changed and new members, not renamed ones`() throws {
        let old = try list(["a": "1", "b": "2", "c": "3", "d": "4"])
        let new = try list(["a": "1", "b": "changed", "e": "3", "f": "new", "g": "new"])
        #expect(new.members(notIn: old).map { new.path(at: $0) } == ["b", "f", "g"])
        #expect(old.members(notIn: new).map { old.path(at: $0) } == ["b", "d"])
        #expect(new.members(notIn: new) == [])
    }

    @Test func `nothing is in the empty list`() throws {
        let some = try list(["a": "1", "b": "1"])
        #expect(some.members(notIn: DirectoryListing()) == [0, 1])
        #expect(DirectoryListing().members(notIn: some) == [])
    }

    @Test func `lists of different schemes share nothing`() throws {
        let some = try list(["a": "1"])
        #expect(some.members(notIn: try list(["a": "1"], scheme: .md5DosToUnix)) == [0])
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `agrees with sets`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func some() throws -> DirectoryListing {
            var members: [FilePath: ObjectID] = [:]
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let name = String(repeating: "x", count: Int.random(in: 1...20, using: &random))
                let content = UInt8.random(in: 0...50, using: &random)
                members[FilePath(name)] = objectID(of: [content])
            }
            return try DirectoryListing(members.map { ($0.key, $0.value) })
        }
        let (left, right) = (try some(), try some())
        let known = Set(right.indices.map { right.oid(at: $0) })
        #expect(
            left.members(notIn: right) == left.indices.filter { !known.contains(left.oid(at: $0)) })
    }
}
