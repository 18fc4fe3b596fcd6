import Digests
import Testing

/// `ContentHasher`, which is libcrypto's, says what is right.
@Suite struct MD5Tests {
    private static let sizes = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 65_536, 100_001]

    /// Bytes without a pattern that a mistake in the order of words would not change.
    private func bytes(_ count: Int, seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 2_654_435_761 >> 13) }
    }

    @Test(arguments: sizes)
    func `names content as libcrypto does`(size: Int) {
        let content = bytes(size, seed: 1)
        #expect(content.withUnsafeBytes { MD5().finish($0) } == objectID(of: content))
    }

    @Test(arguments: sizes)
    func `takes two streams at once, whatever came before`(size: Int) {
        let contents = [bytes(192 + size, seed: 2), bytes(128 + size / 2, seed: 3)]
        let found = contents[0].withUnsafeBytes { first in
            contents[1].withUnsafeBytes { second in
                func part(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>)
                    -> UnsafeRawBufferPointer
                {
                    UnsafeRawBufferPointer(rebasing: bytes[range])
                }
                var (one, other) = (MD5(), MD5())
                one.update(part(first, 0..<64))
                MD5.update(&one, part(first, 64..<192), &other, part(second, 0..<128))
                return [
                    one.finish(part(first, 192..<first.count)),
                    other.finish(part(second, 128..<second.count)),
                ]
            }
        }
        #expect(found == contents.map { objectID(of: $0) })
    }

    @Test func `agrees with the standard's own example`() {
        // Source: RFC 1321, A.5.
        let found = Array("message digest".utf8).withUnsafeBytes { MD5().finish($0) }
        #expect("\(found)" == "f96b697d7cb7938d525a2f31aaf161d0")
    }
}
