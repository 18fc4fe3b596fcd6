package import Basics

/// What a server of the SSH File Transfer Protocol sends.
package enum SFTPResponse: Equatable, Sendable {
    /// The answer to the first packet: the protocol's version, and what is offered beyond it.
    case version(UInt32, extensions: [SFTPExtension: [UInt8]])
    case status(SFTPStatus)
    case handle(SFTPHandle)
    case data([UInt8])
    case names([FilePath])
    case attributes(SFTPAttributes)
    /// The fields of an answer to an extended request, unread.
    case extended([UInt8])
}

/// How a request ended.
package struct SFTPStatus: Equatable, Sendable {
    package enum Code: Equatable, Sendable {
        case ok, endOfFile, noSuchFile, permissionDenied, failure, badMessage, unsupported
        /// Two of later versions of the protocol, which some servers use in this one too.
        ///
        /// Source: draft-ietf-secsh-filexfer-13, section 9.1.
        case noSpace, quotaExceeded
        case other(UInt32)

        init(_ number: UInt32) {
            let known: [Code] = [
                .ok, .endOfFile, .noSuchFile, .permissionDenied, .failure, .badMessage,
            ]
            self =
                switch number {
                case 8: .unsupported
                case 14: .noSpace
                case 15: .quotaExceeded
                default: number < UInt32(known.count) ? known[Int(number)] : .other(number)
                }
        }
    }

    package let code: Code
    /// The server's words, made printable; most servers only repeat the code.
    package let message: String

    package init(_ code: Code, _ message: String = "") {
        self.code = code
        self.message = message
    }
}

/// What is known of a file.
package struct SFTPAttributes: Equatable, Sendable {
    /// In bytes.
    package let size: Int64?
    /// Type and permissions, as in `st_mode`.
    package let mode: UInt32?

    package init(size: Int64? = nil, mode: UInt32? = nil) {
        self.size = size
        self.mode = mode
    }

    package var isDirectory: Bool { mode.map { $0 & 0o170000 == 0o040000 } ?? false }
    /// Whether it is known to be something else than a directory.
    package var isNoDirectory: Bool {
        mode.map { $0 & 0o170000 != 0 && $0 & 0o170000 != 0o040000 } ?? false
    }
}

/// Why bytes are not what an SFTP server may send.
package enum SFTPWireError: Error, Equatable {
    /// The stream does not start with the answer to the first packet, but with these bytes.
    case notTheProtocol(beginning: [UInt8])
    /// A packet is longer than any answer may be, or too short to have a type.
    case badLength(Int)
    /// A packet ends within a field, or a field says more than there is.
    case truncated(type: UInt8)
    case unknownType(UInt8)
}

/// What a packet can have in it, read from its start.
struct SFTPFields {
    private var rest: ArraySlice<UInt8>
    private let type: UInt8

    init(_ payload: ArraySlice<UInt8>, type: UInt8) {
        rest = payload
        self.type = type
    }

    var isAtEnd: Bool { rest.isEmpty }
    var remaining: ArraySlice<UInt8> { rest }

    mutating func number() throws(SFTPWireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try bigEndian(4))
    }

    mutating func longNumber() throws(SFTPWireError) -> UInt64 { try bigEndian(8) }

    mutating func string() throws(SFTPWireError) -> ArraySlice<UInt8> {
        try take(Int(try number()))
    }

    mutating func attributes() throws(SFTPWireError) -> SFTPAttributes {
        let flags = try number()
        let size = flags & 0x1 != 0 ? try longNumber() : nil
        if flags & 0x2 != 0 { _ = try longNumber() }  // owner and group
        let mode = flags & 0x4 != 0 ? try number() : nil
        if flags & 0x8 != 0 { _ = try longNumber() }  // times
        if flags & 0x8000_0000 != 0 {
            // However many are said to be there, each takes eight bytes or the packet is at its end.
            for _ in 0..<(try number()) {
                _ = try string()
                _ = try string()
            }
        }
        return SFTPAttributes(size: size.map { Int64(clamping: $0) }, mode: mode)
    }

    private mutating func bigEndian(_ count: Int) throws(SFTPWireError) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) throws(SFTPWireError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .truncated(type: type) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
