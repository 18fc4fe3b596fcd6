/// One frame of what Git's servers and clients send each other.
enum PacketLine: Equatable {
    /// Without the length and the line feed at the end, if there is one.
    case line(ArraySlice<UInt8>)
    /// `0000`: the end of a message.
    case flush
    /// `0001`: the end of a message's part.
    case delimiter
    /// `0002`: the end of an answer, where several parties share a connection.
    case responseEnd
}

/// Cuts a stream into packet lines: append what has arrived, then drain ``next()``.
///
/// Source: gitprotocol-common(5), "pkt-line Format"; gitprotocol-v2(5), "Packet-Line Framing".
struct PacketLineDecoder {
    /// Bytes that are no packet lines.
    struct Garbage: Error {}

    private var pending: [UInt8] = []
    private var position = 0

    mutating func append(_ bytes: some Sequence<UInt8>) {
        // What was taken goes once for each piece that arrives, not for each line in it.
        pending.removeFirst(position)
        position = 0
        pending.append(contentsOf: bytes)
    }

    /// The next complete frame; `nil` when more bytes are needed.
    mutating func next() throws(Garbage) -> PacketLine? {
        guard pending.count - position >= 4 else { return nil }
        var length = 0
        for digit in pending[position..<(position + 4)] {
            guard let value = digit.hexDigitValue else { throw Garbage() }
            length = length << 4 | value
        }
        let special: [PacketLine] = [.flush, .delimiter, .responseEnd]
        if length < 3 {
            position += 4
            return special[length]
        }
        guard (4...65520).contains(length) else { throw Garbage() }
        guard pending.count - position >= length else { return nil }
        var end = position + length
        let start = position + 4
        position = end
        if end > start, pending[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        return .line(pending[start..<end])
    }
}

extension PacketLine {
    /// A line as it is sent, with a line feed.
    ///
    /// `text`: at most 65515 bytes.
    static func encoded(_ text: String) -> [UInt8] {
        let length = String(text.utf8.count + 5, radix: 16)
        return Array((String(repeating: "0", count: 4 - length.count) + length + text + "\n").utf8)
    }
}

extension UInt8 {
    fileprivate var hexDigitValue: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
