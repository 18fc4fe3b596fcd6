package import Basics

extension DirectoryListing {
    /// The member called `name` in a directory, or `nil`; for walks that compare with the disk.
    ///
    /// `range`: all members below that directory. `prefix`: how many bytes of their paths name it, its
    /// slash among them; 0 for the top.
    package func index(ofName name: FilePath, in range: Range<Int>, prefix: Int) -> Int? {
        let index = firstIndex(in: range, prefix: prefix, notBefore: name.bytes)
        guard index < range.upperBound, suffix(of: index, from: prefix).elementsEqual(name.bytes)
        else { return nil }
        return index
    }

    /// All members below the directory called `name` in another one, which lie side by side.
    package func indices(belowName name: FilePath, in range: Range<Int>, prefix: Int) -> Range<Int>
    {
        let slash = UInt8(ascii: "/")
        let start = firstIndex(in: range, prefix: prefix, notBefore: name.bytes + [slash])
        let end = firstIndex(
            in: start..<range.upperBound, prefix: prefix, notBefore: name.bytes + [slash + 1])
        return start..<end
    }

    /// Calls `body` with the bytes of the member's path, without copying them.
    package func withPathBytes<Result, Failure: Error>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = pathRange(at: index)
        return try pathBytes.withUnsafeBufferPointer { bytes throws(Failure) in
            try body(UnsafeBufferPointer(rebasing: bytes[range]))
        }
    }

    private func suffix(of index: Int, from prefix: Int) -> ArraySlice<UInt8> {
        pathBytes[pathRange(at: index)].dropFirst(prefix)
    }

    private func firstIndex(in range: Range<Int>, prefix: Int, notBefore key: [UInt8]) -> Int {
        pathBytes.withUnsafeBufferPointer { bytes in
            var low = range.lowerBound
            var high = range.upperBound
            while low < high {
                let middle = (low + high) / 2
                let path = pathRange(at: middle)
                let suffix = bytes[min(path.lowerBound + prefix, path.upperBound)..<path.upperBound]
                if UnsafeBufferPointer(rebasing: suffix).lexicographicallyPrecedes(key) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
    }
}
