/// Eight bytes of text, looked at all at once.
///
/// What is found is marked by the highest bit of its byte. Only the first mark, the lowest one, is sure:
/// a byte after a found one may be marked though it is another.
@usableFromInline
package struct ByteLanes {
    @usableFromInline package let word: UInt64

    /// The eight bytes from `offset` on, which must be there; the first is the lowest.
    @inlinable @inline(__always)
    package init(_ bytes: UnsafeRawPointer, at offset: Int) {
        word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inlinable @inline(__always)
    package func marks(of byte: UInt8) -> UInt64 {
        let other = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        return (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
    }

    /// Marks bytes below a blank.
    @inlinable @inline(__always)
    package var marksOfControls: UInt64 {
        (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
    }

    /// Marks bytes from 0x80 on.
    @inlinable @inline(__always)
    package var marksOfNonASCII: UInt64 { word & 0x8080_8080_8080_8080 }
}

extension UInt64 {
    /// Which of the eight bytes has the first mark; 8 when there is none.
    @inlinable @inline(__always)
    package var firstMark: Int { trailingZeroBitCount &>> 3 }
}
