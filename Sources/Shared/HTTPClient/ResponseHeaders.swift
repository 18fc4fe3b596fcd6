#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The header lines of an answer, as they came: only what somebody asks for is taken apart.
package struct ResponseHeaders: Equatable, Sendable {
    private var bytes: [UInt8] = []

    /// More than this is no answer of a server that means well; in bytes.
    static let limit = 256 << 10

    package init() {}

    /// Lines that end in CR LF or LF.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    var count: Int { bytes.count }

    mutating func append(_ line: UnsafeRawBufferPointer) {
        // Room for all that most answers have.
        if bytes.isEmpty { bytes.reserveCapacity(512) }
        bytes.append(contentsOf: line)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// The value of the first header with this name, in any case, without white space around it.
    package subscript(name: String) -> String? {
        // Asked some times for each of thousands of answers, so nothing is copied but the value.
        bytes.withUnsafeBytes { bytes in
            let range = Array(name.utf8).withUnsafeBytes { valueRange(of: $0, in: bytes) }
            return range.map {
                String(decoding: UnsafeRawBufferPointer(rebasing: bytes[$0]), as: UTF8.self)
            }
        }
    }
}

/// Where the value of the first header with this name is, without white space around it.
private func valueRange(
    of name: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer
) -> Range<Int>? {
    var start = 0
    while start < bytes.count {
        var end = endOfLine(in: bytes, from: start)
        if hasName(name, bytes, start..<end) {
            var first = start + name.count + 1
            while first < end, isBlank(bytes[first]) { first += 1 }
            while first < end, isBlank(bytes[end - 1]) { end -= 1 }
            return first..<end
        }
        start = end + 1
    }
    return nil
}

/// Where the line that begins at `start` has its LF, or the bytes end.
private func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = bytes.baseAddress,
        let found = memchr(base + start, CInt(UInt8(ascii: "\n")), bytes.count - start)
    else { return bytes.count }
    return base.distance(to: found)
}

private func hasName(
    _ name: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, _ line: Range<Int>
) -> Bool {
    guard line.count > name.count, bytes[line.lowerBound + name.count] == UInt8(ascii: ":") else {
        return false
    }
    for index in 0..<name.count
    where lowercased(bytes[line.lowerBound + index]) != lowercased(name[index]) { return false }
    return true
}

/// The status in a line such as `HTTP/1.1 200 OK`, 0 when it has none; `nil` for another line.
///
/// A status line starts a header anew, because it follows an answer such as `100 Continue`.
func statusCode(inLine line: UnsafeRawBufferPointer) -> Int? {
    // The first letter already tells most lines from this one.
    guard line.first == UInt8(ascii: "H"), line.starts(with: "HTTP/".utf8) else { return nil }
    guard let blank = line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
    var status = 0
    for byte in line[blank...].drop(while: { $0 == UInt8(ascii: " ") }).prefix(3) {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return 0 }
        status = status * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return status
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
