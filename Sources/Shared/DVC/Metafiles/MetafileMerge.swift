package import Basics
package import Digests

/// Why two versions of a `.dvc` file cannot be merged.
package enum MetafileMergeError: UserFacingError, Equatable {
    /// An import, or a file with several outs.
    case notAdded
    /// One side says something else about the out than its data.
    case options
    /// The data is a file, or on one side, and both sides changed it.
    case notDirectories
    case members([FilePath])

    package var summary: String {
        switch self {
        case .notAdded: "only '.dvc' files of 'dvc add' can be merged"
        case .options: "both sides changed more than the data"
        case .notDirectories: "both sides changed it, and it is no directory on both"
        case .members(let paths):
            "both sides changed "
                + paths.prefix(10).map { "'\(printable($0.string))'" }.joined(separator: ", ")
                + (paths.count > 10 ? " and \(paths.count - 10) more" : "")
        }
    }
}

/// Three versions of a `.dvc` file, of which one is to be made.
///
/// Source: `Stage.merge`, `Output.merge` in DVC 3.67 (dvc-compat 7.4). Where only one side changed what is
/// not data, such as a description, DVC gives up; here that side's change is taken.
package struct MetafileMerge {
    /// How the merge goes on.
    package enum Plan {
        /// This side's file is the result.
        case take([UInt8])
        /// The data of this side is the result, in a text that has to be made.
        case data(Out)
        /// The lists of these directories have to be merged; `nil` for an empty ancestor.
        case directories(ancestor: ObjectID?, ours: ObjectID, theirs: ObjectID)
    }

    package let plan: Plan
    /// The file that gets the merged data, and where in it the out is.
    private var base: (text: [UInt8], path: FilePath)

    /// Compares the versions; an empty ancestor is a file that both sides added.
    ///
    /// Throws ``MetafileError``, ``MetafileMergeError``.
    package init(ancestor: [UInt8], ours: [UInt8], theirs: [UInt8]) throws {
        let before = try Metafile(ancestor)
        let mine = try Metafile(ours)
        let other = try Metafile(theirs)
        base = (ours, "")
        // DVC: a side that tracks nothing has nothing to say.
        if ours == theirs || theirs == ancestor || other.outs.isEmpty {
            plan = .take(ours)
            return
        }
        if ours == ancestor || mine.outs.isEmpty {
            plan = .take(theirs)
            return
        }
        for side in [before, mine, other] {
            guard side.kind == .data, side.dependencies.isEmpty, side.outs.count <= 1 else {
                throw MetafileMergeError.notAdded
            }
        }
        guard let old = mine.outs[0].oid, let new = other.outs[0].oid else {
            throw MetafileMergeError.notDirectories
        }
        let first = before.outs.first?.oid
        base = try Self.base(
            (ancestor, before.outs.first), (ours, mine.outs[0]), (theirs, other.outs[0]), old.scheme
        )
        let isPlain = old == new || first == new || first == old
        if isPlain {
            // Both changed the text, but only one the data: that data into the text that counts.
            plan = .data(first == old ? other.outs[0] : mine.outs[0])
            return
        }
        guard [old, new, first ?? old].allSatisfy({ $0.isDirectory && $0.scheme == old.scheme })
        else { throw MetafileMergeError.notDirectories }
        plan = .directories(ancestor: first, ours: old, theirs: new)
    }

    private typealias Side = (text: [UInt8], out: Out)

    /// The side that says what holds besides the data.
    private static func base(
        _ ancestor: (text: [UInt8], out: Out?), _ ours: Side, _ theirs: Side, _ scheme: HashScheme
    ) throws -> (text: [UInt8], path: FilePath) {
        func rest(_ text: [UInt8], _ out: Out) throws -> (text: [UInt8], path: FilePath) {
            guard case .inside(let path) = out.location else { throw MetafileMergeError.notAdded }
            // Any data, the same for all.
            let oid = objectID(of: [], isDirectory: true, scheme: scheme)
            let same = RecordedOut(
                path: path.string, oid: oid, size: nil, fileCount: nil, isExecutable: false)
            return (try MetafileText.updating(text, [same]), path)
        }
        let mine = try rest(ours.text, ours.out)
        let other = try rest(theirs.text, theirs.out)
        if mine.text == other.text { return (ours.text, mine.path) }
        guard let out = ancestor.out else { throw MetafileMergeError.options }
        let before = try rest(ancestor.text, out)
        if before.text == other.text { return (ours.text, mine.path) }
        if before.text == mine.text { return (theirs.text, other.path) }
        throw MetafileMergeError.options
    }

    /// The file with the data of one side.
    package func text(with out: Out, oid: ObjectID) throws(MetafileError) -> [UInt8] {
        try MetafileText.updating(
            base.text,
            [
                RecordedOut(
                    path: base.path.string, oid: oid, size: out.size, fileCount: out.fileCount,
                    isExecutable: out.isExecutable)
            ])
    }

    /// The file with a merged directory.
    ///
    /// `size`: of all members in bytes, `nil` where that is not known.
    package func text(
        with listing: DirectoryListing, oid: ObjectID, size: Int64?
    ) throws(MetafileError) -> [UInt8] {
        try MetafileText.updating(
            base.text,
            [
                RecordedOut(
                    path: base.path.string, oid: oid, size: size, fileCount: listing.count,
                    isExecutable: false)
            ])
    }
}
