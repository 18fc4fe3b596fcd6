import Digests
import Testing

@Suite struct CRC32CTests {
    /// Source: RFC 3720, appendix B.4.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0..<32), 0x46dd_794e), (Array((0..<32).reversed()), 0x113f_db5c),
            (Array("123456789".utf8), 0xe306_9283), ([], 0),
        ] as [([UInt8], UInt32)])
    func `published values`(bytes: [UInt8], value: UInt32) {
        #expect(crc32c(bytes) == value)
    }

    @Test func `pieces of any size make the same sum`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for size in [1, 3, 7, 8, 9, 64, 999] {
            var sum = CRC32C()
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { sum.update($0) }
            }
            #expect(sum.value == crc32c(bytes))
        }
    }
}
