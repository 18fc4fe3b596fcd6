/// The header lines of an answer, as they came: only what somebody asks for is taken apart.
package struct ResponseHeaders: Equatable, Sendable {
    private var bytes: [UInt8] = []

    /// More than this is no answer of a server that means well; in bytes.
    static let limit = 256 << 10

    package init() {}

    /// Lines that end in CR LF or LF.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    var count: Int { bytes.count }

    /// Adds one line; a status line starts anew, because it follows an answer such as `100 Continue`.
    mutating func append(_ line: UnsafeRawBufferPointer) {
        if line.starts(with: "HTTP/".utf8) {
            bytes.removeAll(keepingCapacity: true)
        } else {
            bytes.append(contentsOf: line)
        }
    }

    /// The value of the first header with this name, in any case, without white space around it.
    package subscript(name: String) -> String? {
        let name = name.utf8
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard line.count > name.count, line[line.startIndex + name.count] == UInt8(ascii: ":"),
                zip(line, name).allSatisfy({ lowercased($0) == lowercased($1) })
            else { continue }
            var value = line.dropFirst(name.count + 1)
            while let first = value.first, isBlank(first) { value = value.dropFirst() }
            while let last = value.last, isBlank(last) { value = value.dropLast() }
            return String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
