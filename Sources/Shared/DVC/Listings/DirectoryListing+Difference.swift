extension DirectoryListing {
    /// The members whose content is nowhere in `other`, as indices in ascending order.
    ///
    /// A member that was only renamed is in `other`. Lists of different schemes share nothing: equal
    /// digests of different schemes are different objects.
    package func members(notIn other: DirectoryListing) -> [Int] {
        guard scheme == other.scheme else { return Array(indices) }
        // Most members of two versions of a directory have kept path and content, and this pass
        // over two sorted lists hashes nothing.
        let candidates = membersMovedOrChanged(since: other)
        guard !candidates.isEmpty, !other.isEmpty else { return candidates }
        var absent = Set(candidates.map { digests[$0] })
        // Digests are evenly spread, so a bit per value of their low end keeps all but one in eight
        // of the other list's members away from the set. Digests made to collide only cost time.
        let mask = UInt64((absent.count * 8).nextPowerOfTwo - 1)
        var maybe = [Bool](repeating: false, count: Int(mask) + 1)
        for digest in absent { maybe[Int(digest.low & mask)] = true }
        for digest in other.digests where maybe[Int(digest.low & mask)] {
            absent.remove(digest)
            if absent.isEmpty { return [] }
        }
        return candidates.filter { absent.contains(digests[$0]) }
    }

    /// The members that are not in `other` with the same path and content, in ascending order.
    ///
    /// Both are of one scheme.
    package func membersMovedOrChanged(since other: DirectoryListing) -> [Int] {
        var result: [Int] = []
        pathBytes.withUnsafeBytes { bytes in
            other.pathBytes.withUnsafeBytes { otherBytes in
                var otherIndex = 0
                for index in indices {
                    let path = UnsafeRawBufferPointer(rebasing: bytes[pathRange(at: index)])
                    var isSame = false
                    while otherIndex < other.count {
                        let otherPath = UnsafeRawBufferPointer(
                            rebasing: otherBytes[other.pathRange(at: otherIndex)])
                        let order = byteOrder(otherPath, path)
                        if order > 0 { break }
                        if order == 0 { isSame = digests[index] == other.digests[otherIndex] }
                        otherIndex += 1
                        if order == 0 { break }
                    }
                    if !isSame { result.append(index) }
                }
            }
        }
        return result
    }
}

/// Negative, zero or positive, as the left bytes come before, are, or come after the right ones.
@inline(__always)
private func byteOrder(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let limit = min(left.count, right.count)
    var position = 0
    while position + 8 <= limit {
        let leftWord = left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let rightWord = right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        if leftWord != rightWord {
            return UInt64(bigEndian: leftWord) < UInt64(bigEndian: rightWord) ? -1 : 1
        }
        position += 8
    }
    while position < limit {
        if left[position] != right[position] { return left[position] < right[position] ? -1 : 1 }
        position += 1
    }
    return left.count - right.count
}

extension Int {
    /// The least power of two that is not less; for numbers far from the largest.
    fileprivate var nextPowerOfTwo: Int {
        1 << (Int.bitWidth - (Swift.max(self, 1) - 1).leadingZeroBitCount)
    }
}
