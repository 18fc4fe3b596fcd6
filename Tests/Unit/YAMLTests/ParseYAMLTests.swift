import Testing

@testable import YAML

func parse(_ text: String) throws(YAMLError) -> YAMLNode? { try parseYAML(Array(text.utf8)) }

/// The error that parsing `text` must give.
func failure(of text: String) -> YAMLError? { failure(of: Array(text.utf8)) }

func failure(of bytes: [UInt8]) -> YAMLError? {
    do {
        _ = try parseYAML(bytes)
        return nil
    } catch {
        return error
    }
}

@Suite struct ParseYAMLTests {
    @Test func `keeps order, kinds and marks`() throws {
        let root = try #require(
            try parse("outs:\n- path: é x\n  size: 3\nempty: {}\nlist: [a, b]\n"))
        let mapping = try #require(root.mapping)
        #expect(mapping.entries.map(\.key.text) == ["outs", "empty", "list"])
        let out = try #require(mapping["outs"]?.sequence?.first)
        #expect(out.mark == YAMLMark(line: 2, column: 3))
        #expect(out.mapping?["path"]?.string == "é x")
        #expect(out.mapping?["size"]?.scalar?.value == .integer(3))
        #expect(out.mapping?.entry(for: "size")?.keyMark == YAMLMark(line: 3, column: 3))
        #expect(out.mapping?["size"]?.mark == YAMLMark(line: 3, column: 9))
        #expect(mapping["empty"]?.mapping?.entries.isEmpty == true)
        #expect(mapping["list"]?.sequence?.map(\.string) == ["a", "b"])
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\u{FEFF}"])
    func `an empty document is nothing`(text: String) throws {
        #expect(try parse(text) == nil)
    }

    @Test(arguments: ["\u{FEFF}a: 1\nb: 'x'\n", "a: 1\r\nb: 'x'\r\n", "--- \na: 1\nb: \"x\"\n..."])
    func `a byte-order mark, CRLF and document marks are fine`(text: String) throws {
        let mapping = try #require(try parse(text)?.mapping)
        #expect(mapping["a"]?.scalar?.value == .integer(1))
        #expect(mapping["b"]?.string == "x")
    }

    @Test func `columns after a byte-order mark start at one`() throws {
        #expect(try parse("\u{FEFF}a: 1")?.mark == YAMLMark(line: 1, column: 1))
    }

    @Test func `keys are compared as bytes`() throws {
        let mapping = try #require(try parse("\u{E9}: 1\ne\u{301}: 2\n")?.mapping)
        #expect(mapping.entries.count == 2)
        #expect(mapping["e\u{301}"]?.scalar?.value == .integer(2))
        #expect(mapping["\u{E9}"]?.scalar?.value == .integer(1))
    }

    @Test func `a number as key is no string key`() throws {
        let mapping = try #require(try parse("1: a\n'1': b\n")?.mapping)
        #expect(mapping["1"]?.string == "b")
    }

    @Test(arguments: [
        ("!!str 12", YAMLScalar.Value.string), ("! 12", .string), ("!!int '12'", .integer(12)),
        ("!!float 2", .float(2)), ("!!null ''", .null), ("!!bool 'true'", .boolean(true)),
    ])
    func `the tags of the core schema are obeyed`(text: String, value: YAMLScalar.Value) throws {
        #expect(try parse(text)?.scalar?.value == value)
    }
}
