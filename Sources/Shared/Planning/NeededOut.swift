package import Basics
package import Digests
package import Git

/// An out whose object must be on a data remote, and where it says so.
package struct NeededOut: Sendable, Equatable {
    package let oid: ObjectID
    /// Relative to the top of the repository.
    package let path: FilePath
    /// The metafiles that name the out: a `.dvc` file, or `dvc.lock` and `dvc.yaml`.
    package let sources: [MetafileVersion]
    package let revision: Revision
    /// Whether the flags of the out are not known, so that a missing object is no failure.
    package let isUncertain: Bool

    /// `data/model.pkl (commit 0123456789)`.
    package var place: String {
        revision.name.map { "'\(path)' (commit \($0))" } ?? "'\(path)'"
    }
}

/// A metafile as one revision has it.
package struct MetafileVersion: Hashable, Sendable {
    /// Relative to the top of the repository.
    package let path: FilePath
    /// The content in Git; `nil` when it was read from the workspace.
    package let blob: GitOID?
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
    /// The metafiles that have the problem, or that it keeps from being understood.
    package let sources: [MetafileVersion]
    package let revision: Revision
}
