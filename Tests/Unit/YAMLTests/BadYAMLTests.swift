import Testing

@testable import YAML

@Suite struct BadYAMLTests {
    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", YAMLError.Reason.duplicateKey("a"), 3, 1),
        ("{a: 1, 'a': 2}", .duplicateKey("a"), 1, 8),
        ("a: *x\n", .unknownAlias("x"), 1, 4),
        ("a: &x [*x]\n", .unknownAlias("x"), 1, 8),
        ("a: 1\n---\nb: 2\n", .severalDocuments, 2, 1),
        ("? [a]\n: b\n", .compoundKey, 1, 3),
        ("a: {{x}}\n", .compoundKey, 1, 5),
        ("<<: 1\n", .badMerge(found: "a number"), 1, 5),
        ("<<: [{}, a]\n", .badMerge(found: "a string"), 1, 10),
        ("<<: {}\n<<: {}\n", .duplicateKey("<<"), 2, 1),
        ("a: !x b\n", .unsupportedTag("!x"), 1, 4),
        (
            "a: !!python/object:os.system {}\n",
            .unsupportedTag("tag:yaml.org,2002:python/object:os.system"), 1, 4
        ),
        ("a: !!int b\n", .tagMismatch(tag: "tag:yaml.org,2002:int", text: "b"), 1, 4),
        ("%YAML 1.1\n---\na: no\n", .unsupportedVersion("1.1"), 1, 1),
        ("a: b\0c\n", .forbiddenCharacter, 1, 5),
        ("x: 1\né: \u{1}\n", .forbiddenCharacter, 2, 4),
    ])
    func `says what is wrong and where`(
        text: String, reason: YAMLError.Reason, line: Int, column: Int
    ) {
        #expect(failure(of: text) == YAMLError(reason, at: YAMLMark(line: line, column: column)))
    }

    @Test(arguments: [
        "a: [", "a: b: c", "\ta: b", "a: 'x", "- a\nb: c", "a: @b", "{a: b", "&", "*",
    ])
    func `broken syntax is an error in libyaml's words`(text: String) {
        guard case .syntax? = failure(of: text)?.reason else {
            Issue.record("\(text): \(failure(of: text)?.summary ?? "no error")")
            return
        }
    }

    @Test(
        arguments: [
            [0x61, 0x3A, 0x20, 0xFF], [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61],
            [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80],
        ] as [[UInt8]])
    func `what is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(failure(of: bytes)?.reason == .notUTF8)
    }

    @Test func `a bad byte is found where it stands`() {
        let error = failure(of: Array("ab: c\néx: ".utf8) + [0xFF])
        #expect(error?.mark == YAMLMark(line: 2, column: 5))
    }

    @Test func `messages are one line without control characters`() {
        let error = failure(of: #"{"a\e[31m\n": 1, "a\e[31m\n": 2}"#)
        #expect(error?.summary == #"line 1, column 18: duplicate key 'a\u{1b}[31m\u{a}'"#)
    }
}
