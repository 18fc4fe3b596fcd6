/// MurmurHash3 in its form with 128 bits for processors with 64: for telling things apart that nobody
/// made to be taken for one another.
///
/// About twenty times as quick as MD5 for a few dozen bytes, and as evenly spread. It is no secret and
/// no seal: whoever chooses all of the input can find two with one hash.
/// Source: `MurmurHash3_x64_128` of SMHasher (public domain).
package func murmurHash3(
    _ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0
) -> (first: UInt64, second: UInt64) {
    let factors = (0x87c3_7b91_1142_53d5, 0x4cf5_ad43_2745_937f) as (UInt64, UInt64)
    var (first, second) = (UInt64(seed), UInt64(seed))
    var offset = 0
    while offset + 16 <= bytes.count {
        first ^= (word(bytes, at: offset) &* factors.0).turned(31) &* factors.1
        first = (first.turned(27) &+ second) &* 5 &+ 0x52dc_e729
        second ^= (word(bytes, at: offset + 8) &* factors.1).turned(33) &* factors.0
        second = (second.turned(31) &+ first) &* 5 &+ 0x3849_5ab5
        offset += 16
    }
    var rest = (0, 0) as (UInt64, UInt64)
    for (place, byte) in bytes[offset...].enumerated() {
        if place < 8 {
            rest.0 |= UInt64(byte) &<< (8 * UInt64(place))
        } else {
            rest.1 |= UInt64(byte) &<< (8 * UInt64(place - 8))
        }
    }
    second ^= (rest.1 &* factors.1).turned(33) &* factors.0
    first ^= (rest.0 &* factors.0).turned(31) &* factors.1
    first ^= UInt64(bytes.count)
    second ^= UInt64(bytes.count)
    first &+= second
    second &+= first
    first = first.stirred
    second = second.stirred
    first &+= second
    second &+= first
    return (first, second)
}

@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

extension UInt64 {
    /// With the highest bits put in at the low end.
    @inline(__always)
    fileprivate func turned(_ count: UInt64) -> UInt64 {
        self &<< count | self &>> (64 &- count)
    }

    /// With each bit spread over all.
    fileprivate var stirred: UInt64 {
        var value = self
        value ^= value &>> 33
        value &*= 0xff51_afd7_ed55_8ccd
        value ^= value &>> 33
        value &*= 0xc4ce_b9fe_1a85_ec53
        return value ^ value &>> 33
    }
}
