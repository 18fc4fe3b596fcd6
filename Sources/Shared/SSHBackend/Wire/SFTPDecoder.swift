internal import Basics

/// Cuts what a server sends into answers: append what arrived, then drain `next()`.
///
/// Nothing a server sends makes it hold more than one packet of ``longestPacket`` bytes and what
/// was appended, and nothing traps. After an error the stream is beyond repair.
/// Source: draft-ietf-secsh-filexfer-02, sections 3 to 7.
package struct SFTPDecoder {
    /// An answer, with the id of the request; the first one, the version, has none.
    package struct Answer: Equatable, Sendable {
        package let id: UInt32?
        package let response: SFTPResponse
    }

    /// In bytes, more than any answer to requests of ours: OpenSSH's own limit is 256 KiB.
    package static let longestPacket = 512 << 10

    private var pending: [UInt8] = []
    private var start = 0
    private var hasVersion = false

    package init() {}

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // What was taken is dropped only when it is worth moving the rest.
        if start == pending.count {
            pending.removeAll(keepingCapacity: true)
            start = 0
        } else if start > Self.longestPacket {
            pending.removeFirst(start)
            start = 0
        }
        pending.append(contentsOf: bytes)
    }

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// The next complete answer, or `nil` when more bytes are needed.
    package mutating func next() throws(SFTPWireError) -> Answer? {
        let available = pending.count - start
        if !hasVersion { try checkBeginning() }
        guard available >= 5 else { return nil }
        let length = (0..<4).reduce(0) { $0 << 8 | Int(pending[start + $1]) }
        guard length >= 1, length <= Self.longestPacket else { throw .badLength(length) }
        guard available >= 4 + length else { return nil }
        let type = pending[start + 4]
        let payload = pending[(start + 5)..<(start + 4 + length)]
        start += 4 + length
        hasVersion = true
        return try Self.answer(type, payload)
    }

    /// How the bytes begin that are no packet, if they are none: a shell may have said something.
    ///
    /// The answer to the first packet has less than 64 KiB, so its first two bytes are 0 and 0 or,
    /// strictly, a small number; no text starts so.
    private func checkBeginning() throws(SFTPWireError) {
        let beginning = pending[start...].prefix(5)
        let isText = beginning.first.map { $0 != 0 } ?? false
        let isOther = beginning.count == 5 && beginning.last != 2
        if isText || isOther {
            throw .notTheProtocol(beginning: Array(pending[start...].prefix(200)))
        }
    }

    private static func answer(
        _ type: UInt8, _ payload: ArraySlice<UInt8>
    ) throws(SFTPWireError) -> Answer {
        var fields = SFTPFields(payload, type: type)
        if type == 2 { return Answer(id: nil, response: try version(&fields)) }
        guard (101...105).contains(type) || type == 201 else { throw .unknownType(type) }
        let id = try fields.number()
        let response: SFTPResponse
        switch type {
        case 101: response = .status(try status(&fields))
        case 102: response = .handle(SFTPHandle(Array(try fields.string())))
        case 103: response = .data(Array(try fields.string()))
        case 104: response = .names(try names(&fields))
        case 105: response = .attributes(try fields.attributes())
        default: response = .extended(Array(fields.remaining))
        }
        return Answer(id: id, response: response)
    }

    private static func version(_ fields: inout SFTPFields) throws(SFTPWireError) -> SFTPResponse {
        let number = try fields.number()
        var extensions: [SFTPExtension: [UInt8]] = [:]
        while !fields.isAtEnd {
            let name = try fields.string()
            let value = try fields.string()
            guard let known = SFTPExtension(rawValue: String(decoding: name, as: UTF8.self)) else {
                continue
            }
            extensions[known] = Array(value)
        }
        return .version(number, extensions: extensions)
    }

    private static func status(_ fields: inout SFTPFields) throws(SFTPWireError) -> SFTPStatus {
        let code = SFTPStatus.Code(try fields.number())
        // Old servers end here; the language that follows the words is of no use, nor are words with
        // which a server says three times for each small file that all is well.
        if fields.isAtEnd || code == .ok { return SFTPStatus(code) }
        let words = try fields.string().prefix(500)
        return SFTPStatus(code, printable(String(decoding: words, as: UTF8.self)))
    }

    /// The names alone: what `ls -l` would print for each is left out.
    private static func names(_ fields: inout SFTPFields) throws(SFTPWireError) -> [FilePath] {
        let count = try fields.number()
        var names: [FilePath] = []
        // Not reserved: the number is the server's, and a false one ends at the packet's end.
        for _ in 0..<count {
            let name = try fields.string()
            _ = try fields.string()
            _ = try fields.attributes()
            // A name with NUL or a slash is no name of a file in this directory.
            if let path = FilePath(validating: name), !name.contains(UInt8(ascii: "/")) {
                names.append(path)
            }
        }
        return names
    }
}
