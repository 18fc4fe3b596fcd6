import Basics
import Digests
import Testing

@testable import Planning

@Suite struct NamedObjectsTests {
    private let name = "60b725f10c9c85c70d97880dfe8191b3"

    private func names(_ text: String) -> [String] {
        NamedObjects.names(in: Array(text.utf8)).map(\.description)
    }

    @Test func `every lone run of 32 hex digits is a name, whatever is around it`() {
        #expect(names("outs:\n- md5: \(name)\n") == [name])
        #expect(names("md5: \(name).dir") == [name + ".dir"])
        #expect(names("{md5: '\(name)', etag: \"\(name).dir\"}") == [name, name + ".dir"])
        #expect(names("<<<<<<< HEAD\nmd5:\(name)\n=======") == [name])
        #expect(names("\(name).directory") == [name + ".dir"])
    }

    @Test func `what is longer, shorter or something else is none`() {
        let short = String(name.dropLast())
        for text in ["", short, name + "0", "x" + name, name.uppercased(), name + "_"] {
            #expect(names(text) == [], "\(text)")
        }
    }

    @Test func `a name counts for both generations, and a list is found by its file`() throws {
        var named = NamedObjects()
        named.add(Array("- md5: \(name).dir\n".utf8), at: "a.dvc", of: .workspace)
        named.add(
            Array(
                "deps:\n- path: x\n  repo:\n    url: y\nouts:\n- md5: 0\(name.dropLast()).dir".utf8),
            at: "b.dvc", of: .workspace)
        let list = try #require(ObjectID(name + ".dir"))
        let legacy = try #require(ObjectID(name + ".dir", scheme: .md5DosToUnix))
        #expect(named.oids.isSuperset(of: [list, legacy]))
        #expect(named.lists[list]?.path == "a.dvc")
        #expect(named.lists[list]?.isImport == false)
        #expect(named.lists.values.contains { $0.isImport && $0.path == "b.dvc" })
    }
}
