import Basics
import TestSupport
import Testing

@testable import Git

@Suite struct TreeChangeTests {
    private static let command = Command("/usr/bin/git", [], environment: Environment([:]))
    private static let zero = String(repeating: "0", count: 40)
    private static func oid(_ digit: Character) -> String { String(repeating: digit, count: 40) }

    private func parse(_ text: String) throws -> [TreeChange] {
        try TreeChange.parse(Array(text.utf8), from: Self.command)
    }

    /// A plain commit, a merge of two and one of three parents.
    private static let sample =
        "\(oid("1"))\0:000000 100644 \(zero) \(oid("a")) A\0data.dvc\0"
        + ":100644 100755 \(oid("a")) \(oid("b")) M\0dir/ö \n\t.dvc\0"
        + ":100644 000000 \(oid("a")) \(zero) D\0gone.dvc\0"
        + ":000000 120000 \(zero) \(oid("c")) A\0link.dvc\0"
        + ":100644 160000 \(oid("a")) \(oid("d")) T\0module.dvc\0"
        + "\(oid("2"))\0::100644 100644 100644 \(oid("a")) \(oid("b")) \(oid("c")) MM\0:odd\0"
        + "::100644 100644 000000 \(oid("a")) \(oid("b")) \(zero) DD\0merged-away.dvc\0"
        + "\(oid("3"))\0:::100644 100644 100644 100644 \(oid("a")) \(oid("b")) \(oid("c")) "
        + "\(oid("d")) MMM\0\(oid("e"))\0"

    @Test func `reads commits, merges, deletions, links and submodules`() throws {
        let changes = try parse(Self.sample)
        #expect(
            changes.map(\.path) == [
                "data.dvc", "dir/ö \n\t.dvc", "gone.dvc", "link.dvc", "module.dvc", ":odd",
                "merged-away.dvc", FilePath(Self.oid("e")),
            ])
        #expect(
            changes.map { $0.blob?.hex.first } == ["a", "b", nil, nil, nil, "c", nil, "d"])
        #expect(
            changes.map { $0.commit?.hex.first } == ["1", "1", "1", "1", "1", "2", "2", "3"])
    }

    @Test func `a single tree's list has no commit`() throws {
        let changes = try parse(":000000 100644 \(Self.zero) \(Self.oid("a")) A\0a\0")
        #expect(changes == [TreeChange(commit: nil, path: "a", blob: GitOID(Self.oid("a")))])
    }

    @Test func `nothing and commits without changes give nothing`() throws {
        #expect(try parse("").isEmpty)
        #expect(try parse("\(Self.oid("1"))\0").isEmpty)
    }

    @Test func `a path that is no UTF-8 keeps its bytes`() throws {
        let bytes =
            Array(":000000 100644 \(Self.zero) \(Self.oid("a")) A\0".utf8) + [0xff, 0xfe, 0]
        let changes = try TreeChange.parse(bytes, from: Self.command)
        #expect(changes.first?.path.bytes == [0xff, 0xfe])
    }

    @Test(arguments: [
        "x\0", ":\0a\0", ":100644 100644 \(zero) \(oid("a"))\0a\0",
        "::100644 100644 \(zero) \(oid("a")) M\0a\0", ":000000 100644 \(zero) xyz A\0a\0",
        ":000000 100644 \(zero) \(oid("a")) A",
    ])
    func `anything else is an error`(text: String) {
        #expect(throws: SubprocessError.self) { try parse(text) }
    }

    @Test func `cut off anywhere it throws or gives the beginning`() throws {
        let bytes = Array(Self.sample.utf8)
        let whole = try TreeChange.parse(bytes, from: Self.command)
        for length in bytes.indices {
            let part = Array(bytes[..<length])
            guard let changes = try? TreeChange.parse(part, from: Self.command) else { continue }
            // Only a path can be cut where nobody notices.
            let count = changes.count
            #expect(changes.dropLast().elementsEqual(whole.prefix(max(0, count - 1))))
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no change of the bytes traps the parser`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(Self.sample.utf8)
        for _ in 0..<200 {
            let mutation = random.mutated(
                bytes, pieces: [":", "::::::::", "\0", "\0\0", " ", "100644 ", Self.zero])
            let changes = (try? TreeChange.parse(mutation, from: Self.command)) ?? []
            #expect(changes.allSatisfy { $0.blob?.isZero != true })
        }
    }
}
