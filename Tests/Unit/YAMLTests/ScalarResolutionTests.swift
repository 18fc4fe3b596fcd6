import Testing

@testable import YAML

/// The expected values are those of ruamel.yaml 0.19 with `typ='safe'`.
@Suite struct ScalarResolutionTests {
    @Test(arguments: [
        "no", "yes", "on", "off", "y", "n", "tRUE", "nULL", "0o18", "0xg", "1:30", "1e", "e3",
        "+", "-", ".", "..", "1.2.3", "1e3x", "_1", "+.nan", ".5e3", "d41d8cd9", "0b12", "--1",
        "1-1-1", "2020-1-1", "2020-01-01x", "20-01-01", "1,000", "12e4.dir", "0x", "1.e", "<<",
        "2020-01-01T", "2020-01-01T1:2:3", "٣",
    ])
    func `is a string`(text: String) {
        #expect(YAMLScalar.Value(resolving: text) == .string)
    }

    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func `is null`(text: String) {
        #expect(YAMLScalar.Value(resolving: text) == .null)
    }

    @Test(arguments: [("true", true), ("True", true), ("TRUE", true), ("false", false)])
    func `is a Boolean`(text: String, value: Bool) {
        #expect(YAMLScalar.Value(resolving: text) == .boolean(value))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("010", 10), ("0o10", 8),
        ("0x1F", 31), ("-0x1f", -31), ("0b101", 5), ("1_000", 1000), ("-0o7", -7),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ("9223372036854775808", nil), ("12345678901234567890123456789012", nil),
    ])
    func `is an integer`(text: String, value: Int?) {
        #expect(YAMLScalar.Value(resolving: text) == .integer(value))
    }

    @Test(arguments: [
        ("1.5", 1.5), ("1.", 1), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000), ("1E-2", 0.01),
        ("+1.5e+2", 150), ("1_0.5", 10.5), (".inf", .infinity), ("-.Inf", -.infinity),
        ("+.INF", .infinity), ("1e400", .infinity), ("00000000000000000000000000000e12", 0),
        ("2.0", 2), (".5e+1", 5), ("1._5", 1.5),
    ])
    func `is a float`(text: String, value: Double) {
        #expect(YAMLScalar.Value(resolving: text) == .float(value))
    }

    @Test(arguments: [".nan", ".NaN", ".NAN"])
    func `is not a number`(text: String) {
        guard case .float(let value) = YAMLScalar.Value(resolving: text) else {
            Issue.record("not a float")
            return
        }
        #expect(value.isNaN)
    }

    @Test(arguments: [
        "2020-01-31", "2020-1-1 1:02:03", "2020-01-01T01:02:03", "2020-01-01t01:02:03.5Z",
        "2020-01-01 01:02:03 +2", "2020-01-01 01:02:03-02:30",
    ])
    func `is a date`(text: String) {
        #expect(YAMLScalar.Value(resolving: text) == .timestamp)
    }

    @Test func `quoted and block scalars are strings and plain text is kept`() throws {
        let root = try #require(try parse("a: '12'\nb: \"true\"\nc: |-\n  1\nd: 0012\n"))
        let values = try #require(root.mapping).entries.compactMap(\.value.scalar)
        #expect(values.map(\.value) == [.string, .string, .string, .integer(12)])
        #expect(values.map(\.isPlain) == [false, false, false, true])
        #expect(values.map(\.text) == ["12", "true", "1", "0012"])
    }
}
