import Basics
import TestSupport
import Testing

@testable import DVC

/// Whatever stands in a `.dvcignore`: nothing traps, and no pattern makes matching slow.
@Suite struct HostileIgnoreTests {
    private func effort(_ pattern: String, on path: String) -> (ignored: Bool, effort: Int) {
        var rules = IgnoreRules()
        var builtIn = 0
        _ = rules.ignores(FilePath(path), isDirectory: false, effort: &builtIn)
        rules.add(Array(pattern.utf8), in: "")
        var effort = 0
        let ignored = rules.ignores(FilePath(path), isDirectory: false, effort: &effort)
        return (ignored, effort - builtIn)
    }

    @Test(arguments: [
        String(repeating: "a*", count: 100) + "b", String(repeating: "*a", count: 120) + "*b",
        String(repeating: "?*", count: 100) + "b", String(repeating: "[a-z]*", count: 100) + "b",
        String(repeating: "[!b]*", count: 100) + "b", String(repeating: "*", count: 5000) + "b",
        String(repeating: "a", count: 250) + "b",
        "a/" + String(repeating: "**/a*/", count: 40) + "b",
    ])
    func `following a pattern takes no more than path times pattern`(pattern: String) {
        let path = String(repeating: "a", count: 251)
        let result = effort(pattern, on: path)
        #expect(!result.ignored)
        #expect(result.effort <= (path.utf8.count + 1) * (pattern.utf8.count + 10))
        #expect(effort(pattern, on: path + "b").effort < 200_000)
    }

    @Test func `a deep path takes no more than its prefixes times the pattern`() {
        let path = String(repeating: "a/", count: 100) + "a"
        for pattern in ["**/a/**/a/**/a/**/a/**/b", "a/a/a/a/a/b", "*/*/*/*/b", "[!x]a[!x]a[!x]b"] {
            let result = effort(pattern, on: path)
            #expect(!result.ignored)
            #expect(result.effort < 100 * 2 * 202 * (pattern.utf8.count + 10))
        }
    }

    @Test func `a pattern longer than the path is not looked at`() {
        let letters = String(repeating: "[a-z]", count: 5000)
        #expect(effort(letters, on: "a/b/c").effort == 0)
        #expect(effort(String(repeating: "?", count: 20_000), on: "a/b/c").effort == 0)
        #expect(effort(String(repeating: "a/", count: 10_000), on: "a/a/a").effort == 0)
    }

    @Test func `a class of a million members is searched, not walked`() {
        var members = "["
        for scalar in 0x4e00..<0x9000 {
            members.unicodeScalars.append(Unicode.Scalar(UInt32(scalar)) ?? "x")
        }
        let result = effort(members + "]*z", on: String(repeating: "\u{4e01}", count: 100))
        #expect(!result.ignored)
        #expect(result.effort < 2000)
    }

    @Test func `survives random bytes`() {
        let sample = Array(
            "# c\n/a/**/b\n!x[a-z!]\\*?/\n**/[!]é-]*.dvc\r\n \\#y \n[^a\n/\n//\n!\n\\\n".utf8)
        let pieces = [
            "**", "/", "[", "]", "!", "\\", "[!", "[^]", "-", "\n", "\r", "#", "*", "?", "\u{a0}",
        ]
        var random = SeededGenerator(seed: 23)
        for _ in 0..<2000 {
            var rules = IgnoreRules()
            rules.add(random.mutated(sample, pieces: pieces), in: "")
            let directory = FilePath(validating: random.mutated(Array("d/e".utf8), pieces: pieces))
            if let directory {
                rules.add(random.mutated(sample, pieces: pieces), in: directory.normalized)
            }
            for flaw in rules.flaws { #expect(!flaw.text.isEmpty) }
            let bytes = random.mutated(Array("d/e/x/\u{e9}.dvc".utf8), pieces: pieces)
            let path = FilePath(validating: bytes) ?? ""
            _ = rules.ignores(path, isDirectory: false)
            _ = rules.ignores(path, isDirectory: true)
        }
    }

    @Test func `survives length and depth`() {
        var rules = IgnoreRules()
        rules.add([UInt8](repeating: 0, count: 10_000), in: "")
        rules.add([UInt8](repeating: 0xff, count: 10_000), in: "")
        rules.add([UInt8](repeating: UInt8(ascii: "["), count: 10_000), in: "")
        rules.add([UInt8](repeating: UInt8(ascii: "\\"), count: 10_000), in: "")
        rules.add(Array(String(repeating: "!\n", count: 10_000).utf8), in: "")
        let deep = FilePath(String(repeating: "a/", count: 300) + "b")
        #expect(!rules.ignores(deep, isDirectory: false))
    }

    @Test func `what is wrong in a line is told with its place`() {
        var rules = IgnoreRules()
        rules.add(Array("a\\\n# c\n!\nb\\/c\r\n[z-a]\n".utf8) + [0x61, 0xff], in: "n")
        let lines = rules.flaws.map { "\($0.path):\($0.line): \($0.reason)" }
        #expect(
            lines == [
                "n/.dvcignore:1: danglingEscape", "n/.dvcignore:3: empty",
                "n/.dvcignore:4: danglingEscape", "n/.dvcignore:5: backwardRange",
                "n/.dvcignore:6: notUTF8",
            ])
        // The odd byte counts as itself.
        let odd = FilePath(unchecked: Array("n/a".utf8) + [0xff])
        #expect(rules.ignores(odd, isDirectory: false))
        #expect(!rules.ignores("n/a", isDirectory: false))
    }
}
