import Digests
import Testing

@Suite struct SHA256Tests {
    /// Source: FIPS 180-2, appendix B.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `is what the standard says`(text: String, digest: String) {
        #expect("\(sha256(Array(text.utf8)))" == digest)
    }

    @Test func `a stream has the digest of all its pieces`() {
        var hasher = SHA256()
        for _ in 0..<1000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
        // Source: FIPS 180-2, appendix B.3: a million times the letter a.
        #expect(
            "\(hasher.finish())"
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
}

@Suite struct HMACSHA256Tests {
    /// Source: RFC 4231, test cases 1, 2, 6 (a key longer than a block).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        // An empty key and an empty message, as Python's hmac says.
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `is what the standard says`(key: [UInt8], message: String, code: String) {
        let hmac = HMACSHA256(key: key)
        // Twice: a prepared key is not used up.
        #expect("\(hmac.code(for: message.utf8))" == code)
        #expect("\(hmac.code(for: message.utf8))" == code)
    }
}
