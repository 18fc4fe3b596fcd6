import Basics

/// Lines from a pipe, read no further than needed: what follows may belong to another program.
struct LineReader: ~Copyable {
    private let source: OpenFile
    private var buffer: [UInt8] = []
    private var position = 0

    /// More than any ref, address or option that Git accepts.
    private static let limit = 1 << 20

    init(_ source: consuming OpenFile) { self.source = source }

    var descriptor: CInt { source.descriptor }

    /// Whether nothing was read that nobody has taken.
    var isDrained: Bool { position == buffer.count }

    /// What was read and not taken; the reader is drained then.
    mutating func takeRest() -> [UInt8] {
        defer { position = buffer.count }
        return Array(buffer[position...])
    }

    /// The next line without its end; `nil` at the end of the input.
    ///
    /// Throws ``HelperError`` for half a line at the end, an endless one, or bytes that are no text;
    /// `SystemError`.
    mutating func next() throws -> String? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let bytes = buffer[position..<end]
                position = end + 1
                guard let line = String(validating: bytes, as: UTF8.self), !line.utf8.contains(0)
                else {
                    throw HelperError.malformed(String(decoding: bytes, as: UTF8.self))
                }
                return line
            }
            buffer.removeFirst(position)
            position = 0
            searched = buffer.count
            if buffer.count > Self.limit { throw HelperError.malformed("an endless line") }
            let count = try fill()
            if count == 0 {
                if buffer.isEmpty { return nil }
                throw HelperError.cutOff
            }
        }
    }

    private mutating func fill() throws(SystemError) -> Int {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = try piece.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
            try source.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        buffer += piece[..<count]
        return count
    }

    /// The lines up to the next empty one, which is taken as well.
    mutating func block(orThrow error: @autoclosure () -> HelperError) throws -> [String] {
        var lines: [String] = []
        while true {
            guard let line = try next() else { throw error() }
            if line.isEmpty { return lines }
            lines.append(line)
        }
    }
}
