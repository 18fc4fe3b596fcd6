internal import CCrypto

/// A key that authenticates messages with HMAC-SHA256, prepared once for many of them.
///
/// May be used from many threads at once. Source: RFC 2104.
package final class HMACSHA256: Sendable {
    // Keyed in `init` and only copied afterwards, which libcrypto allows from any thread.
    nonisolated(unsafe) private let keyed: OpaquePointer

    /// Looked up once, as in ``SHA256``.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let found = EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("this libcrypto has no HMAC")
        }
        return found  // never changed, and used from any thread
    }()

    /// `key`: of any length.
    package init(key: [UInt8]) {
        guard let context = EVP_MAC_CTX_new(Self.algorithm) else {
            preconditionFailure("out of memory")
        }
        // Without an address, libcrypto takes an empty key for "the key of last time".
        var key = key
        let count = key.count
        if key.isEmpty { key.append(0) }
        precondition(
            ccrypto_hmac_sha256_init(context, key, count) == 1, "HMAC-SHA256 cannot be started")
        keyed = context
    }

    deinit { EVP_MAC_CTX_free(keyed) }

    /// The code of one message.
    @inlinable
    package func code(for message: some Collection<UInt8>) -> SHA256Digest {
        code(for: Array(message))
    }

    package func code(for message: [UInt8]) -> SHA256Digest {
        guard let context = EVP_MAC_CTX_dup(keyed) else { preconditionFailure("out of memory") }
        defer { EVP_MAC_CTX_free(context) }
        precondition(
            EVP_MAC_update(context, message, message.count) == 1, "HMAC-SHA256 cannot be updated")
        return SHA256Digest(
            bytes: [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
                precondition(
                    EVP_MAC_final(context, buffer.baseAddress, &count, 32) == 1,
                    "HMAC-SHA256 cannot be finished")
            })
    }
}
