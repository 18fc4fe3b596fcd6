import Basics
import TestSupport
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", ["a", "b.txt", "d"]), ("[ab]*", ["a", "b.txt"]), ("?", ["a", "d"]),
        ("d/*", ["d/e", "d/x"]),
        ("**/x", ["d/e/x", "d/x"]), ("d/**", ["d", "d/e", "d/e/x", "d/x"]), (".h*", [".hidden"]),
        ("none*", []), ("a/*", []), ("d/e/x", ["d/e/x"]), ("missing", []),
    ])
    func `finds what Python finds`(pattern: String, expected: [String]) throws {
        let directory = try TemporaryDirectory()
        for name in ["a", "b.txt", ".hidden", "d/x", "d/e/x"] {
            let path = directory.path.appending(name)
            try createDirectories(path.parent)
            try writeFile(path, [])
        }
        #expect(expandGlob(FilePath(pattern), in: directory.path).map(\.string) == expected)
    }
}
