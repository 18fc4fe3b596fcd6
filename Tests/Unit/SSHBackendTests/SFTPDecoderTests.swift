import Basics
import SSHBackend
import Testing

@Suite struct SFTPDecoderTests {
    static let version: [UInt8] = [0, 0, 0, 5, 2, 0, 0, 0, 3]

    /// A packet of this type, its length before it.
    static func packet(_ type: UInt8, _ fields: [UInt8]...) -> [UInt8] {
        let payload = [type] + fields.flatMap(\.self)
        return number(UInt32(payload.count)) + payload
    }

    static func number(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    static func string(_ text: String) -> [UInt8] { number(UInt32(text.utf8.count)) + text.utf8 }

    private func answers(_ bytes: [UInt8]) throws(SFTPWireError) -> [SFTPDecoder.Answer] {
        var decoder = SFTPDecoder()
        decoder.append(bytes)
        var answers: [SFTPDecoder.Answer] = []
        while let answer = try decoder.next() { answers.append(answer) }
        return answers
    }

    @Test func `the first answer is a version with what is offered`() throws {
        let bytes = Self.packet(
            2, Self.number(3), Self.string("posix-rename@openssh.com"), Self.string("1"),
            Self.string("unheard-of@example.org"), Self.string("x"))
        let answer = try #require(try answers(bytes).first)
        #expect(answer.id == nil)
        #expect(answer.response == .version(3, extensions: [.posixRename: [UInt8(ascii: "1")]]))
    }

    @Test func `every kind of answer is read`() throws {
        let id = Self.number(7)
        let attributes =
            Self.number(0x8000_000d) + [0, 0, 0, 0, 0, 0, 1, 0]
            + Self.number(0o100644) + Self.number(1) + Self.number(2) + Self.number(1)
            + Self.string("k") + Self.string("v")
        let bytes =
            Self.version
            + Self.packet(101, id, Self.number(2), Self.string("No such file"), Self.string(""))
            + Self.packet(101, id, Self.number(0))
            + Self.packet(102, id, Self.string("h"))
            + Self.packet(103, id, Self.string("content"))
            + Self.packet(
                104, id, Self.number(2), Self.string("a"), Self.string("-rw a"), Self.number(0),
                Self.string("../b"), Self.string("b"), Self.number(0))
            + Self.packet(105, id, attributes)
            + Self.packet(201, id, [1, 2, 3])
        let answers = try answers(bytes)
        #expect(answers.dropFirst().allSatisfy { $0.id == 7 })
        #expect(
            answers.dropFirst().map(\.response) == [
                .status(SFTPStatus(.noSuchFile, "No such file")), .status(SFTPStatus(.ok)),
                .handle(SFTPHandle([UInt8(ascii: "h")])), .data(Array("content".utf8)),
                .names(["a"]), .attributes(SFTPAttributes(size: 256, mode: 0o100644)),
                .extended([1, 2, 3]),
            ])
    }

    @Test func `answers that come in pieces are the same`() throws {
        let bytes = Self.version + Self.packet(103, Self.number(1), Self.string("content"))
        var decoder = SFTPDecoder()
        var found: [SFTPDecoder.Answer] = []
        for byte in bytes {
            decoder.append([byte])
            while let answer = try decoder.next() { found.append(answer) }
        }
        #expect(try found == answers(bytes))
        #expect(found.count == 2)
    }

    @Test(arguments: ["Welcome to the machine\n", "\u{1b}[2J", "{}"])
    func `what a shell prints is told from the protocol`(text: String) {
        var decoder = SFTPDecoder()
        decoder.append(Array(text.utf8))
        #expect(throws: SFTPWireError.notTheProtocol(beginning: Array(text.utf8))) {
            try decoder.next()
        }
    }

    @Test func `a packet longer than any answer is refused before it is held`() {
        for length: UInt32 in [0, 600 << 10, .max] {
            #expect(throws: SFTPWireError.badLength(Int(length))) {
                try answers(Self.version + Self.number(length) + [101])
            }
        }
    }

    @Test func `a field that says more than there is ends the stream`() {
        let id = Self.number(1)
        let bad: [(UInt8, [UInt8])] = [
            (101, []), (101, id), (101, id + Self.number(4) + Self.number(9)),
            (102, id + Self.number(.max)), (103, id + Self.number(3) + [1, 2]),
            (104, id + Self.number(.max)), (104, id + Self.number(1) + Self.string("a")),
            (105, id + Self.number(1)), (105, id + Self.number(0x8000_0000) + Self.number(.max)),
        ]
        for (type, fields) in bad {
            #expect(throws: SFTPWireError.truncated(type: type), "\(type) \(fields)") {
                try answers(Self.version + Self.packet(type, fields))
            }
        }
        #expect(throws: SFTPWireError.unknownType(3)) {
            try answers(Self.version + Self.packet(3, id))
        }
    }
}
