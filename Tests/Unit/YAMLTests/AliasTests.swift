import Testing

@testable import YAML

@Suite struct AliasTests {
    @Test func `aliases stand for what they name, with their own mark`() throws {
        let root = try #require(try parse("a: &x {b: 1}\nc: *x\nd: &y t\ne: *y\n")?.mapping)
        #expect(root["c"]?.mapping?["b"]?.scalar?.value == .integer(1))
        #expect(root["c"]?.mark == YAMLMark(line: 2, column: 4))
        #expect(root["e"]?.string == "t")
    }

    @Test func `the latest anchor of a name counts`() throws {
        let root = try #require(try parse("[&x a, *x, &x b, *x]")?.sequence)
        #expect(root.map(\.string) == ["a", "a", "b", "b"])
    }

    @Test(arguments: [
        ("<<: {a: 1, b: 2}\nb: 3\nc: 4\n", "a=1 b=3 c=4"),
        ("b: 3\n<<: {a: 1, b: 2}\n", "a=1 b=3"),
        ("<<: [{a: 1, b: 2}, {b: 3, c: 4}]\n", "b=2 c=4 a=1"),
        ("<<: {<<: {a: 1, b: 1}, b: 2}\nc: 3\n", "a=1 b=2 c=3"),
        ("'<<': 1\n", "<<=1"),
        ("<<: {}\n", ""),
    ])
    func `merge keys give way to the map's own keys`(text: String, expected: String) throws {
        let entries = try #require(try parse(text)?.mapping).entries
        let shown = entries.map { "\($0.key.text)=\($0.value.scalar?.text ?? "")" }
        #expect(shown.joined(separator: " ") == expected)
    }

    @Test(arguments: [false, true])
    func `a billion laughs are refused`(byMerging: Bool) {
        var text = "a0: &a0 {k0: lol}\n"
        for level in 1...40 {
            let before = (0..<9).map { "m\($0): *a\(level - 1)" }.joined(separator: ", ")
            let merged =
                "<<: [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]"
            text += "a\(level): &a\(level) {\(byMerging ? merged : before)}\n"
        }
        #expect(failure(of: text)?.reason == .tooManyAliases(limit: 100_000))
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func `deep nesting is refused, however deep`(opening: String) {
        for depth in [129, 1000, 100_000] {
            let text = String(repeating: opening, count: depth)
            #expect(failure(of: text)?.reason == .tooDeep(limit: 128))
        }
    }

    @Test func `nesting through aliases counts`() throws {
        var text = "- &a0 [x]\n"
        for level in 1...200 { text += "- &a\(level) [*a\(level - 1)]\n" }
        #expect(failure(of: text)?.reason == .tooDeep(limit: 128))
        let allowed = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(failure(of: allowed) == nil)
    }
}
