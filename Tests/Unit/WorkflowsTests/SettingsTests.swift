import Basics
import TestSupport
import Testing

@testable import Workflows

@Suite struct SettingsTests {
    @Test(
        arguments: [
            ("7.days", 604_800), ("1.day", 86_400), ("2 weeks", 1_209_600),
            ("2.weeks.ago", 1_209_600), ("90.minutes", 5400), ("1.hour", 3600),
            ("12.Hours", 43_200), ("30.seconds", 30), ("1.month", 2_592_000),
            ("1.year", 31_536_000), ("0.days", 0), ("now", 0), ("0", 0),
            ("never", Int64.max >> 16),
        ] as [(String, Int64)])
    func `reads spans as git's settings spell them`(text: String, seconds: Int64) {
        #expect(Duration(gitText: text) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "7", "days", "7.d", "-1.days", "7.5.days", "1000001.days", "99999999999999999999.days",
        "7.days.later", "ago", "1.day.ago.ago", "١.day", ".", "7:days",
    ])
    func `anything else is no span`(text: String) {
        #expect(Duration(gitText: text) == nil)
    }

    @Test func `no text traps it`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let bytes = random.mutated(
                Array("7.days.ago".utf8), pieces: [".", " ", "never", "9223372036854775807", "-"])
            _ = Duration(gitText: String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(
        arguments: [(nil, .tips), ("tips", .tips), ("ALL", .all), ("none", .none)]
            as [(String?, Strictness)])
    func `strictness is one of three words`(setting: String?, expected: Strictness) {
        var warnings: [any UserFacingError] = []
        #expect(Strictness(setting, &warnings) == expected)
        #expect(warnings.isEmpty)
    }

    @Test(arguments: ["", "true", "tip"])
    func `another word is told of, and means the default`(setting: String) {
        var warnings: [any UserFacingError] = []
        #expect(Strictness(setting, &warnings) == .tips)
        #expect(warnings.map(\.summary).first?.contains("tips, all, none") == true)
    }
}
