import TestSupport
import Testing

@testable import Git

@Suite struct ObjectAnswersTests {
    private static func oid(_ digit: Character) -> String { String(repeating: digit, count: 40) }

    private static let sample = Array(
        ("\(oid("a")) blob 5\nab\nc\n\n" + "HEAD:no such file missing\n" + "\(oid("b")) blob 0\n\n"
            + "abc ambiguous\n" + "\(oid("c")) tree 3\n\0\u{7f}\n\n" + " missing\n"
            + "\(oid("d")) tag 1\nx\n" + "\(oid("e")) commit 8\n missing\n").utf8)

    private static func object(
        _ digit: Character, _ kind: GitObject.Kind, _ content: String
    ) throws -> ObjectAnswers.Answer {
        .object(
            GitObject(
                oid: try #require(GitOID(oid(digit))), kind: kind, content: Array(content.utf8)))
    }

    private static func expected() throws -> [ObjectAnswers.Answer] {
        [
            try object("a", .blob, "ab\nc\n"), .none, try object("b", .blob, ""), .none,
            try object("c", .tree, "\0\u{7f}\n"), .none, try object("d", .tag, "x"),
            try object("e", .commit, " missing"),
        ]
    }

    private static func drain(
        _ answers: inout ObjectAnswers
    ) throws(ObjectAnswers.Garbage) -> [ObjectAnswers.Answer] {
        var drained: [ObjectAnswers.Answer] = []
        while let answer = try answers.next() { drained.append(answer) }
        return drained
    }

    @Test func `reads answers that came at once`() throws {
        var answers = ObjectAnswers()
        answers.append(Self.sample)
        #expect(try Self.drain(&answers) == Self.expected())
        #expect(try answers.next() == nil)
    }

    @Test(arguments: 1...40)
    func `reads answers in pieces of any size`(size: Int) throws {
        var answers = ObjectAnswers()
        var drained: [ObjectAnswers.Answer] = []
        for start in stride(from: 0, to: Self.sample.count, by: size) {
            answers.append(Self.sample[start..<min(start + size, Self.sample.count)])
            drained += try Self.drain(&answers)
        }
        #expect(drained == (try Self.expected()))
    }

    @Test func `split in two anywhere nothing is lost or early`() throws {
        let expected = try Self.expected()
        for cut in Self.sample.indices {
            var answers = ObjectAnswers()
            answers.append(Self.sample[..<cut])
            var drained = try Self.drain(&answers)
            #expect(drained.elementsEqual(expected.prefix(drained.count)))
            answers.append(Self.sample[cut...])
            drained += try Self.drain(&answers)
            #expect(drained == expected)
        }
    }

    @Test func `a large object arrives whole, and what follows it`() throws {
        let content = [UInt8](repeating: UInt8(ascii: "\n"), count: 3 << 20)
        var answers = ObjectAnswers()
        answers.append("\(Self.oid("a")) blob \(content.count)\n".utf8)
        answers.append(content)
        #expect(try answers.next() == nil)
        answers.append("\n".utf8)
        answers.append(Self.sample)
        let oid = try #require(GitOID(Self.oid("a")))
        let large = GitObject(oid: oid, kind: .blob, content: content)
        #expect(try answers.next() == .object(large))
        #expect(try Self.drain(&answers) == Self.expected())
    }

    @Test(arguments: [
        "\n", "fatal: what\n", "\(oid("a")) blob\n", "\(oid("a")) blob -1\n",
        "\(oid("a")) blob 99999999999999999999\n", "\(oid("a")) blob 268435457\n",
        "\(oid("a")) blob 0x1\n", "\(oid("a")) thing 1\nx\n", "\(oid("a").dropLast()) blob 1\nx\n",
        "\(oid("a")) blob 1\nxy\n", "\u{1b}[31m\n",
    ])
    func `garbage is an error that can be shown`(text: String) {
        var answers = ObjectAnswers()
        answers.append(text.utf8)
        let error = #expect(throws: ObjectAnswers.Garbage.self) { try answers.next() }
        #expect(error?.text.contains("\u{1b}") == false)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no change of the bytes traps the reader`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let bytes = random.mutated(
                Self.sample, pieces: ["\n", " missing\n", " ", "9223372036854775807", "-", "blob"])
            var answers = ObjectAnswers()
            let cut = Int.random(in: 0...bytes.count, using: &random)
            answers.append(bytes[..<cut])
            guard (try? Self.drain(&answers)) != nil else { continue }  // either outcome is right
            answers.append(bytes[cut...])
            _ = try? Self.drain(&answers)
        }
    }
}
