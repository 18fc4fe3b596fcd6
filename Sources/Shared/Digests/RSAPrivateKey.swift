internal import CCrypto

/// An RSA private key, which signs with PKCS #1 v1.5 and SHA-256 (`RS256`).
///
/// Source: RFC 7518, section 3.3.
package final class RSAPrivateKey: Sendable {
    // Never changed after `init`; libcrypto lets any thread use such a key.
    nonisolated(unsafe) private let key: OpaquePointer

    /// `der`: as PKCS #1 or PKCS #8 has it; `nil` when it is no key of this kind.
    package init?(der: [UInt8]) {
        let found = der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &start, bytes.count)
        }
        // A failure leaves words behind that a later one would be taken for.
        ERR_clear_error()
        guard let found else { return nil }
        // One of less would be no secret to anybody who wants to know it.
        guard EVP_PKEY_is_a(found, "RSA") == 1, EVP_PKEY_get_bits(found) >= 1024 else {
            EVP_PKEY_free(found)
            return nil
        }
        key = found
    }

    deinit { EVP_PKEY_free(key) }

    /// The signature of a message; `nil` when libcrypto refuses to make one with such a key.
    package func signature(of message: [UInt8]) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var signature = [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(key)))
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { return nil }
        return Array(signature[..<count])
    }
}
