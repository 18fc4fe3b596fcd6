import FoundationEssentials
import Testing

@testable import YAML

/// A captured value: JSON, but for the order of keys.
private indirect enum Captured: Decodable {
    case value(YAMLValue)

    private enum Keys: String, CodingKey { case m, l, s, b, n }

    private struct Entry: Decodable {
        let entry: YAMLValue.Entry
        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            let key = try parts.decode(String.self)
            entry = YAMLValue.Entry(key, try parts.decode(Captured.self).value)
        }
    }

    var value: YAMLValue {
        switch self {
        case .value(let value): value
        }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        if let entries = try fields.decodeIfPresent([Entry].self, forKey: .m) {
            self = .value(.mapping(entries.map(\.entry)))
        } else if let elements = try fields.decodeIfPresent([Captured].self, forKey: .l) {
            self = .value(.sequence(elements.map(\.value)))
        } else if let text = try fields.decodeIfPresent(String.self, forKey: .s) {
            self = .value(.string(text))
        } else if let boolean = try fields.decodeIfPresent(Bool.self, forKey: .b) {
            self = .value(.boolean(boolean))
        } else if let number = try fields.decodeIfPresent(String.self, forKey: .n) {
            self = .value(.number(number))
        } else {
            self = .value(.null)
        }
    }
}

private struct Case: Decodable {
    let value: YAMLValue
    let text: String

    init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        value = try parts.decode(Captured.self).value
        text = try parts.decode(String.self)
    }
}

@Suite struct YAMLWriterTests {
    @Test func `writes what ruamel writes, byte for byte`() throws {
        let lines = capturedYAML.utf8.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > 200)
        for line in lines {
            let captured = try JSONDecoder().decode(Case.self, from: Data(line))
            let written = String(decoding: writeYAML(captured.value), as: UTF8.self)
            #expect(written.utf8.elementsEqual(captured.text.utf8), "\(written)")
        }
    }
}

@Suite struct YAMLUpdateTests {
    private func updated(_ text: String, _ change: (inout YAMLValue) -> Void) throws -> String? {
        var value = YAMLValue(try #require(try parseYAML(Array(text.utf8))))
        change(&value)
        return try YAMLUpdate.apply(value, to: Array(text.utf8)).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private let text = """
        # top
        outs:
        - md5: aaa # the id
          size: 5    # bytes
          path: 'x'  # why quotes

          # below
        # end
        meta:
          a: [1, 2]
        """ + "\n"

    private func out(_ value: inout YAMLValue, _ change: (inout [YAMLValue.Entry]) -> Void) {
        guard case .mapping(var root) = value, case .sequence(let outs) = root[0].value,
            case .mapping(var entries) = outs[0]
        else { return }
        change(&entries)
        root[0].value = .sequence([.mapping(entries)])
        value = .mapping(root)
    }

    @Test func `nothing changes when nothing changes`() throws {
        #expect(try updated(text) { _ in } == text)
    }

    @Test func `a value changes and its comment stays in its column`() throws {
        let changed = try updated(text) { value in
            out(&value) {
                $0[0].value = .string("123")
                $0[1].value = .integer(123456)
            }
        }
        let expected = text.replacing("aaa #", with: "'123' #")
            .replacing("size: 5    #", with: "size: 123456 #")
        #expect(changed == expected)
    }

    @Test func `a new key comes last, below the comments of the last one`() throws {
        let changed = try updated(text) { value in
            out(&value) { $0.append(YAMLValue.Entry("hash", .string("md5"))) }
        }
        #expect(changed == text.replacing("# end\n", with: "# end\n  hash: md5\n"))
    }

    @Test func `a key goes away, and the next one takes its place behind the dash`() throws {
        let changed = try updated(text) { value in
            out(&value) { $0.removeFirst() }
        }
        #expect(
            changed == text.replacing("- md5: aaa # the id\n  size", with: "- size"))
        let other = try updated(text) { value in
            out(&value) { $0.remove(at: 1) }
        }
        #expect(other == text.replacing("  size: 5    # bytes\n", with: ""))
    }

    @Test func `maps in one line stay in one line`() throws {
        let text = "outs: [{md5: aaa, size: 5, path: x}]\n"
        let changed = try updated(text) { value in
            out(&value) {
                $0[0].value = .string("b,c")
                $0.remove(at: 1)
                $0.append(YAMLValue.Entry("hash", .string("md5")))
            }
        }
        #expect(changed == "outs: [{md5: \"b,c\", path: x, hash: md5}]\n")
    }

    @Test func `a list of another length is written anew`() throws {
        let changed = try updated("a:\n- 1\n- 2 # two\nb: x\n") { value in
            guard case .mapping(var root) = value else { return }
            root[0].value = .sequence([.integer(1), .integer(2), .integer(3)])
            value = .mapping(root)
        }
        #expect(changed?.hasPrefix("a:\n- 1\n- 2\n- 3") == true)
        #expect(changed?.hasSuffix("\nb: x\n") == true)
    }

    @Test func `what an alias stands for is not changed in place`() throws {
        let changed = try updated("a: &x {k: 1}\nb: *x\n") { value in
            guard case .mapping(var root) = value else { return }
            root[1].value = .integer(2)
            value = .mapping(root)
        }
        #expect(changed == nil)
    }

    @Test func `a file without a last line break gets one before what is new`() throws {
        let changed = try updated("outs:\n- md5: aaa\n  path: x") { value in
            out(&value) { $0.append(YAMLValue.Entry("hash", .string("md5"))) }
        }
        #expect(changed == "outs:\n- md5: aaa\n  path: x\n  hash: md5\n")
    }
}
