package import Basics
package import Digests

/// An out as it should be in the working copy.
package struct WantedOut: Sendable, Hashable {
    /// From the top of the working copy, normalized.
    package let path: FilePath
    package let oid: ObjectID
    /// Whether a file may be run; nothing is recorded of that for members of directories.
    package let isExecutable: Bool
    /// Only this member, or what lies below it, relative to the out; `nil` for all of it.
    package let part: FilePath?

    package init(path: FilePath, oid: ObjectID, isExecutable: Bool, part: FilePath? = nil) {
        self.path = path
        self.oid = oid
        self.isExecutable = isExecutable
        self.part = part
    }
}

/// How outs are to be put into the working copy.
package struct CheckoutOptions: Sendable {
    /// What becomes of files whose content is saved nowhere and that are in the way.
    package enum Unsaved: Sendable {
        /// Nothing at all is done, as by DVC.
        case refuse
        /// They are left alone, and all the rest is done.
        case keep
        /// They are lost (`--force`).
        case replace
    }

    package var unsaved = Unsaved.refuse
    /// `--relink`: files that are right become what `cache.type` asks for.
    package var relinks = false

    package init() {}
}

/// What came of putting outs into the working copy.
package struct CheckoutReport: Sendable {
    package enum Change: String, Sendable {
        case added = "A"
        case modified = "M"
        case deleted = "D"
    }

    /// An out that was changed, from the top of the working copy.
    package struct Entry: Sendable, Equatable {
        package let path: FilePath
        package let change: Change
        package let isDirectory: Bool
    }

    package var entries: [Entry] = []
    /// How many files were added, modified and deleted.
    package var counts = Counts()
    /// Outs of which the cache lacks something.
    package var missing: [FilePath] = []
    /// Files that are saved nowhere and were in the way, from the top of the working copy.
    package var unsaved: [FilePath] = []
    /// Files that were to be links and became copies, as their object has as many names as it can.
    package var unlinked: [FilePath] = []
    package var errors: [any UserFacingError] = []
    package var warnings: [any UserFacingError] = []

    package struct Counts: Sendable, Equatable {
        package var added = 0
        package var modified = 0
        package var deleted = 0

        package init() {}

        package var isEmpty: Bool { self == Counts() }

        package static func += (left: inout Counts, right: Counts) {
            left.added += right.added
            left.modified += right.modified
            left.deleted += right.deleted
        }
    }

    package init() {}
}

/// Something at a path of the working copy that is no file and no directory of ours.
package struct OccupiedPathError: UserFacingError {
    package let path: FilePath
    package let what: String

    package init(path: FilePath, what: String) {
        self.path = path
        self.what = what
    }

    package var summary: String { "cannot put data at '\(path.escaped)': \(what) is there" }
    package var advice: String? { "move it away, then run the command again" }
}

/// A file that came or changed while the data was put into place.
package struct ConcurrentChangeError: UserFacingError {
    package let path: FilePath

    package var summary: String {
        "'\(path.escaped)' was changed by another program in the meantime; it is left as it is"
    }
    package var advice: String? { "run the command again" }
}

/// No type of link works for a file.
package struct NoLinkTypeError: UserFacingError {
    package let path: FilePath
    package let types: [String]

    package var summary: String {
        "cannot make '\(path.escaped)' a link to the cache: "
            + types.joined(separator: ", ") + " does not work there"
    }
    package var advice: String? { "add another type, as with 'git dvc config cache.type copy'" }
}

/// Two members of a directory that the file system takes for one.
package struct TwinMembersError: UserFacingError {
    package let out: FilePath
    package let members: [FilePath]

    package var summary: String {
        let names = members.map { "'\($0.escaped)'" }.joined(separator: " and ")
        return "'\(out.escaped)' has \(names), which are one file where no case is distinguished"
    }
    package var advice: String? { "check it out on a file system that distinguishes them" }
}
