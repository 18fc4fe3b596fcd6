package import Basics
package import Digests
package import Storage

/// Hashes a file from its start to its end, piece by piece: as a whole, and each piece.
///
/// Used by one task at a time, on whichever thread.
package final class PartHasher: @unchecked Sendable {
    /// What one piece is.
    package struct Part: Sendable {
        package let range: Range<Int64>
        package let md5: ObjectID
        /// `nil` where the pieces are not signed.
        package let sha256: SHA256Digest?
    }

    private let source: UploadSource
    /// Whether the pieces are signed, so that their SHA-256 is needed.
    private let signs: Bool
    private let scheme: HashScheme
    private var md5 = MD5()
    /// The end of the whole that is not yet in `md5`, which takes blocks of 64 bytes only.
    private var rest: [UInt8] = []
    private var folding: StreamHasher?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: blockSize, alignment: 64)

    /// In bytes: few calls per MiB, and what was read is still in a core's cache when it is hashed.
    private static let blockSize = 256 << 10

    package init(_ source: UploadSource, like oid: ObjectID, signs: Bool = false) {
        self.source = source
        self.signs = signs
        scheme = oid.scheme
        if oid.scheme == .md5DosToUnix { folding = StreamHasher(oid.scheme) }
    }

    deinit { buffer.deallocate() }

    /// Takes the next piece; `nil` when the file has become shorter.
    package func hash(_ range: Range<Int64>) throws(SystemError) -> Part? {
        var part = MD5()
        var sha256 = signs ? SHA256() : nil
        var tail: [UInt8] = []
        let count = try source.read(range, into: buffer) { block in
            sha256?.update(block)
            folding?.update(block)
            takeBoth(block, &part, &tail)
        }
        guard count == Int64(range.count) else { return nil }
        let digest = tail.withUnsafeBytes { part.finish($0) }
        var payload: SHA256Digest?
        if let hasher = sha256.take() { payload = hasher.finish() }
        return Part(range: range, md5: digest, sha256: payload)
    }

    /// The name of all that was taken; the hasher is used up.
    package func finish(isDirectory: Bool) -> ObjectID {
        if let folding { return folding.finish(isDirectory: isDirectory) }
        return rest.withUnsafeBytes { md5.finish($0, isDirectory: isDirectory) }
    }

    /// The MD5 of the bytes that were taken for a legacy object; the hasher is used up.
    func finishBytes() -> ObjectID { rest.withUnsafeBytes { md5.finish($0) } }

    private func takeBoth(
        _ block: UnsafeRawBufferPointer, _ part: inout MD5, _ tail: inout [UInt8]
    ) {
        let whole = block.count / MD5.blockSize * MD5.blockSize
        let head = UnsafeRawBufferPointer(rebasing: block[..<whole])
        // Both at once cost no more than one.
        MD5.update(&md5, head, &part, head)
        tail = Array(block[whole...])
        rest = tail
    }
}
