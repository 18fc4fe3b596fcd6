package import Basics
package import Digests

/// The members of a directory: the content of a `.dir` object.
///
/// Always in byte order of the paths, without duplicates, every path relative and free of `.`, `..`
/// and empty components, and no member below another. Flat arrays and no allocation per member: a
/// million members take 16 + 4 bytes each and their paths.
///
/// Source: dvc-compat 2.3.
package struct DirectoryListing: Sendable {
    /// How the names of the members were computed: as the name of the list.
    package let scheme: HashScheme

    private(set) var digests: [Digest] = []
    /// All paths, one after the other.
    private(set) var pathBytes: [UInt8] = []
    /// Where each path ends in ``pathBytes``.
    private(set) var pathEnds: [UInt32] = []

    /// 16 bytes of a member's name; what else makes an ``ObjectID`` is the same for all members.
    struct Digest: Hashable, Sendable {
        let high: UInt64
        let low: UInt64
    }

    /// The empty directory.
    package init(scheme: HashScheme = .md5) { self.scheme = scheme }

    /// What a reader has found, which is in order and keeps all rules.
    init(scheme: HashScheme, digests: [Digest], pathBytes: [UInt8], pathEnds: [UInt32]) {
        self.scheme = scheme
        self.digests = digests
        self.pathBytes = pathBytes
        self.pathEnds = pathEnds
    }

    /// The most bytes to read as a list: ten million members have about one GiB.
    package static let largestEncoding = 2 << 30

    package var count: Int { digests.count }
    package var isEmpty: Bool { digests.isEmpty }
    package var indices: Range<Int> { 0..<digests.count }

    /// The name of the member's content.
    package func oid(at index: Int) -> ObjectID {
        let digest = digests[index]
        return ObjectID(high: digest.high, low: digest.low, scheme: scheme)
    }

    /// Where the member lies, relative to the directory.
    package func path(at index: Int) -> FilePath {
        // No path here contains a NUL, so the empty one is never used.
        FilePath(validating: Array(pathBytes[pathRange(at: index)])) ?? FilePath("")
    }

    /// Calls `body` with every member in byte order of the paths.
    package func forEach<Failure: Error>(
        _ body: (_ path: FilePath, _ oid: ObjectID) throws(Failure) -> Void
    ) throws(Failure) {
        for index in indices { try body(path(at: index), oid(at: index)) }
    }

    /// The index of the member at `path`, or `nil` when there is none.
    package func index(of path: FilePath) -> Int? {
        let low = firstIndex(from: path.bytes)
        let isFound = low < count && pathBytes[pathRange(at: low)].elementsEqual(path.bytes)
        return isFound ? low : nil
    }

    /// The index of the first member whose path is not before these bytes.
    private func firstIndex(from bytes: [UInt8]) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if pathBytes[pathRange(at: middle)].lexicographicallyPrecedes(bytes) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The indices of the member at `path`, or of all members below it when that is a directory.
    package func indices(at path: FilePath) -> Range<Int> {
        if path.isEmpty { return indices }
        if let index = index(of: path) { return index..<(index + 1) }
        // Nothing sorts between `a/` and `a0` but what lies in `a`.
        let start = firstIndex(from: path.bytes + [UInt8(ascii: "/")])
        let end = firstIndex(from: path.bytes + [UInt8(ascii: "/") + 1])
        return start..<max(start, end)
    }

    func pathRange(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(pathEnds[index - 1]))..<Int(pathEnds[index])
    }
}

extension DirectoryListing {
    /// The same members in another order; for use while a list is being made.
    consuming func permuted(by order: [Int]) -> DirectoryListing {
        var result = DirectoryListing(scheme: scheme)
        result.reserve(members: count, pathBytes: pathBytes.count)
        for index in order {
            result.pathBytes.append(contentsOf: pathBytes[pathRange(at: index)])
            result.endMember(digests[index])
        }
        return result
    }

    mutating func reserve(members: Int, pathBytes bytes: Int) {
        digests.reserveCapacity(members)
        pathEnds.reserveCapacity(members)
        pathBytes.reserveCapacity(bytes)
    }

    /// Appends to the path of the member that ``endMember(_:)`` will add.
    mutating func appendToPath(_ bytes: UnsafeBufferPointer<UInt8>) {
        pathBytes.append(contentsOf: bytes)
    }

    mutating func appendToPath(_ byte: UInt8) { pathBytes.append(byte) }

    /// Adds a member whose path is what was appended since the last one.
    ///
    /// The caller sees to it that all paths together are shorter than 4 GiB.
    mutating func endMember(_ digest: Digest) {
        digests.append(digest)
        pathEnds.append(UInt32(truncatingIfNeeded: pathBytes.count))
    }
}

extension DirectoryListing: Equatable {
    package static func == (left: DirectoryListing, right: DirectoryListing) -> Bool {
        left.scheme == right.scheme && left.digests == right.digests
            && left.pathEnds == right.pathEnds && left.pathBytes == right.pathBytes
    }
}
