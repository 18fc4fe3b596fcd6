package import Basics
package import DVC
package import Digests
package import StatusCache

/// What a file or a directory of the working copy holds, as DVC names it.
package struct WorkspaceContent: Sendable {
    package let oid: ObjectID
    /// In bytes; of a directory all its files together.
    package let size: Int64
    /// Whether a file has any of the three executable bits; DVC does not record it for members.
    package let isExecutable: Bool
    /// The members of a directory; `nil` for a file.
    package let listing: DirectoryListing?
    /// The file, or the members of a directory in the order of its listing.
    package let files: [HashedFile]

    /// `nfiles` of DVC; `nil` for a file.
    package var fileCount: Int? { listing?.count }
}

/// A file of the working copy, and what it held when it was read.
package struct HashedFile: Sendable {
    /// Relative to the directory; empty for a file that was asked for itself.
    package let path: FilePath
    package let oid: ObjectID
    package let stamp: FileStamp
    package let isExecutable: Bool
    /// Whether it has more than one name: a hard link.
    package let hasOtherNames: Bool
    /// Whether it was reached through a symbolic link.
    package let isLink: Bool
}
