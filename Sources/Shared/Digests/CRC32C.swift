/// Computes a CRC-32C ("Castagnoli") from bytes as they stream by: what Google Cloud Storage says of
/// every object's bytes.
///
/// Against accidents only; eight bytes at a time ("slicing by eight"). Source: RFC 3720, appendix B.4.
package struct CRC32C: Sendable {
    private var state: UInt32 = .max

    /// `tables[k][b]`: what a byte `b` adds when `k` more bytes follow it; 8 x 256 one after the other.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
            tables[byte] = value
        }
        for place in 256..<tables.count {
            let before = tables[place - 256]
            tables[place] = before >> 8 ^ tables[Int(before & 255)]
        }
        return tables
    }()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state = Self.tables.withUnsafeBufferPointer { tables in
            var state = state
            var index = 0
            while index + 8 <= bytes.count {
                let word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let mixed = word ^ UInt64(state)
                state = 0
                for byte in 0..<8 {
                    state ^= tables[(7 - byte) * 256 + Int(mixed >> (8 * UInt64(byte)) & 255)]
                }
                index += 8
            }
            while index < bytes.count {
                state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[index])) & 255)]
                index += 1
            }
            return state
        }
    }

    /// Of all bytes so far.
    package var value: UInt32 { ~state }
}

/// The CRC-32C of bytes in memory.
package func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var sum = CRC32C()
    bytes.withUnsafeBytes { sum.update($0) }
    return sum.value
}
