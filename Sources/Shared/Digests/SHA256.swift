internal import CCrypto

/// The SHA-256 value of bytes as 64 lower-case hex digits.
package func sha256Hex(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    // Fails only when memory is exhausted; no build of libcrypto lacks SHA-256.
    precondition(
        EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1, "out of memory")
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
