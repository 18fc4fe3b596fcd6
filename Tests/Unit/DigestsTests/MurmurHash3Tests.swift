import Testing

@testable import Digests

@Suite struct MurmurHash3Tests {
    private func hash(_ bytes: [UInt8], seed: UInt32 = 0) -> [UInt8] {
        let (first, second) = bytes.withUnsafeBytes { murmurHash3($0, seed: seed) }
        return [first, second].flatMap { word in (0..<8).map { UInt8(word >> (8 * $0) & 255) } }
    }

    /// What SMHasher holds an implementation to: hashes of all lengths below 256, each with another
    /// seed, and the hash of all of these.
    @Test func `is the function of that name`() {
        let hashes = (0..<256).flatMap { length in
            hash((0..<length).map { UInt8($0) }, seed: UInt32(256 - length))
        }
        let verdict = hash(hashes)[..<4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(verdict == 0x6384_ba69)
    }

    @Test func `is nothing for nothing`() {
        #expect(hash([]) == [UInt8](repeating: 0, count: 16))
    }

    @Test func `does not depend on where the bytes lie`() {
        let bytes = (0..<100).map { UInt8($0) }
        bytes.withUnsafeBytes { whole in
            for start in 0..<20 {
                let part = UnsafeRawBufferPointer(rebasing: whole[start...])
                let (first, second) = murmurHash3(part)
                let expected = Array(part).withUnsafeBytes { murmurHash3($0) }
                #expect(first == expected.first && second == expected.second)
            }
        }
    }
}
