import Testing

@testable import Git

@Suite struct PacketLineTests {
    private static func packets(_ text: String, pieces size: Int) throws -> [PacketLine] {
        var decoder = PacketLineDecoder()
        var packets: [PacketLine] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            decoder.append(bytes[start..<min(start + size, bytes.count)])
            while let packet = try decoder.next() { packets.append(packet) }
        }
        return packets
    }

    private static func line(_ text: String) -> PacketLine { .line(ArraySlice(text.utf8)) }

    @Test(arguments: [1, 2, 3, 5, 100])
    func `a stream is cut the same however it arrives`(size: Int) throws {
        let stream = "000eversion 2\n" + "0007abc" + "0004" + "0001" + "0000" + "0002" + "0005\n"
        let expected: [PacketLine] = [
            Self.line("version 2"), Self.line("abc"), Self.line(""), .delimiter, .flush,
            .responseEnd, Self.line(""),
        ]
        #expect(try Self.packets(stream, pieces: size) == expected)
    }

    @Test(arguments: ["0003", "zzzz", "fff1", "-001", "Welcome to this server\n"])
    func `what is none is refused`(text: String) {
        #expect(throws: PacketLineDecoder.Garbage.self) { try Self.packets(text, pieces: 100) }
    }

    @Test func `half a line is none yet`() throws {
        #expect(try Self.packets("000eversio", pieces: 100).isEmpty)
    }

    @Test func `what is sent can be read`() throws {
        let sent = PacketLine.encoded("command=ls-refs") + PacketLine.encoded("ref-prefix refs/x")
        let text = String(decoding: sent, as: UTF8.self)
        #expect(text == "0014command=ls-refs\n0016ref-prefix refs/x\n")
        #expect(
            try Self.packets(text, pieces: 7) == [
                Self.line("command=ls-refs"), Self.line("ref-prefix refs/x"),
            ])
    }
}
