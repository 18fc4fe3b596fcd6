package import Basics
package import Git

/// Where metafiles are read: the files on disk, or those of a commit.
package enum Revision: Hashable, Sendable {
    case workspace
    case commit(GitOID)

    /// `'data/model.pkl' (commit 0123456789)`.
    package func place(of path: FilePath) -> String {
        "'\(path)'" + (name.map { " (commit \($0))" } ?? "")
    }

    /// For messages; `nil` for the workspace, whose files need no further words.
    package var name: String? {
        switch self {
        case .workspace: nil
        case .commit(let oid): oid.abbreviated
        }
    }
}

/// A file of one revision.
struct RevisionPath: Hashable, Sendable {
    let revision: Revision
    /// Relative to the top of the repository.
    let path: FilePath

    init(_ revision: Revision, _ path: FilePath) {
        self.revision = revision
        self.path = path
    }
}
