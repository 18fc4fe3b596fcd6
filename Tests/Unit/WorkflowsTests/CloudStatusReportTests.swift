import Basics
import DVC
import Digests
import Testing

@testable import Workflows

@Suite struct CloudStatusReportTests {
    private func oid(_ number: UInt64) -> ObjectID { ObjectID(high: number << 56, low: number) }

    private func entries(
        _ outs: [ComparedOut], _ sides: ComparedSides, from directory: FilePath = ""
    ) -> [String] {
        var names = StatusNames(from: directory)
        for out in outs { names.add(out, sides) }
        return names.entries.map { "\($0.state.rawValue) \($0.name)" }
    }

    @Test(
        arguments: [
            ("a", "", "a"), ("a/b", "", "a/b"), ("a", "a", "."), ("a/b", "a", "b"),
            ("a", "b", "../a"), ("a/b", "a/c/d", "../../b"), ("ab/c", "a", "../ab/c"),
            ("x", "a/b/c", "../../../x"),
        ] as [(FilePath, FilePath, FilePath)])
    func `a name is seen from the current directory`(
        path: FilePath, directory: FilePath, name: FilePath
    ) {
        #expect(path.relativeName(from: directory) == name)
    }

    @Test func `each state comes in DVC's order, then names in theirs`() {
        var sides = ComparedSides()
        sides.absentInCache = [oid(1), oid(2)]
        sides.absentOnRemote = [oid(2), oid(3), oid(4)]
        let outs = [(2, "m"), (4, "z"), (3, "n"), (1, "d"), (5, "same")]
            .map { ComparedOut(path: FilePath($0.1), oid: oid(UInt64($0.0))) }
        #expect(entries(outs, sides) == ["deleted d", "new n", "new z", "missing m"])
        #expect(
            entries(outs, sides, from: "sub")
                == ["deleted ../d", "new ../n", "new ../z", "missing ../m"])
    }

    @Test func `an object has one name, and a name one state, the worst`() {
        var sides = ComparedSides()
        sides.absentInCache = [oid(1), oid(2)]
        sides.absentOnRemote = [oid(2), oid(3)]
        let outs = [(3, "a"), (3, "copy"), (2, "v"), (1, "v"), (3, "v")]
            .map { ComparedOut(path: FilePath($0.1), oid: oid(UInt64($0.0))) }
        #expect(entries(outs, sides) == ["new a", "missing v"])
    }

    @Test func `only the members that are meant have a name`() throws {
        let listing = try DirectoryListing(
            (1...4).map { (path: FilePath("f\($0)"), oid: oid(UInt64($0))) })
        var out = ComparedOut(path: "d", oid: oid(9), listing: listing)
        out.members = 1..<3
        var sides = ComparedSides()
        #expect(entries([out], sides) == [])
        sides.absentOnRemote = Set((1...9).map { oid($0) })
        #expect(entries([out], sides) == ["new d", "new d/f2", "new d/f3"])
    }
}
