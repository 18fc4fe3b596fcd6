internal import CCrypto

/// The SHA-1 of some bytes as 40 lower-case hex digits: names of cache files of other programs, never
/// for trust.
package func sha1HexDigits(_ bytes: [UInt8]) -> String {
    let digest = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
        precondition(
            EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil) == 1,
            "this libcrypto has no SHA-1")
        count = 20
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
