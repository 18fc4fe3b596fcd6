import Basics
import Digests
import Testing

@testable import DVC

@Suite struct MetafileTextTests {
    private func out(_ path: String, scheme: HashScheme = .md5, size: Int64? = 3) -> RecordedOut {
        RecordedOut(
            path: path, oid: objectID(of: [1], scheme: scheme), size: size, fileCount: nil,
            isExecutable: false)
    }

    private func updated(_ text: String, _ out: RecordedOut) throws -> String {
        String(decoding: try MetafileText.updating(Array(text.utf8), [out]), as: UTF8.self)
    }

    private let id = "55a54008ad1ba589aa210d2629c1df41"

    @Test func `a new file`() throws {
        let text = String(decoding: try MetafileText.new(out("a b")), as: UTF8.self)
        #expect(text == "outs:\n- md5: \(id)\n  size: 3\n  hash: md5\n  path: a b\n")
    }

    @Test(arguments: ["a\u{85}b"])
    func `a path that YAML would change is refused`(path: String) {
        #expect(throws: MetafileError.self) { try MetafileText.new(out(path)) }
    }

    @Test func `an empty file is a new one, and a broken one stays`() throws {
        #expect(try updated("# nothing\n", out("a")).hasPrefix("outs:\n- md5: "))
        for text in ["outs: 3\n", "outs:\n- path: a\n  odd: 1\n", "a: [\n", "<<<<<<< x\n- : :\n"] {
            #expect(throws: MetafileError.self) { try updated(text, out("a")) }
        }
    }

    @Test func `what cannot be changed in place is refused`() {
        let text =
            "outs:\n- md5: \(String(repeating: "0d", count: 16))\n  hash: md5\n  path: a\n"
            + "meta: &m\n  a: 1\n"
        #expect(throws: MetafileError.self) { try updated(text, out("a")) }
    }

    @Test func `a size that is not known goes away`() throws {
        let text = "outs:\n- md5: \(id)\n  size: 1\n  hash: md5\n  path: ./a\n"
        #expect(
            try updated(text, out("a", size: nil))
                == "outs:\n- md5: \(id)\n  hash: md5\n  path: a\n")
    }

    @Test func `the place of an out elsewhere stays`() throws {
        let others = "- path: s3://bucket//key/\n- path: remote://r/x\n"
        let text = "outs:\n- md5: \(id)\n  size: 1\n  hash: md5\n  path: a\n" + others
        #expect(
            try updated(text, out("a"))
                == "outs:\n- md5: \(id)\n  size: 3\n  hash: md5\n  path: a\n" + others)
    }

    @Test func `only the out that is meant changes`() throws {
        let other = "- md5: \(String(repeating: "0d", count: 16))\n  hash: md5\n  path: b\n"
        let text =
            "outs:\n- md5: \(String(repeating: "1f", count: 16))\n  hash: md5\n  path: a\n" + other
        #expect(
            try updated(text, out("a"))
                == "outs:\n- md5: \(id)\n  hash: md5\n  path: a\n  size: 3\n" + other)
    }
}

@Suite struct PipelineTextTests {
    private let text = """
        vars: [{x: 1}]
        stages:
          a:
            cmd: one
          b:
            foreach: [1]
            do: {cmd: two}
          c:
            cmd: three ${x}

        """

    @Test func `tells plain stages from templates`() throws {
        let bytes = Array(text.utf8)
        #expect(try PipelineText.stage("a", in: bytes) == .plain)
        #expect(try PipelineText.stage("b@1", in: bytes) == .templated)
        #expect(try PipelineText.stage("b", in: bytes) == .templated)
        #expect(try PipelineText.stage("c", in: bytes) == .templated)
        #expect(try PipelineText.stage("d", in: bytes) == nil)
    }

    @Test func `takes one stage out, and the file with the last`() throws {
        let bytes = Array(text.utf8)
        let left = try #require(try PipelineText.removing("a", from: bytes))
        #expect(
            String(decoding: left, as: UTF8.self)
                == text.replacing("  a:\n    cmd: one\n", with: ""))
        #expect(try PipelineText.removing("d", from: bytes) == bytes)
        #expect(
            try PipelineText.removing("a", from: Array("stages:\n  a:\n    cmd: x\n".utf8)) == nil)
    }
}

@Suite struct GitIgnoreTextTests {
    private func added(_ name: String, _ text: String) -> String? {
        GitIgnoreText.adding(FilePath(name), to: Array(text.utf8)).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func removed(_ name: String, _ text: String) -> String? {
        GitIgnoreText.removing(FilePath(name), from: Array(text.utf8)).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func `adds a line once`() {
        #expect(added("a", "") == "/a\n")
        #expect(added("a", "/b") == "/b\n/a\n")
        #expect(added("a", "/b\n") == "/b\n/a\n")
        #expect(added("a", "/a\n") == nil)
        #expect(added("a", "/a\r\n") == nil)
        #expect(added("[*]?!#\\", "") == "/\\[\\*\\]\\?\\!\\#\\\\\n")
    }

    @Test func `removes all lines for a name`() {
        #expect(removed("a", "/b\n/a\n /a \n/c") == "/b\n/c")
        #expect(removed("a", "/a\n") == "")
        #expect(removed("a", "a\n/ab\n") == nil)
        #expect(removed("x*", "/x\\*\n") == "")
    }
}
