import Basics
import Testing

@testable import Git

@Suite struct SparseConeTests {
    @Test(arguments: [
        ("", true), ("a", true), ("a/b", true), ("a/b/c", true), ("a/x", false), ("z", false),
        ("d e", true), ("d e/f", true), ("ab", false),
    ])
    func `knows the directories whose files are there`(directory: String, isIn: Bool) throws {
        // What `git sparse-checkout set a/b 'd e'` of Git 2.39 writes.
        let text = "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n/d e/\n"
        let cone = try #require(SparseCone(patterns: Array(text.utf8)))
        #expect(cone.holdsFiles(of: FilePath(directory)) == isIn)
    }

    @Test func `undoes the escapes of special characters`() throws {
        let cone = try #require(SparseCone(patterns: Array(#"/a\*b\\c/"#.utf8)))
        #expect(cone.holdsFiles(of: #"a*b\c/d"#))
    }

    @Test(arguments: ["*.c", "/a", "!a/", "/", "!/a/"])
    func `other patterns are none of a cone`(line: String) {
        #expect(SparseCone(patterns: Array("/*\n\(line)\n".utf8)) == nil)
    }
}
