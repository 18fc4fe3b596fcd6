internal import CCrypto

/// The SHA-256 of some bytes.
package struct SHA256Digest: Hashable, Sendable {
    /// 32 of them.
    package let bytes: [UInt8]

    /// 64 lower-case hex digits, as bytes.
    package var hexDigits: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count * 2) { buffer, count in
            for byte in bytes {
                buffer[count] = hexDigit(byte >> 4)
                buffer[count + 1] = hexDigit(byte & 15)
                count += 2
            }
        }
    }
}

private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { String(decoding: hexDigits, as: UTF8.self) }
}

/// Computes a SHA-256 from bytes as they stream by.
///
/// One owner, used from one task at a time.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// Looked up once: each `EVP_sha256()` would search the providers again, which takes longer than
    /// hashing a request.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let found = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("this libcrypto has no SHA-256")
        }
        return found  // never changed, and used from any thread
    }()

    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        precondition(
            EVP_DigestInit_ex(context, Self.algorithm, nil) == 1, "SHA-256 cannot be started")
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes of the content.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
            "SHA-256 cannot be updated")
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest of what was taken so far; the hasher is used up.
    package consuming func finish() -> SHA256Digest {
        let context = context
        return SHA256Digest(
            bytes: [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
                precondition(
                    EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1,
                    "SHA-256 cannot be finished")
                count = 32
            })
    }
}

/// The digest of bytes that are already in memory.
package func sha256(_ bytes: [UInt8]) -> SHA256Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finish()
}

/// The SHA-256 value of bytes as 64 lower-case hex digits.
package func sha256Hex(of bytes: [UInt8]) -> String { sha256(bytes).description }
