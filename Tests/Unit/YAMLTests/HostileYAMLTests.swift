import Testing

@testable import YAML

/// Nothing that stands in a file may trap; these tests pass by coming to their end.
@Suite struct HostileYAMLTests {
    static let samples = [
        "outs:\n- md5: a1b2\n  size: 12\n  path: 'x y'\n  meta: {a: [1, 2.5, .inf], b: ~}\n",
        "a: &x\n  <<: {c: d}\n  e: !!str 1\nb: *x\nf: |\n  text\n   more\ng: >-\n  folded\n",
        "%YAML 1.2\n---\n\"k\\u00e9\\n\": \"v\\x00\"\n? z\n: 2020-01-01\n...\n",
    ]

    @Test(arguments: samples)
    func `survives random bytes`(sample: String) {
        var random = SplitMix(state: 42)
        for _ in 0..<3000 {
            var bytes = Array(sample.utf8)
            for _ in 0...Int(random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(7), at: place)
                }
                if bytes.isEmpty { break }
            }
            _ = failure(of: bytes)?.summary
        }
    }

    @Test(arguments: samples)
    func `survives being cut anywhere`(sample: String) {
        for length in 0..<sample.utf8.count { _ = failure(of: Array(sample.utf8.prefix(length))) }
    }

    @Test func `reads a line of a million characters`() throws {
        let long = String(repeating: "x", count: 1_000_000)
        #expect(try parse("a: \(long)\n")?.mapping?["a"]?.string == long)
        #expect(failure(of: "\(long): a\n") != nil)
    }

    @Test func `reads many keys in reasonable time and still sees the duplicate`() throws {
        let keys = (0..<20_000).map { "k\($0): v\n" }.joined()
        #expect(try parse(keys)?.mapping?.entries.count == 20_000)
        #expect(failure(of: keys + "k7: v\n")?.reason == .duplicateKey("k7"))
    }

    @Test func `an escaped NUL is part of the text`() throws {
        #expect(try parse(#""a\0b""#)?.string == "a\0b")
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
