package import Basics
package import Digests

extension DirectoryListing {
    /// The list of these members, which may come in any order and all have this scheme.
    package init(
        _ members: [(path: FilePath, oid: ObjectID)], scheme: HashScheme = .md5
    ) throws(DirectoryListingError) {
        var listing = DirectoryListing(scheme: scheme)
        var pathBytes = 0
        for (index, member) in members.enumerated() {
            if let reason = Self.fault(of: member, scheme: scheme) {
                throw DirectoryListingError(reason: reason, offset: nil, member: index)
            }
            pathBytes += member.path.bytes.count
        }
        guard pathBytes < UInt32.max else {
            throw DirectoryListingError(reason: .tooLarge, offset: nil, member: nil)
        }
        listing.reserve(members: members.count, pathBytes: pathBytes)
        for member in members {
            member.path.bytes.withUnsafeBufferPointer { listing.appendToPath($0) }
            listing.endMember(Digest(high: member.oid.high, low: member.oid.low))
        }
        self = try listing.sorted()
    }

    private static func fault(
        of member: (path: FilePath, oid: ObjectID), scheme: HashScheme
    ) -> DirectoryListingError.Reason? {
        if member.oid.isDirectory { return .directoryAsMember }
        if member.oid.scheme != scheme { return .otherScheme }
        if let fault = member.path.bytes.withUnsafeBufferPointer(pathFault) {
            return .badPath(fault)
        }
        return member.path.isUTF8 ? nil : .badPath(.notUTF8)
    }

    /// The same members in order, or what is wrong with them as a whole.
    ///
    /// The error's `member` counts in the order before sorting.
    consuming func sorted() throws(DirectoryListingError) -> DirectoryListing {
        let order = pathBytes.withUnsafeBufferPointer { bytes in
            indices.sorted { left, right in
                let (left, right) = (bytes[pathRange(at: left)], bytes[pathRange(at: right)])
                return UnsafeBufferPointer(rebasing: left)
                    .lexicographicallyPrecedes(UnsafeBufferPointer(rebasing: right))
            }
        }
        let isSorted = order.elementsEqual(indices)
        let result = isSorted ? self : permuted(by: order)
        if let (index, reason) = result.conflict() {
            throw DirectoryListingError(reason: reason, offset: nil, member: order[index])
        }
        return result
    }

    /// The first member, in order, that cannot be beside those before it.
    private func conflict() -> (Int, DirectoryListingError.Reason)? {
        pathBytes.withUnsafeBufferPointer { bytes in
            var order = MemberOrder()
            var last = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            for index in indices {
                let path = UnsafeBufferPointer(rebasing: bytes[pathRange(at: index)])
                switch order.judge(path, after: last) {
                case .fine, .outOfOrder: last = path
                case .duplicate: return (index, .duplicate(self.path(at: index)))
                case .below(let length):
                    let file = FilePath(validating: Array(path.prefix(length))) ?? FilePath("")
                    return (index, .fileAndDirectory(file, self.path(at: index)))
                }
            }
            return nil
        }
    }
}
