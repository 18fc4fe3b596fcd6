package import Basics
internal import Git
package import Planning

/// The current directory belongs to no DVC repository.
package struct NotADVCRepositoryError: UserFacingError {
    package let directory: FilePath

    package var summary: String {
        "'\(directory)' is not inside of a DVC repository (no '.dvc' directory up to the top of the "
            + "Git repository)"
    }

    package var advice: String? { "run 'git dvc init' at the top of the repository" }
}

extension Session {
    /// Where the user is.
    ///
    /// Throws ``NotADVCRepositoryError``.
    package func standpoint() throws -> Standpoint {
        let here = directory.resolved ?? directory
        guard let top = repository.workTree, let below = here.relative(to: top),
            let root = repository.dvcRoot(of: below)
        else { throw NotADVCRepositoryError(directory: directory) }
        return Standpoint(top: top, directory: below, root: root)
    }

    /// The DVC root that the current directory is in, relative to the top of the Git repository.
    func dvcRoot() throws -> FilePath { try standpoint().root }

    /// The metafiles of the working copy below a DVC root.
    func workspaceMetafiles(below root: FilePath) throws -> [FilePath] {
        try repository.workspaceMetafiles().filter { $0.relative(to: root) != nil }
    }
}
