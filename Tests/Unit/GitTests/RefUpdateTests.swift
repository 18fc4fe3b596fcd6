import TestSupport
import Testing

@testable import Git

@Suite struct RefUpdateTests {
    private static let new = String(repeating: "1a", count: 20)
    private static let old = String(repeating: "2b", count: 20)
    private static let zero = String(repeating: "0", count: 40)

    private func parse(_ text: String) throws(GitError) -> [RefUpdate] {
        try RefUpdate.parse(Array(text.utf8))
    }

    /// The shapes of git-integration 3.2, and expressions as git prints them.
    @Test(arguments: [
        ("refs/heads/main \(new) refs/heads/main \(zero)", "refs/heads/main", true, false),
        ("refs/heads/main \(new) refs/heads/main \(old)", "refs/heads/main", true, true),
        ("HEAD \(new) refs/heads/new \(zero)", "HEAD", true, false),
        ("\(new) \(new) refs/heads/byoid \(zero)", new, true, false),
        ("(delete) \(zero) refs/heads/gone \(old)", "(delete)", false, true),
        ("(delete) \(zero) refs/heads/gone \(zero)", "(delete)", false, false),
        ("refs/tags/v1 \(new) refs/tags/v1 \(zero)", "refs/tags/v1", true, false),
        ("HEAD^{/fix the bug} \(new) refs/heads/x \(old)", "HEAD^{/fix the bug}", true, true),
        (":/ two  blanks \(new) refs/heads/x \(old)", ":/ two  blanks", true, true),
        ("größe \(new) refs/heads/größe \(old)", "größe", true, true),
    ])
    func `reads a line`(line: String, name: String, hasNew: Bool, hasOld: Bool) throws {
        for text in [line, line + "\n"] {
            let update = try #require(try parse(text).first)
            #expect(update.localName == name)
            #expect(update.newOID == (hasNew ? GitOID(Self.new) : nil))
            #expect(update.oldOID == (hasOld ? GitOID(Self.old) : nil))
            #expect(line.contains(" \(update.remoteRef) "))
        }
    }

    @Test func `reads SHA-256 names and many lines`() throws {
        let long = String(repeating: "c", count: 64)
        let none = String(repeating: "0", count: 64)
        let updates = try parse("a \(long) refs/a \(none)\nb \(long) refs/b \(long)\n")
        #expect(updates.map(\.remoteRef) == ["refs/a", "refs/b"])
        #expect(updates.map(\.newOID?.hex) == [long, long])
        #expect(updates.map(\.oldOID?.hex) == [nil, long])
    }

    @Test func `nothing to push is nothing`() throws {
        #expect(try parse("").isEmpty)
        #expect(try parse("\n").isEmpty)
    }

    @Test(arguments: [
        "x", "a \(new) refs/a", "a \(new) refs/a \(old) ",
        "a \(new.uppercased()) refs/a \(old)",
        "a \(new.dropLast()) refs/a \(old)", "\(new) refs/a \(old)", "a \(new) refs a \(old)",
        "a \(new) refs/a \(old)\r",
    ])
    func `names the line that is bad`(line: String) throws {
        let good = "a \(Self.new) refs/a \(Self.old)\n"
        #expect(throws: GitError.badRefLine(line: 3, text: line)) { try parse(good + good + line) }
        #expect(throws: GitError.badRefLine(line: 4, text: line)) {
            try parse(good + "\n" + good + line + "\n" + good)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no change of the bytes traps the parser`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(
            "HEAD^{/x y} \(Self.new) refs/a \(Self.old)\n(delete) \(Self.zero) b \(Self.old)\n".utf8
        )
        for _ in 0..<200 {
            let mutation = random.mutated(bytes, pieces: [" ", "\n", Self.zero, "\0", "\u{301}"])
            // Either outcome is right.
            guard let updates = try? RefUpdate.parse(mutation) else { continue }
            #expect(updates.count <= mutation.count { $0 == UInt8(ascii: "\n") } + 1)
        }
    }
}
