package import Basics
internal import Digests

extension DirectoryListing {
    /// What came of merging two lists.
    package enum Merge: Sendable {
        case merged(DirectoryListing)
        /// The members that both sides changed, each in another way; in the order of their paths.
        case conflicts([FilePath])
    }

    /// The members of `ours` and `theirs`, as both changed `ancestor`.
    ///
    /// What only one side added, changed or removed is taken over; what both did alike counts once,
    /// also a removal, where DVC 3.67 gives up. A file on one side where the other has a directory is a
    /// conflict. All three are of one scheme. Throws for a list that would become too large.
    package static func merge(
        ancestor: DirectoryListing, ours: DirectoryListing, theirs: DirectoryListing
    ) throws(DirectoryListingError) -> Merge {
        let before = ancestor.members
        let mine = ours.members
        let other = theirs.members
        var merged: [(path: FilePath, oid: ObjectID)] = []
        var conflicts: [FilePath] = []
        for path in Set(mine.keys).union(other.keys) {
            let chosen: ObjectID?
            if mine[path] == other[path] || other[path] == before[path] {
                chosen = mine[path]
            } else if mine[path] == before[path] {
                chosen = other[path]
            } else {
                conflicts.append(path)
                continue
            }
            if let chosen { merged.append((path, chosen)) }
        }
        conflicts += filesAboveOthers(merged.map(\.path))
        if !conflicts.isEmpty { return .conflicts(conflicts.sorted()) }
        return .merged(try DirectoryListing(merged, scheme: ours.scheme))
    }

    private var members: [FilePath: ObjectID] {
        Dictionary(indices.map { (path(at: $0), oid(at: $0)) }) { $1 }
    }

    /// The paths that would have to be a file and a directory.
    private static func filesAboveOthers(_ paths: [FilePath]) -> [FilePath] {
        let files = Set(paths)
        var above: Set<FilePath> = []
        for path in paths {
            var directory = path.parent
            while !directory.isEmpty {
                if files.contains(directory) { above.insert(directory) }
                directory = directory.parent
            }
        }
        return Array(above)
    }
}
