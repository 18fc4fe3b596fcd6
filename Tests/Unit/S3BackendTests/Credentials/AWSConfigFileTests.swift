import Basics
import CloudStorage
import S3Backend
import TestSupport
import Testing

@Suite struct AWSConfigFileTests {
    private func read(_ text: String) throws(AWSConfigError) -> [String: [String: String]] {
        try AWSConfigFile(parsing: Array(text.utf8), path: "/c").sections.mapValues {
            $0.mapValues(\.text)
        }
    }

    @Test func `sections, comments, both signs, and values as they stand`() throws {
        let text = """
            # a comment
            [default]
            Region = eu-west-1
              ; an indented comment
            key: with # no = comment
            [profile "a b"] and what follows
            empty =
            """
        #expect(
            try read(text) == [
                "default": ["region": "eu-west-1", "key": "with # no = comment"],
                "profile \"a b\"": ["empty": ""],
            ])
    }

    @Test func `lines that are indented deeper belong to the value before them`() throws {
        let file = try AWSConfigFile(
            parsing: Array(
                "[a]\r\ns3 =\r\n  one = 1\r\n\r\n\ttwo= 2=2 \r\nnext = x\n  more\n".utf8),
            path: "/c")
        #expect(file.sections["a"]?["s3"]?.nested == ["one": "1", "two": "2=2"])
        #expect(file.sections["a"]?["next"]?.text == "x\nmore")
        #expect(file.sections["a"]?["next"]?.nested == nil)
        #expect(file.sections["a"]?["next"]?.line == 6)
    }

    @Test func `what stands under DEFAULT counts for all`() throws {
        #expect(
            try read("[DEFAULT]\nx = 1\ny = 1\n[a]\nx = 2\n") == ["a": ["x": "2", "y": "1"]])
    }

    @Test(arguments: [
        ("a = 1\n", 1, AWSConfigError.Reason.noSection),
        ("[a]\nb = 1\nnothing\n", 3, .notASetting),
        ("[a]\n= 1\n", 2, .notASetting),
        ("[a]\nb = 1\n\nB = 2\n", 4, .duplicateSetting("b")),
        ("[a]\n[b]\n[a]\n", 3, .duplicateSection("a")),
        ("[]\n", 1, .noSection),
    ])
    func `bad files are refused, naming the line`(
        text: String, line: Int, reason: AWSConfigError.Reason
    ) {
        #expect(throws: AWSConfigError(file: "/c", line: line, reason: reason)) {
            try read(text)
        }
    }

    @Test func `the message names file and line, and quotes no value`() throws {
        let error = try #require(throws: AWSConfigError.self) { try read("[a]\nhush-secret\n") }
        #expect(
            error.summary == "cannot read AWS settings: /c:2: neither a section nor 'name = value'")
    }

    @Test func `bytes that are not UTF-8 are refused, naming the line`() {
        #expect(throws: AWSConfigError(file: "/c", line: 2, reason: .notUTF8)) {
            try AWSConfigFile(parsing: Array("[a]\nb=".utf8) + [0xff], path: "/c")
        }
    }

    @Test func `a file shows none of its values`() throws {
        let file = try AWSConfigFile(parsing: Array("[a]\nb = hush\n".utf8), path: "/c")
        var dumped = ""
        dump(file, to: &dumped)
        dump(file.sections, to: &dumped)
        #expect(!(dumped + "\(file)\(file.sections)").contains("hush"))
    }

    @Test func `no content makes the reader trap`() {
        var random = SeededGenerator(seed: 4)
        let seed = Array("[default]\ns3 =\n  a = b\n[profile x]\nk: v\n# c\n\n  more\n".utf8)
        for _ in 0..<3000 {
            let bytes = random.mutated(seed, pieces: ["[", "]", "\n", "\r", "  ", "=", "\u{feff}"])
            guard let file = try? AWSConfigFile(parsing: bytes, path: "/c") else { continue }
            for section in file.sections.values { for value in section.values { _ = value.nested } }
        }
    }
}

@Suite struct ShellWordsTests {
    /// Source: Python's `shlex.split`.
    @Test(arguments: [
        ("a  b\tc", ["a", "b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]), ("a'b'c", ["abc"]),
        ("''", [""]), ("a\\ b", ["a b"]), ("\"a\\\"b\\\\c\\d\"", ["a\"b\\c\\d"]),
        ("'a\\b'", ["a\\b"]), ("", []), ("$HOME `x`", ["$HOME", "`x`"]), ("a#b #c", ["a#b", "#c"]),
    ])
    func `splits as a shell does`(line: String, words: [String]) throws {
        #expect(try shellWords(line) == words)
    }

    @Test(arguments: [
        ("'a", ShellWordsError.openQuote), ("\"a", .openQuote), ("a\\", .openEscape),
        ("\"a\\", .openEscape),
    ])
    func `refuses what is not closed`(line: String, error: ShellWordsError) {
        #expect(throws: error) { try shellWords(line) }
    }
}

@Suite struct CredentialAnswersTests {
    @Test(arguments: [
        "", "[]", "null", "{}", "{\"Version\": 2, \"AccessKeyId\": \"a\"}",
        "{\"Version\": \"1\", \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"hush\"}",
        "{\"Version\": 1, \"AccessKeyId\": \"a\"}",
        "{\"Version\": 1, \"AccessKeyId\": \"\", \"SecretAccessKey\": \"hush\"}",
        "{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"hush\", \"Expiration\": \"x\"}",
        "{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"hush\"",
        "{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": [\"hush\"]}",
    ])
    func `bad answers of a program are refused without quoting them`(text: String) {
        #expect {
            try credentials(fromProcess: Array(text.utf8), source: "s")
        } throws: { error in
            !"\(error)".contains("hush") && error is AnswerProblem
        }
    }

    @Test func `a good one is taken, with or without an end`() throws {
        let text = "{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"s\", \"X\": 1}"
        #expect(
            try credentials(fromProcess: Array(text.utf8), source: "p")
                == LoadedCredentials(
                    AWSCredentials(accessKeyID: "a", secretAccessKey: "s"), source: "p"))
    }

    @Test func `no answer makes a reader trap`() {
        var random = SeededGenerator(seed: 9)
        let seeds = [
            "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"Expiration\":\"2030-01-01T00:00:00Z\"}",
            "{\"accessToken\":\"t\",\"expiresAt\":\"2030-01-01T00:00:00UTC\"}",
            "{\"roleCredentials\":{\"accessKeyId\":\"a\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\",\"expiration\":1}}",
        ].map { Array($0.utf8) }
        for index in 0..<2000 {
            let bytes = random.mutated(
                seeds[index % 3], pieces: ["{", "\"", "null", "1e999", "\\u0000", "[[[["])
            _ = try? credentials(fromProcess: bytes, source: "")
            _ = try? credentials(fromMetadata: bytes, source: "")
            _ = try? credentials(fromSSO: bytes, source: "")
            _ = try? credentials(fromLogin: bytes, source: "")
            _ = try? SSOToken(bytes)
        }
    }
}
