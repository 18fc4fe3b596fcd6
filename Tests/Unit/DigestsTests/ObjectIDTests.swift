import Testing

@testable import Digests

@Suite struct ObjectIDTests {
    @Test(arguments: ["d41d8cd98f00b204e9800998ecf8427e", "d751713988987e9331980363e24189ce.dir"])
    func `reads and writes what metafiles hold`(text: String) throws {
        let oid = try #require(ObjectID(text))
        #expect(oid.description == text)
        #expect(oid.isDirectory == text.hasSuffix(".dir"))
    }

    @Test(arguments: [
        "", "d41d8cd98f00b204e9800998ecf8427", "d41d8cd98f00b204e9800998ecf8427e0",
        "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e.DIR",
        "g41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e.dir/",
    ])
    func `refuses anything else`(text: String) {
        #expect(ObjectID(text) == nil)
    }

    @Test func `the empty file and the empty directory have the names that DVC gives them`() {
        #expect(objectID(of: []).description == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            objectID(of: Array("[]".utf8), isDirectory: true).description
                == "d751713988987e9331980363e24189ce.dir")
    }

    @Test func `legacy ids fold CRLF in text only`() {
        let text = Array("one\r\ntwo\r\n".utf8)
        let binary: [UInt8] = text + [0]
        #expect(
            objectID(of: text, scheme: .md5DosToUnix)
                .hasDigest(of: objectID(of: Array("one\ntwo\n".utf8))))
        #expect(objectID(of: binary, scheme: .md5DosToUnix).hasDigest(of: objectID(of: binary)))
    }

    @Test func `a CRLF split across chunks of one MiB is not folded`() {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: (1 << 20) - 1) + Array("\r\nb".utf8)
        var pieces = ContentHasher(.md5DosToUnix)
        for start in stride(from: 0, to: text.count, by: 1000) {
            pieces.update(Array(text[start..<min(start + 1000, text.count)]))
        }
        let name = pieces.finish()
        #expect(name == objectID(of: text, scheme: .md5DosToUnix))
        #expect(name.hasDigest(of: objectID(of: text)))
    }
}
