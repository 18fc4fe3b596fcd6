import Basics
import TestSupport
import Testing

@testable import Planning

/// What a target is by its spelling alone: `parse_target` of DVC.
@Suite struct TargetWordTests {
    @Test(arguments: [
        ("", TargetWord.everything),
        ("a.dvc", .metafile("a.dvc", stage: nil)),
        ("sub/a.dvc", .metafile("sub/a.dvc", stage: nil)),
        ("a.dvc:name", .metafile("a.dvc", stage: "name")),
        ("v@1.dvc", .metafile("v@1.dvc", stage: nil)),
        ("dvc.yaml", .metafile("dvc.yaml", stage: nil)),
        ("../dvc.yaml:train", .metafile("../dvc.yaml", stage: "train")),
        ("dvc.yaml:group@key", .nameOrPath("dvc.yaml:group@key")),
        (":train", .metafile("dvc.yaml", stage: "train")),
        ("train", .nameOrPath("train")),
        ("group@a:b/c", .nameOrPath("group@a:b/c")),
        ("data/file", .nameOrPath("data/file")),
        ("a:b", .nameOrPath("a:b")),
        ("dir:x/a.dvc", .metafile("dir:x/a.dvc", stage: nil)),
        ("x.yaml", .nameOrPath("x.yaml")),
        ("mydvc.yaml", .nameOrPath("mydvc.yaml")),
    ])
    func `a target is known by its spelling`(text: String, word: TargetWord) throws {
        let expected =
            text == "dvc.yaml:group@key"
            ? TargetWord.metafile("dvc.yaml", stage: "group@key") : word
        #expect(try TargetWord(FilePath(text)) == expected)
    }

    @Test(arguments: [
        ("dvc.lock", "dvc.yaml"), ("sub/dvc.lock", "sub/dvc.yaml"),
        ("dvc.lock:train", "dvc.yaml:train"),
    ])
    func `a lock file is no target`(text: String, meant: String) {
        let error = #expect(throws: TargetError.self) { try TargetWord(FilePath(text)) }
        #expect(error?.advice == "did you mean '\(meant)'?")
    }
}

/// Patterns, as Python's `glob` expands them.
@Suite struct PathPatternTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in [
            "a.dvc", "b.dvc", ".hidden.dvc", "sub/c.dvc", "sub/deep/d.dvc", ".dvc/tmp/e.dvc",
            "[x].dvc", "sub/\u{e9}.dvc",
        ] {
            try createDirectories(directory.path.appending(name).parent)
            try writeFile(directory.path.appending(name), [])
        }
    }

    @Test(arguments: [
        ("*.dvc", ["[x].dvc", "a.dvc", "b.dvc"]),
        ("?.dvc", ["a.dvc", "b.dvc"]),
        ("[a]*.dvc", ["a.dvc"]),
        ("[!a].dvc", ["b.dvc"]),
        ("[[]x].dvc", ["[x].dvc"]),
        (".*.dvc", [".hidden.dvc"]),
        ("*/c.dvc", ["sub/c.dvc"]),
        ("s*b/d*/*", ["sub/deep/d.dvc"]),
        ("**/d.dvc", ["sub/deep/d.dvc"]),
        ("sub/**", ["sub", "sub/c.dvc", "sub/deep", "sub/deep/d.dvc", "sub/\u{e9}.dvc"]),
        (
            "**/*.dvc",
            ["[x].dvc", "a.dvc", "b.dvc", "sub/c.dvc", "sub/deep/d.dvc", "sub/\u{e9}.dvc"]
        ),
        ("a.dvc", ["a.dvc"]),
        ("none*", []),
        ("none", []),
        ("a.dvc/*", []),
    ])
    func `a pattern stands for what is there`(pattern: String, matches: [String]) throws {
        #expect(
            try PathPattern(FilePath(pattern)).matches(in: directory.path).map(\.string) == matches)
    }
}
