package import Basics
internal import Git
package import Planning

/// The current directory belongs to no DVC repository.
package struct NotADVCRepositoryError: UserFacingError {
    package let directory: FilePath
    /// Of the Git repository that it is in.
    package var near = DVCRootsNearby()

    package var summary: String {
        let cause =
            near.leftOut.map { "\(quoted($0.appending(".dvc"))) is not in the sparse checkout" }
            ?? "no '.dvc' directory up to the top of the Git repository"
        return "'\(directory)' is not inside of a DVC repository (\(cause))"
    }

    package var advice: String? { near.advice }
}

extension DVCRootsNearby {
    /// What to do where a DVC root is needed.
    var advice: String {
        if let leftOut {
            let name = shellWord(printable(leftOut.appending(".dvc").string))
            return "bring it into the working copy: git sparse-checkout add \(name)"
        }
        guard !below.isEmpty else { return "run 'git dvc init' at the top of the repository" }
        let most = 3
        let names = below.prefix(most).map(quoted).joined(separator: ", ")
        let others = below.count - most
        return "run it in one of the DVC repositories below: \(names)"
            + (others > 0 ? " and \(others) more" : "")
    }
}

private func quoted(_ path: FilePath) -> String { "'\(printable(path.string))'" }

extension Session {
    /// Where the user is.
    ///
    /// Throws ``NotADVCRepositoryError``, `SubprocessError`.
    package func standpoint() throws -> Standpoint {
        let here = directory.resolved ?? directory
        guard let top = repository.workTree, let below = here.relative(to: top) else {
            throw NotADVCRepositoryError(directory: directory)
        }
        guard let root = repository.dvcRoot(of: below) else {
            throw NotADVCRepositoryError(
                directory: directory, near: try repository.dvcRootsNear(below))
        }
        return Standpoint(top: top, directory: below, root: root)
    }

    /// The DVC root that the current directory is in, relative to the top of the Git repository.
    func dvcRoot() throws -> FilePath { try standpoint().root }

    /// The metafiles of the working copy below a DVC root.
    func workspaceMetafiles(below root: FilePath) throws -> [FilePath] {
        try repository.workspaceMetafiles().filter { $0.relative(to: root) != nil }
    }
}
