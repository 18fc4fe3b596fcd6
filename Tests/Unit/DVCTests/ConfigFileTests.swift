import Basics
import TestSupport
import Testing

@testable import DVC

/// What is expected here was compared with ConfigObj 5.0.9 as DVC 3.67.1 uses it.
@Suite struct ConfigFileTests {
    private func parse(_ text: String) throws(ConfigError) -> ConfigFile {
        try ConfigFile(parsing: Array(text.utf8), name: ".dvc/config")
    }

    @Test(
        arguments: [
            ("a", .text("a")), ("", .text("")), (" a b  # c", .text("a b")), ("a#b", .text("a")),
            (#""a, #b" # c"#, .text("a, #b")), (#"'a "b" c'"#, .text(#"a "b" c"#)),
            (#"a"b"#, .text(#"a"b"#)), (#""a" b "c""#, .text(#"a" b "c"#)), ("# c", .text("")),
            ("a,b", .list(["a", "b"])), ("a,", .list(["a"])), (",", .list([])),
            (#""a,b", 'c' # d"#, .list(["a,b", "c"])), ("'''a'b'''", .text("a'b")),
            ("\"\"\"a\n b\n\"\"\" # c", .text("a\n b\n")), ("a = b", .text("a = b")),
        ] as [(String, ConfigValue)])
    func `reads a value`(text: String, value: ConfigValue) throws {
        #expect(try parse("[s]\nk = \(text)\n").sections[0].options["k"]?.value == value)
    }

    @Test(arguments: [
        #""a"#, "'a", #""a" b"#, "a,,b", ",a", "a, ,b", "'''a", "'''a''' b", "'''a\nb",
    ])
    func `refuses a value with quotes or commas that make no sense`(text: String) {
        #expect {
            try parse("[s]\nk = \(text)\n")
        } throws: { error in
            (error as? ConfigError)?.line == 2
        }
    }

    @Test(arguments: [
        (#"['remote "My Remote"']"#, #"remote "my remote""#),
        (#"[remote "a"] # c"#, #"remote "a""#),
        ("  [ core ]", "core"), (#"["a ] b"]"#, "a ] b"), ("[CORE]", "core"), ("[a]]b]", "a]]b"),
    ])
    func `reads the title of a section`(line: String, title: String) throws {
        #expect(try parse(line).sections[0].title == title)
    }

    @Test(
        arguments: [
            ("[a]\n[a]", .duplicateSection("a"), 2),
            ("[a]\nx=1\nx=2", .duplicateKey("x", section: "a"), 3),
            ("[a]\nx=1\n[[x]]", .duplicateSection("x"), 3), ("\nnonsense", .unreadableLine, 2),
            ("[a", .unreadableLine, 1), ("[[a]", .unbalancedSection, 1),
            ("[[a]]", .sectionTooNested, 1), ("\u{feff}[a]", .byteOrderMark, 1),
            ("[a]\nx=%(y)s", .unresolvedReference("y"), 2),
            ("[a]\nx=%(y)s\ny=%(x)s", .referenceLoop("x"), 2),
            ("[a]\ny=1,2\nx=%(y)s", .unresolvedReference("y"), 3),
        ] as [(String, ConfigError.Reason, Int)])
    func `says what is wrong and where`(text: String, reason: ConfigError.Reason, line: Int) {
        #expect(throws: ConfigError(reason: reason, file: ".dvc/config", line: line)) {
            try parse(text)
        }
    }

    @Test func `the line names file, line, key and section`() throws {
        let error = try #require(throws: ConfigError.self) {
            try parse("['remote \"storage\"']\nurl = a\nurl = b\n")
        }
        #expect(
            error.summary == #".dvc/config:3: duplicate key 'url' in section 'remote "storage"'"#)
    }

    @Test func `keys that are the same in lower case are no duplicates, and the last one wins`()
        throws
    {
        let file = try parse("[a]\nurl = 1\nURL = 2\n[A]\n")
        #expect(file.sections[0].options["url"]?.value == .text("2"))
        #expect(file.sections.map(\.title) == ["a", "a"])
    }

    @Test func `CRLF and old line ends are line ends`() throws {
        let file = try parse("[a]\r\nx = 1\r\ry = 2\r\n")
        #expect(file.sections[0].options["x"] == .init(value: .text("1"), line: 2))
        #expect(file.sections[0].options["y"] == .init(value: .text("2"), line: 4))
    }

    @Test func `replaces references, also in lists and from sections around`() throws {
        let file = try parse(
            "[a]\nhost = h\nurl = ssh://%(host)s/%(dir)s\ndir = d\nall = %(dir)s, x%20y, %(\n"
                + "[[b]]\nz = %(url)s\n")
        #expect(file.sections[0].options["url"]?.value == .text("ssh://h/d"))
        #expect(file.sections[0].options["all"]?.value == .list(["d", "x%20y", "%("]))
        #expect(file.sections[1].options["z"]?.value == .text("ssh://h/d"))
    }

    @Test func `references that multiply are refused in time`() {
        var text = "[a]\nk0 = \n"
        for level in 1...40 { text += "k\(level) = %(k\(level - 1))s%(k\(level - 1))s\n" }
        #expect {
            try parse(text)
        } throws: { error in
            (error as? ConfigError)?.reason == .tooManyReferences
        }
    }

    @Test(arguments: [
        "[s]\nk = " + String(repeating: "\"a\",", count: 2000) + "\"",
        "[s]\nk = " + String(repeating: "\",", count: 4000),
        "[s]\nk = x" + String(repeating: " ", count: 8000) + ",,",
        String(repeating: "[", count: 8000), String(repeating: "a", count: 20000) + "=1",
        "[" + String(repeating: "a ", count: 4000),
    ])
    func `lines made to take long are refused in time`(text: String) {
        #expect(throws: ConfigError.self) { try parse(text) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: ConfigError(reason: .notUTF8, file: "f", line: 1)) {
            try ConfigFile(parsing: [0xff], name: "f")
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `no text traps the reader`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "[", "]", "'", "\"", "'''", "\"\"\"", "=", ",", "#", " ", "\n", "\r", "a", "%(a)s", "é",
            "\u{2028}", "\0", "remote", "\u{301}",
        ]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            _ = try? parse(text)  // either outcome is right
            _ = try? DVCConfig(
                [.init(level: .repo, bytes: Array(text.utf8), directory: "/r/.dvc", name: "c")],
                home: nil)
        }
    }
}
