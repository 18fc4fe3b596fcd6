import TestSupport
import Testing

@testable import Git

@Suite struct GitConfigTests {
    private func config(_ text: String) -> GitConfig { GitConfig(parsing: Array(text.utf8)) }

    @Test func `the last value counts, and a value may hold anything but NUL`() {
        let config = config(
            "dvc.strict\nall\0remote.a.b.url\nx=y\nz\0dvc.strict\nnone\0dvc.empty\n\0dvc.alone\0")
        #expect(config["dvc.strict"] == "none")
        #expect(config["remote.a.b.url"] == "x=y\nz")
        #expect(config["dvc.empty"] == "")
        #expect(config["dvc.alone"] == "true")
        #expect(config["dvc.none"] == nil)
    }

    /// As git's `git_parse_maybe_bool`.
    @Test(
        arguments: [
            ("\ntrue", true), ("\nYES", true), ("\non", true), ("\n1", true), ("\n-7", true),
            ("", true), ("\nfalse", false), ("\nNo", false), ("\noff", false), ("\n0", false),
            ("\n", false), ("\nmaybe", nil), ("\n 1", nil),
        ] as [(String, Bool?)])
    func `reads booleans as git does`(value: String, expected: Bool?) {
        #expect(config("dvc.progress\(value)\0").boolean("dvc.progress") == expected)
    }

    @Test func `no bytes trap the parser`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            _ = GitConfig(
                parsing: random.mutated(
                    Array("dvc.a\nb\0dvc.c\0".utf8), pieces: ["\0", "\n", "\0\n\0", "\u{301}"]))
        }
    }
}

@Suite struct GitVersionTests {
    @Test(
        arguments: [
            ("git version 2.39.5", 2, 39, 5), ("git version 2.39.5 (Apple Git-154)", 2, 39, 5),
            ("git version 2.55.0.rc1", 2, 55, 0), ("git version 2.43.0.windows.1\n", 2, 43, 0),
            ("git version 2.30", 2, 30, 0), ("git version 2.x", 2, 0, 0),
        ] as [(String, Int, Int, Int)])
    func `reads what git says`(answer: String, major: Int, minor: Int, patch: Int) {
        #expect(
            GitVersion(answer: answer) == GitVersion(major: major, minor: minor, patch: patch))
    }

    @Test(arguments: ["", "git version", "git version 2", "git version x.y", "git version 2."])
    func `anything else is no version`(answer: String) {
        #expect(GitVersion(answer: answer) == nil)
    }

    @Test func `compares number by number`() throws {
        let versions = try ["2.9.10", "2.30.0", "2.30.1", "2.100.0", "3.0.0"].map {
            try #require(GitVersion(answer: "git version \($0)"))
        }
        #expect(versions.sorted() == versions)
        #expect(versions[0] < .oldestSupported)
        #expect(!(versions[1] < .oldestSupported))
    }

    @Test func `no bytes trap the parser`() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let bytes = random.mutated(
                Array("git version 2.39.5".utf8),
                pieces: ["99999999999999999999", "-", ".", "..", " ", "½", "\u{301}"])
            _ = GitVersion(answer: String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: [
        "", "0", String(repeating: "a", count: 39), String(repeating: "A", count: 40),
        String(repeating: "g", count: 40), String(repeating: "a", count: 63) + " ",
        String(repeating: "é", count: 20),
    ])
    func `an oid is 40 or 64 lower-case hex digits`(text: String) {
        #expect(GitOID(text) == nil)
        #expect(GitOID(String(repeating: "0", count: 64))?.isZero == true)
        #expect(GitOID(String(repeating: "f", count: 40))?.abbreviated == "ffffffffff")
    }
}
