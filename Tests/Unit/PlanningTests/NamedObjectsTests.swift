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
                "deps:\n- path: x\n  repo:\n    url: y\nouts:\n- md5: 0\(name.dropLast()).dir\n  path: z\n"
                    .utf8),
            at: "b.dvc", of: .workspace)
        let list = try #require(ObjectID(name + ".dir"))
        let legacy = try #require(ObjectID(name + ".dir", scheme: .md5DosToUnix))
        #expect(named.oids.isSuperset(of: [list, legacy]))
        #expect(named.lists[list]?.path == "a.dvc")
        #expect(named.lists[list]?.isOnlyRead == false)
        #expect(named.lists.values.contains { $0.isOnlyRead && $0.path == "b.dvc" })
    }

    @Test func `a directory that stages only read is told from one that is an out of any`() throws {
        let list = try #require(ObjectID(name + ".dir"))
        func lock(_ key: String) -> [UInt8] {
            let entry = "    \(key):\n    - {path: x, hash: md5, md5: \(list)}\n"
            return Array("schema: '2.0'\nstages:\n  a:\n    cmd: x\n\(entry)".utf8)
        }
        var named = NamedObjects()
        named.add(lock("deps"), at: "dvc.lock", of: .workspace)
        #expect(named.oids.contains(list))
        #expect(named.lists[list]?.isOnlyRead == true)
        var other = NamedObjects()
        other.add(lock("outs"), at: "b/dvc.lock", of: .workspace)
        #expect(other.lists[list]?.isOnlyRead == false)
        named.merge(other)
        #expect(named.lists[list]?.path == "b/dvc.lock")
        // Whatever comes later.
        named.add(lock("deps"), at: "c/dvc.lock", of: .workspace)
        #expect(named.lists[list]?.isOnlyRead == false)
        // What nobody understands may have it as an out.
        named = NamedObjects()
        named.add(lock("deps") + Array("<<<<<<< HEAD\n".utf8), at: "dvc.lock", of: .workspace)
        #expect(named.lists[list]?.isOnlyRead == false)
    }
}
