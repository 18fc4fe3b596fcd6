internal import CCrypto

/// A private key on the curve P-256, which signs with ECDSA and SHA-256 (`ES256`).
///
/// Source: RFC 7518, section 3.4.
package final class P256PrivateKey: Sendable {
    // Never changed after `init`; libcrypto lets any thread use such a key.
    nonisolated(unsafe) private let key: OpaquePointer
    /// 32 bytes each, of the public key.
    package let x: [UInt8]
    package let y: [UInt8]

    /// `der`: as RFC 5915 or PKCS #8 has it; `nil` when it is no key of this curve.
    package init?(der: [UInt8]) {
        let found = der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &start, bytes.count)
        }
        // A failure leaves words behind that a later one would be taken for.
        ERR_clear_error()
        guard let found else { return nil }
        guard let point = Self.publicPoint(of: found) else {
            EVP_PKEY_free(found)
            return nil
        }
        key = found
        x = Array(point[1..<33])
        y = Array(point[33...])
    }

    deinit { EVP_PKEY_free(key) }

    /// The uncompressed point, `0x04 x y`; `nil` for a key of another kind.
    private static func publicPoint(of key: OpaquePointer) -> [UInt8]? {
        var name = [CChar](repeating: 0, count: 32)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1,
            name.prefix(length).elementsEqual("prime256v1".utf8.map { CChar($0) })
        else { return nil }
        var point = [UInt8](repeating: 0, count: 133)
        var count = 0
        guard
            EVP_PKEY_get_octet_string_param(
                key, OSSL_PKEY_PARAM_PUB_KEY, &point, point.count, &count) == 1,
            count == 65, point[0] == 4
        else { return nil }
        return Array(point[..<count])
    }

    /// The signature of a message: 64 bytes, its two numbers one after the other.
    package func signature(of message: [UInt8]) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        defer { EVP_MD_CTX_free(context) }
        var der = [UInt8](repeating: 0, count: 80)
        var count = der.count
        precondition(
            EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
                && EVP_DigestSign(context, &der, &count, message, message.count) == 1,
            "P-256 cannot sign")
        guard let numbers = Self.numbers(inSignature: der[..<count]) else {
            preconditionFailure("libcrypto made no signature")
        }
        return numbers
    }

    /// The two numbers of `SEQUENCE { INTEGER, INTEGER }`, 32 bytes each.
    private static func numbers(inSignature der: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = der.dropFirst(2)
        var numbers: [UInt8] = []
        for _ in 0..<2 {
            guard rest.first == 2, let count = rest.dropFirst().first.map({ Int($0) }),
                rest.count >= 2 + count
            else { return nil }
            let number = rest.dropFirst(2).prefix(count).drop { $0 == 0 }
            guard number.count <= 32 else { return nil }
            numbers += [UInt8](repeating: 0, count: 32 - number.count) + number
            rest = rest.dropFirst(2 + count)
        }
        return numbers
    }
}
