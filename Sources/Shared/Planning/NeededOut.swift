package import Basics
package import Digests
package import Git

/// An out whose object must be on a data remote, and where it says so.
package struct NeededOut: Sendable, Equatable {
    package let oid: ObjectID
    /// Relative to the top of the repository.
    package let path: FilePath
    /// The metafile that names the out, relative to the top of the repository.
    package let metafile: FilePath
    /// The metafile's content in Git; `nil` when it was read from the workspace.
    package let metafileBlob: GitOID?
    package let revision: Revision
    /// Whether the flags of the out are not known, so that a missing object is no failure.
    package let isUncertain: Bool

    /// `data/model.pkl (commit 0123456789)`.
    package var place: String {
        revision.name.map { "'\(path)' (commit \($0))" } ?? "'\(path)'"
    }
}

/// Something in the pushed commits that keeps us from knowing or doing what they need.
package struct PlanProblem: Sendable {
    package enum Cause: Sendable {
        /// A metafile or a configuration that cannot be read.
        case unreadable(any UserFacingError)
        /// An out for which no remote is configured.
        case noRemote(NeededOut)
        /// An out of a cloud-versioned remote.
        case cloudVersioned(NeededOut, remote: String)
    }

    package let cause: Cause
    /// The file that has the problem, relative to the top of the repository.
    package let metafile: FilePath
    package let metafileBlob: GitOID?
    package let revision: Revision
}
