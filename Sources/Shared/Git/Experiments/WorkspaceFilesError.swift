package import Basics

/// A working copy whose files cannot be replaced now.
package enum WorkspaceFilesError: UserFacingError, Equatable {
    case inProgress
    /// Something that Git does not track, and that no stash can hold in a way that Git gives back.
    case inTheWay(FilePath)

    package var summary: String {
        switch self {
        case .inProgress:
            "a merge, rebase, cherry-pick or revert is in progress; the working copy stays as it is"
        case .inTheWay(let path):
            "'\(path)' is in the way of what shall be there; the working copy stays as it is"
        }
    }

    package var advice: String? {
        switch self {
        case .inProgress: "'git status' says how to end it"
        case .inTheWay: "move it away, or commit it"
        }
    }
}
