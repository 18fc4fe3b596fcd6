import Basics
import TestSupport
import Testing

@testable import git_dvc

@Suite struct ArgumentsTests {
    private static let command = CommandDescription(
        name: "test", summary: "", synopsis: "", argumentCount: 0...2,
        options: [
            OptionDescription("remote", "r", value: "name", ""),
            OptionDescription("jobs", "j", value: "n", ""),
            OptionDescription("dry-run", "n", ""),
            OptionDescription("quiet", "q", ""),
            OptionDescription("json", ""),
            OptionDescription("verbose", "v", ""),
        ], run: { _, _ in 0 })

    private func parse(_ words: String...) throws(UsageError) -> Arguments {
        try Arguments(words, for: Self.command)
    }

    private func error(_ words: String...) throws -> UsageError {
        try #require(
            #expect(throws: UsageError.self) { try Arguments(words, for: Self.command) })
    }

    @Test(arguments: [
        ["--remote", "x"], ["--remote=x"], ["--rem", "x"], ["--r=x"], ["-r", "x"], ["-rx"],
        ["-qr", "x"], ["-qrx"], ["-r", "y", "-r", "x"], ["--remote=y", "-rx"],
    ])
    func `every spelling of an option with a value`(words: [String]) throws {
        let arguments = try Arguments(words, for: Self.command)
        #expect(arguments.value("remote") == "x")
        #expect(arguments.positionals.isEmpty)
    }

    @Test(arguments: [
        ["-qn"], ["-q", "-n"], ["--quiet", "--dry-run"], ["--q", "--dry"], ["-nqqn"],
    ])
    func `every spelling of switches`(words: [String]) throws {
        let arguments = try Arguments(words, for: Self.command)
        #expect(arguments.has("quiet") && arguments.has("dry-run"))
        #expect(!arguments.has("verbose"))
    }

    @Test func `values may be empty, hold a sign, or look like options`() throws {
        #expect(try parse("--remote=").value("remote") == "")
        #expect(try parse("--remote=a=b").value("remote") == "a=b")
        #expect(try parse("-r", "-q").value("remote") == "-q")
        #expect(try parse("--remote", "--").value("remote") == "--")
        #expect(try !parse("-r", "-q").has("quiet"))
    }

    @Test func `after two dashes nothing is an option`() throws {
        let arguments = try parse("-q", "--", "-n", "--")
        #expect(arguments.positionals == ["-n", "--"])
        #expect(!arguments.has("dry-run"))
        #expect(try parse("--").positionals.isEmpty)
    }

    @Test func `a single dash and an empty word are arguments`() throws {
        #expect(try parse("-", "").positionals == ["-", ""])
    }

    @Test func `arguments and options may be mixed`() throws {
        let arguments = try parse("a", "-q", "b")
        #expect(arguments.positionals == ["a", "b"])
        #expect(arguments.has("quiet"))
    }

    @Test func `what is missing, too much or unknown is said`() throws {
        #expect(try error("-r").summary == "'-r' needs a value: <name>")
        #expect(try error("-qr").summary == "'-r' needs a value: <name>")
        #expect(try error("--remote").summary == "'--remote' needs a value: <name>")
        #expect(try error("--quiet=x").summary == "'--quiet' takes no value")
        #expect(try error("--quiet=").summary == "'--quiet' takes no value")
        #expect(try error("-qx").summary.contains("'-x' is not an option"))
        #expect(try error("-ö").summary.contains("'-ö' is not an option"))
        #expect(try error("a", "b", "c").summary.contains("'c' is one argument too many"))
        #expect(try error("--=x").summary.contains("could be"))
        let unclear = try error("--j")
        #expect(unclear.summary == "'--j' could be --jobs, --json")
        let wrong = try error("--qiuet")
        #expect(wrong.summary == "unknown option '--qiuet'")
        #expect(wrong.advice == "did you mean '--quiet'?")
        #expect(try error("--entirely-different").advice?.contains("-h") == true)
    }

    @Test func `too few arguments are said`() throws {
        var command = Self.command
        command.argumentCount = 1...2
        #expect(throws: UsageError.self) { try Arguments([], for: command) }
        // Who asks for help need not know them.
        #expect(try Arguments(["-h"], for: command).has("help"))
        #expect(try Arguments(["a", "b", "c", "--help"], for: command).has("help"))
    }

    @Test func `an exact name wins over longer ones`() throws {
        var command = Self.command
        command.options.append(OptionDescription("json-lines", ""))
        #expect(try Arguments(["--json"], for: command).has("json"))
        #expect(try Arguments(["--json-l"], for: command).has("json-lines"))
    }

    @Test func `a number is a number`() throws {
        #expect(try parse("-j8").count("jobs") == 8)
        #expect(try parse("--jobs=0").count("jobs") == 0)
        #expect(try parse().count("jobs") == nil)
        for text in ["", "-1", "x", "1.5", " 1", "99999999999999999999", "٣"] {
            #expect(throws: UsageError.self) { try parse("--jobs=\(text)").count("jobs") }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `no words trap it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let words = ["--remote=x", "-qj8", "--", "a"].map { word in
                String(
                    decoding: random.mutated(
                        Array(word.utf8), pieces: ["-", "--", "=", "\u{301}", "\u{200d}", ""]),
                    as: UTF8.self)
            }
            _ = try? Arguments(words, for: Self.command)  // either outcome is right
        }
    }
}

@Suite struct NearestWordTests {
    @Test(
        arguments: [
            ("psuh", "push"), ("pul", "pull"), ("instal", "install"), ("PUSH", "push"),
            ("uninstal", "uninstall"), ("vresion", "version"), ("checkout", nil), ("zzzzzz", nil),
        ] as [(String, String?)])
    func `finds what was most likely meant`(word: String, expected: String?) {
        let known = ["push", "pull", "install", "uninstall", "version"]
        #expect(nearestWord(to: word, among: known) == expected)
    }

    @Test func `empty words and lists do not trap`() {
        #expect(nearestWord(to: "", among: []) == nil)
        #expect(nearestWord(to: "", among: [""]) == "")
        #expect(nearestWord(to: "", among: ["push"]) == nil)
        #expect(nearestWord(to: "push", among: [""]) == nil)
        #expect(nearestWord(to: "a", among: ["a"]) == "a")
    }

    @Test(
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "acb", 1),
            ("abc", "abd", 1), ("abc", "ab", 1), ("abc", "xabc", 1), ("kitten", "sitting", 3),
            ("ABC", "abc", 0), ("e\u{301}", "\u{e9}", 0),
        ] as [(String, String, Int)])
    func `counts letters inserted, removed, replaced or swapped`(
        left: String, right: String, distance: Int
    ) {
        #expect(editDistance(left, right) == distance)
        #expect(editDistance(right, left) == distance)
    }
}

@Suite struct CommandDescriptionTests {
    @Test(arguments: GitDVC.commands.map(\.name))
    func `every command can be described, and no two options are alike`(name: String) throws {
        let command = try #require(GitDVC.commands.first { $0.name == name })
        #expect(command.help.hasPrefix("usage: git dvc \(name)"))
        #expect(command.help.contains("--help"))
        let names = command.options.map(\.long) + ["help"]
        #expect(Set(names).count == names.count)
        let letters = command.options.compactMap(\.short) + ["h"]
        #expect(Set(letters).count == letters.count)
    }
}
