import Testing

@testable import Basics

@Suite struct FilePathTests {
    @Test func `names that differ only in normalisation stay two files`() {
        let composed: FilePath = "\u{e9}"
        let decomposed: FilePath = "e\u{301}"
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test(arguments: [
        ("a/./b", "a/b"), ("a/../b", "b"), ("../a", "../a"), ("/../a", "/a"), ("a//b/", "a/b"),
        ("", ""), ("/", "/"), ("a/..", ""), ("../../x/..", "../.."),
    ])
    func `normalizes as text`(path: FilePath, expected: FilePath) {
        #expect(path.normalized == expected)
    }

    @Test(
        arguments: [
            ("/a/b", "/a", "b"), ("/a", "/a", ""), ("/ab", "/a", nil), ("a/b", "", "a/b"),
            ("/a", "/", "a"),
        ] as [(FilePath, FilePath, FilePath?)])
    func `finds what lies below an ancestor`(path: FilePath, ancestor: FilePath, rest: FilePath?) {
        #expect(path.relative(to: ancestor) == rest)
    }

    @Test func `parent and last component cut at the last slash`() {
        let path: FilePath = "/a/b.dvc"
        #expect(path.parent == "/a")
        #expect(path.lastComponent == "b.dvc")
        #expect(FilePath("a").parent == "")
        #expect(FilePath("/a").parent == "/")
    }
}
