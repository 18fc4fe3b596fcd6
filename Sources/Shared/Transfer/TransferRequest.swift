package import DVC
package import Digests
package import Storage

/// Objects that must be in a store, or in the cache.
package struct TransferRequest: Sendable {
    /// Files, each once.
    package var files: [ObjectID]
    package var directories: [Directory]

    /// A directory's list and its members.
    package struct Directory: Sendable {
        package let oid: ObjectID
        /// `nil` when the side that has the object to give has no intact list.
        package let listing: DirectoryListing?
        /// The members that are not known to be there, as indices of the list.
        package let wantedMembers: [Int]

        package init(oid: ObjectID, listing: DirectoryListing?, wantedMembers: [Int]) {
            self.oid = oid
            self.listing = listing
            self.wantedMembers = wantedMembers
        }
    }

    package init(files: [ObjectID], directories: [Directory]) {
        self.files = files
        self.directories = directories
    }
}

/// How a transfer is to be done.
package struct TransferOptions: Sendable {
    /// How many objects at a time; at least one.
    package var jobs: Int
    /// Whether a directory's list in the store is no proof that its members are there.
    package var checksMembers: Bool
    /// Where small objects lie that may be put without being asked for, when they are most likely new;
    /// `nil` where the answer itself matters.
    package var sourceOfNew: (any ObjectCache)?

    package init(jobs: Int, checksMembers: Bool = false) {
        self.jobs = max(1, jobs)
        self.checksMembers = checksMembers
    }
}
