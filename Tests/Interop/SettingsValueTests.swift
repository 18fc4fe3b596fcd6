import Basics
import TestSupport
import Testing

/// Values that are hard to write: what DVC writes we read and write alike, and what we write DVC reads.
@Suite struct SettingsValueTests {
    private static let pieces = [
        "a", "b", "/", " ", ",", "#", "'", "\"", "=", "[", "]", "%", "%(", ")s", "\\", "\n", "\t",
        "'''",
        "\"\"\"", ";", ":", "-", "x y", "$",
    ]
    private static let option = "core.site_cache_dir"

    @Test func `random values go both ways`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let values =
            (0..<150).map { _ in
                (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                    Self.pieces.randomElement(using: &generator) ?? "a"
                }.joined()
            } + ["é", "ü, 😀 # x", "日本\n語", "'é\"", "\u{1f600}"]

        let comparison = try SettingsComparison()
        let set = values.map { ["config", Self.option, "--", $0] }
        let get = ["config", Self.option]
        let lines = set.flatMap { [$0, get] }
        let empty = Dictionary(uniqueKeysWithValues: values.indices.map { (2 * $0, "") })
        let theirs = try comparison.dvc(lines, in: "project", configurations: empty)
        try #require(theirs.count == lines.count)

        var written: [(value: String, file: String)] = []
        for (index, value) in values.enumerated() {
            try comparison.write("", to: "project/.dvc/config")
            let (ours, result) = try comparison.ours(set[index], in: "project")
            let (their, read) = (theirs[2 * index], theirs[2 * index + 1])
            // Where DVC's own reader does not get the value back, we write another way or not at all.
            if their.status == 0, read.output == value + "\n" {
                #expect(ours.status == 0, "seed \(seed), \(value.debugDescription): \(result)")
                #expect(ours.files == their.files, "seed \(seed), \(value.debugDescription)")
            }
            guard ours.status == 0 else {
                #expect(ours.status == 251 && ours.files.isEmpty, "seed \(seed): \(result)")
                continue
            }
            let again = try comparison.ours(get, in: "project").0
            #expect(again.output == value + "\n", "seed \(seed), \(value.debugDescription)")
            written.append((value, ours.files.values.first ?? ""))
        }
        #expect(written.count > values.count / 2, "seed \(seed)")

        let files = Dictionary(uniqueKeysWithValues: written.enumerated().map { ($0, $1.file) })
        let readings = try comparison.dvc(
            written.map { _ in get }, in: "project", configurations: files)
        for (reading, (value, file)) in zip(readings, written) {
            #expect(reading.output == value + "\n", "seed \(seed), \(file)")
        }
    }

    /// DVC stops at them with a `UnicodeEncodeError` after it has emptied the file.
    @Test func `text that is not ASCII, at which DVC loses the file, is written`() throws {
        let comparison = try SettingsComparison()
        let line = ["remote", "add", "s", "/dätä"]
        let before = "['remote \"a\"']\n    url = /a\n"
        try comparison.write(before, to: "project/.dvc/config")
        let theirs = try comparison.dvc([line], in: "project")
        #expect(theirs.first?.status == 255)
        #expect(theirs.first?.files == [:])
        let (ours, result) = try comparison.ours(line, in: "project")
        #expect(ours.status == 0, "\(result)")
        let file = before + "['remote \"s\"']\n    url = /dätä\n"
        #expect(ours.files.values.first == file)
        let reading = try comparison.dvc(
            [["config", "remote.s.url"]], in: "project", configurations: [0: file])
        #expect(reading.first?.output == "/dätä\n")
    }

    /// DVC refuses too late: it has written what none of its commands can read.
    @Test(arguments: [
        ["config", "core.remote", "%(nope)s"], ["remote", "rename", "a", "we'ird"],
        ["remote", "remove", "a"],
    ])
    func `what DVC writes and cannot read is refused before`(line: [String]) throws {
        let comparison = try SettingsComparison()
        try comparison.write("['remote \"a\"']\n    url = /a\n", to: "project/.dvc/config")
        if line.contains("remove") {
            try comparison.write(
                "['remote \"a\"']\n    jobs = 3\n", to: "project/.dvc/config.local")
        }
        let before = try comparison.ours(["config", "-l"], in: "project").0.files
        let theirs = try comparison.dvc(
            [line, ["remote", "add", "b", "/b"]], in: "project")
        #expect(theirs.first?.status != 0)
        #expect(theirs.first?.files != before)
        let (ours, result) = try comparison.ours(line, in: "project")
        #expect(ours.status == 251, "\(result)")
        #expect(ours.files == before)
    }

    @Test func `a long URL stays on one line`() throws {
        let comparison = try SettingsComparison()
        let url = "s3://bucket/" + String(repeating: "long/", count: 30)
        let lines = [["remote", "add", "storage", url], ["remote", "list"]]
        let theirs = try comparison.dvc(lines, in: "project")
        #expect(theirs.last?.output.split(separator: "\n").count ?? 0 > 1)
        _ = try comparison.ours(lines[0], in: "project")
        #expect(try comparison.ours(lines[1], in: "project").0.output == "storage \(url)\n")
    }

    @Test func `a new name is in lower case, as DVC reads it`() throws {
        let comparison = try SettingsComparison()
        let lines = [
            ["remote", "add", "-d", "a", "/a"], ["remote", "rename", "a", "NEW"],
            ["remote", "remove", "new"], ["remote", "default"],
        ]
        // DVC writes it in upper case, then does not find the default that it has to take away.
        #expect(try comparison.dvc(lines, in: "project").last?.output == "NEW\n")
        for line in lines.dropLast() {
            #expect(try comparison.ours(line, in: "project").0.status == 0)
        }
        let last = try comparison.ours(lines[3], in: "project").0
        #expect(last.output == "No default remote set\n")
    }
}
