import Testing

@testable import Git

@Suite struct TreeObjectTests {
    /// Entries as Git sorts them: `a.b` before the directory `a`, which counts as `a/`.
    private static let names: [(mode: String, name: String)] = [
        ("100644", "-"), ("40000", ".dvc"), ("100644", ".dvcignore"), ("100644", "a-b"),
        ("100755", "a.b"), ("40000", "a"), ("100644", "a0"), ("120000", "link"),
        ("160000", "module"), ("40000", "zz"),
    ]

    private static func tree(_ entries: [(mode: String, name: String)]) throws -> TreeObject {
        var bytes: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            bytes += Array("\(entry.mode) \(entry.name)".utf8) + [0]
            bytes += Array(repeating: UInt8(index), count: 20)
        }
        return try #require(TreeObject(bytes, oidLength: 20))
    }

    @Test func `every entry is found by its name`() throws {
        let tree = try Self.tree(Self.names)
        for (index, entry) in Self.names.enumerated() {
            #expect(tree.index(of: Array(entry.name.utf8)) == index, "\(entry.name)")
            #expect(Array(tree.name(at: index)) == Array(entry.name.utf8))
        }
        for name in ["", "a.", "a/", "b", ".dv", ".dvcignore2", "zzz"] {
            #expect(tree.index(of: Array(name.utf8)) == nil, "\(name)")
        }
    }

    @Test func `the mode says what an entry is`() throws {
        let tree = try Self.tree(Self.names)
        let kinds = tree.indices.map(tree.kind(at:))
        #expect(kinds[0] == .file && kinds[4] == .file)
        #expect(kinds[1] == .directory && kinds[7] == .link && kinds[8] == .submodule)
    }

    @Test func `an oid is the bytes after the name`() throws {
        let tree = try Self.tree(Self.names)
        #expect(tree.oid(at: 9).hex == String(repeating: "09", count: 20))
    }

    @Test func `what another tree has as well does not differ`() throws {
        let old = try Self.tree(Self.names)
        #expect(old.indices(differingFrom: old) == [])
        // One entry more in front: all oids that follow differ, as they count the entries here.
        let new = try Self.tree([("100644", "+")] + Self.names)
        #expect(new.indices(differingFrom: old).count == Self.names.count + 1)
        let shorter = try Self.tree(Array(Self.names.prefix(3)))
        #expect(shorter.indices(differingFrom: old) == [])
        #expect(old.indices(differingFrom: shorter) == Array(3..<Self.names.count))
    }

    @Test(arguments: ["100644 a", "100644a\u{0}", "100644 a\u{0}short", "\u{0}"])
    func `bytes that are no tree are refused`(text: String) {
        #expect(TreeObject(Array(text.utf8), oidLength: 20) == nil)
    }
}
