package import Basics

/// A request of the SSH File Transfer Protocol, version 3, ready to be sent but for its id.
///
/// `bytes` is the whole packet but for the content of a file, its length included; whoever sends it
/// fills in the id, and sends `content` right behind it.
/// Source: draft-ietf-secsh-filexfer-02; OpenSSH's PROTOCOL, section 4, for the extensions.
package struct SFTPRequest: Sendable {
    package private(set) var bytes: [UInt8]
    /// What is to be written to a file: apart, so that it is copied nowhere between the file and the pipe.
    package private(set) var content: [UInt8] = []

    /// Where the id is, in a packet that has one.
    static let idRange = 5..<9

    private enum Kind: UInt8 {
        case initialize = 1
        case open = 3
        case close = 4
        case read = 5
        case write = 6
        case fstat = 8
        case opendir = 11
        case readdir = 12
        case remove = 13
        case mkdir = 14
        case stat = 17
        case rename = 18
        case extended = 200
    }

    /// What a file is opened for.
    package enum OpenMode: UInt32, Sendable {
        case read = 0x01
        /// Writing a file that must not exist yet.
        case create = 0x2a  // WRITE, CREAT, EXCL
    }

    private init(_ kind: Kind, capacity: Int = 64) {
        bytes = []
        bytes.reserveCapacity(capacity + 9)
        bytes += [0, 0, 0, 0, kind.rawValue, 0, 0, 0, 0]
    }

    /// The first packet, which has a version where others have their id.
    package static var initialize: SFTPRequest {
        SFTPRequest(.initialize).numbered(3).finished()
    }

    /// Without permissions: the server's umask decides, as for what real DVC writes.
    package static func open(_ path: FilePath, _ mode: OpenMode) -> SFTPRequest {
        var request = SFTPRequest(.open, capacity: path.bytes.count + 12)
        request.append(path.bytes)
        request.append(mode.rawValue)
        request.append(UInt32(0))  // no attributes
        return request.finished()
    }

    package static func close(_ handle: SFTPHandle) -> SFTPRequest { about(handle, .close) }
    package static func fstat(_ handle: SFTPHandle) -> SFTPRequest { about(handle, .fstat) }
    package static func readdir(_ handle: SFTPHandle) -> SFTPRequest { about(handle, .readdir) }
    package static func opendir(_ path: FilePath) -> SFTPRequest { about(path, .opendir) }
    package static func remove(_ path: FilePath) -> SFTPRequest { about(path, .remove) }
    package static func stat(_ path: FilePath) -> SFTPRequest { about(path, .stat) }

    package static func mkdir(_ path: FilePath) -> SFTPRequest {
        var request = SFTPRequest(.mkdir, capacity: path.bytes.count + 8)
        request.append(path.bytes)
        request.append(UInt32(0))  // no attributes
        return request.finished()
    }

    package static func read(_ handle: SFTPHandle, at offset: Int64, count: Int) -> SFTPRequest {
        var request = SFTPRequest(.read)
        request.append(handle.bytes)
        request.append(UInt64(bitPattern: offset))
        request.append(UInt32(clamping: count))
        return request.finished()
    }

    package static func write(
        _ handle: SFTPHandle, at offset: Int64, _ content: [UInt8]
    ) -> SFTPRequest {
        var request = SFTPRequest(.write, capacity: handle.bytes.count + 16)
        request.append(handle.bytes)
        request.append(UInt64(bitPattern: offset))
        request.append(UInt32(clamping: content.count))
        request.content = content
        return request.finished()
    }

    /// Fails when something is at `new`, on most servers.
    package static func rename(_ old: FilePath, to new: FilePath) -> SFTPRequest {
        var request = SFTPRequest(
            .rename, capacity: old.bytes.count + new.bytes.count + 8)
        request.append(old.bytes)
        request.append(new.bytes)
        return request.finished()
    }

    /// Replaces what is at `new`, in one step.
    package static func posixRename(_ old: FilePath, to new: FilePath) -> SFTPRequest {
        extended(.posixRename, old.bytes, new.bytes)
    }

    package static func fsync(_ handle: SFTPHandle) -> SFTPRequest {
        extended(.fsync, handle.bytes)
    }

    package static var limits: SFTPRequest { extended(.limits) }

    package static func statvfs(_ path: FilePath) -> SFTPRequest {
        extended(.statvfs, path.bytes)
    }

    private static func extended(_ name: SFTPExtension, _ fields: [UInt8]...) -> SFTPRequest {
        var request = SFTPRequest(
            .extended, capacity: fields.reduce(40) { $0 + $1.count + 4 })
        request.append(Array(name.rawValue.utf8))
        for field in fields { request.append(field) }
        return request.finished()
    }

    private static func about(_ handle: SFTPHandle, _ kind: Kind) -> SFTPRequest {
        var request = SFTPRequest(kind)
        request.append(handle.bytes)
        return request.finished()
    }

    private static func about(_ path: FilePath, _ kind: Kind) -> SFTPRequest {
        var request = SFTPRequest(kind, capacity: path.bytes.count + 4)
        request.append(path.bytes)
        return request.finished()
    }

    // MARK: Fields

    private mutating func append(_ number: UInt32) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ string: [UInt8]) {
        append(UInt32(clamping: string.count))
        bytes.append(contentsOf: string)
    }

    private mutating func put(_ number: UInt32, at place: Int) {
        for (index, shift) in [24, 16, 8, 0].enumerated() {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt32(shift))
        }
    }

    private consuming func finished() -> SFTPRequest {
        put(UInt32(clamping: bytes.count - 4 + content.count), at: 0)
        return self
    }

    /// The same packet with this id.
    consuming func numbered(_ id: UInt32) -> SFTPRequest {
        put(id, at: Self.idRange.lowerBound)
        return self
    }
}

/// What a server calls an open file or directory.
package struct SFTPHandle: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Requests beyond version 3 that are used where a server offers them.
///
/// Source: OpenSSH's PROTOCOL, section 4.
package enum SFTPExtension: String, CaseIterable, Sendable {
    case posixRename = "posix-rename@openssh.com"
    case fsync = "fsync@openssh.com"
    case limits = "limits@openssh.com"
    case statvfs = "statvfs@openssh.com"
}
