import TestSupport
import Testing

@testable import Basics

@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("plain text, 'quotes' and \\", "plain text, 'quotes' and \\"),
        ("\u{1b}[31mred\u{1b}[0m", #"\u{1b}[31mred\u{1b}[0m"#),
        ("\u{1b}]52;c;eA==\u{7}", #"\u{1b}]52;c;eA==\u{7}"#),
        ("a\r\nb\tc\u{0}", #"a\u{d}\u{a}b\u{9}c\u{0}"#),
        ("\u{7f}\u{80}\u{9b}31m\u{9f}", #"\u{7f}\u{80}\u{9b}31m\u{9f}"#),
        ("a\u{202e}cod.exe\u{2066}\u{2069}", #"a\u{202e}cod.exe\u{2066}\u{2069}"#),
        ("\u{200b}\u{200d}\u{feff}\u{ad}", #"\u{200b}\u{200d}\u{feff}\u{ad}"#),
        ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
        ("\u{e0041}", #"\u{e0041}"#),
        ("größe e\u{301} 数据 🙂", "größe e\u{301} 数据 🙂"),
    ])
    func `shows what would steer a terminal and keeps the rest`(text: String, shown: String) {
        #expect(Array(printable(text).utf8) == Array(shown.utf8))
    }

    @Test func `quotes at most so many characters and says when it cut`() {
        #expect(quoted("short") == "'short'")
        #expect(quoted("12345", limit: 5) == "'12345'")
        #expect(quoted("123456", limit: 5) == "'12345...'")
        #expect(quoted("\n\n\n", limit: 2) == #"'\u{a}\u{a}...'"#)
        #expect(quoted("", limit: 0) == "''")
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no text gets a control character through`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let bytes = random.mutated(
                Array("a \u{1b}[0m ü \u{202e}\r\n".utf8), pieces: ["\u{9b}", "\u{2028}", "\u{7f}"])
            let shown = printable(String(decoding: bytes, as: UTF8.self))
            let isClean = shown.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
            #expect(isClean)
        }
    }
}
