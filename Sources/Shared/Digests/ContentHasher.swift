internal import CCrypto

/// Computes an object's name from its bytes as they stream by.
///
/// One owner, used from one task at a time.
package struct ContentHasher: ~Copyable {
    private let scheme: HashScheme
    private var state = MD5_CTX()
    /// The start of the 1 MiB chunk that `md5DosToUnix` judges as text or binary.
    private var chunk: [UInt8] = []

    private static let chunkSize = 1 << 20

    package init(_ scheme: HashScheme) {
        self.scheme = scheme
        precondition(ccrypto_md5_init(&state) == 1, "MD5 cannot be started")
    }

    /// Takes the next bytes of the content.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch scheme {
        case .md5: digest(bytes)
        case .md5DosToUnix:
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Self.chunkSize - chunk.count)
                chunk.append(contentsOf: piece)
                rest = rest.dropFirst(piece.count)
                if chunk.count == Self.chunkSize { digestChunk() }
            }
        }
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The name of what was taken so far; the hasher is used up.
    ///
    /// `isDirectory`: whether the content is a directory's list.
    package consuming func finish(isDirectory: Bool = false) -> ObjectID {
        if !chunk.isEmpty { digestChunk() }
        var bytes = (UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &bytes) { buffer in
            let written = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            precondition(ccrypto_md5_final(written, &state) == 1, "MD5 cannot be finished")
        }
        return ObjectID(
            high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1),
            isDirectory: isDirectory, scheme: scheme)
    }

    private mutating func digest(_ bytes: UnsafeRawBufferPointer) {
        precondition(
            ccrypto_md5_update(&state, bytes.baseAddress, bytes.count) == 1, "MD5 cannot be updated"
        )
    }

    /// Hashes one chunk the way DVC 2 did: `\r\n` becomes `\n` when the chunk looks like text.
    ///
    /// A pair that is split across chunks is not folded, so chunks must be exactly 1 MiB.
    /// Source: DVC's `dos2unix` hashing, observed (dvc-compat 2.2).
    private mutating func digestChunk() {
        if Self.looksLikeText(chunk.prefix(512)) {
            var folded: [UInt8] = []
            folded.reserveCapacity(chunk.count)
            for (index, byte) in chunk.enumerated() {
                let startsPair =
                    byte == UInt8(ascii: "\r") && index + 1 < chunk.count
                    && chunk[index + 1] == UInt8(ascii: "\n")
                if !startsPair { folded.append(byte) }
            }
            folded.withUnsafeBytes { digest($0) }
        } else {
            chunk.withUnsafeBytes { digest($0) }
        }
        chunk.removeAll(keepingCapacity: true)
    }

    /// No NUL, and at most 30 % of bytes that are neither printable ASCII nor usual white space.
    private static func looksLikeText(_ head: ArraySlice<UInt8>) -> Bool {
        var unusual = 0
        for byte in head {
            switch byte {
            case 0: return false
            case 32...126, 8, 9, 10, 12, 13: break
            default: unusual += 1
            }
        }
        return unusual * 10 <= head.count * 3
    }
}

/// A ``ContentHasher`` that a class or an optional can hold; used by one task at a time, on any thread.
package final class StreamHasher: @unchecked Sendable {
    private var hasher: ContentHasher
    private let scheme: HashScheme

    package init(_ scheme: HashScheme) {
        self.scheme = scheme
        hasher = ContentHasher(scheme)
    }

    package func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bytes) }
    package func update(_ bytes: [UInt8]) { hasher.update(bytes) }

    /// The name of what was taken; from then on it is as new.
    package func finish(isDirectory: Bool = false) -> ObjectID {
        var last = ContentHasher(scheme)
        swap(&last, &hasher)
        return last.finish(isDirectory: isDirectory)
    }
}

/// The name of content that is already in memory.
package func objectID(
    of bytes: [UInt8], isDirectory: Bool = false, scheme: HashScheme = .md5
) -> ObjectID {
    var hasher = ContentHasher(scheme)
    hasher.update(bytes)
    return hasher.finish(isDirectory: isDirectory)
}
