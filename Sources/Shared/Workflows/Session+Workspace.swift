package import Basics
internal import Git
internal import Planning

/// The current directory belongs to no DVC repository.
package struct NotADVCRepositoryError: UserFacingError {
    package let directory: FilePath

    package var summary: String {
        "'\(directory)' is not inside of a DVC repository (no '.dvc' directory up to the top of the "
            + "Git repository)"
    }

    package var advice: String? { "run 'dvc init' at the top of the repository" }
}

extension Session {
    /// The DVC root that the current directory is in, relative to the top of the Git repository.
    func dvcRoot() throws -> FilePath {
        guard let top = repository.workTree else {
            throw NotADVCRepositoryError(directory: directory)
        }
        var candidate = directory.resolved ?? directory
        while let below = candidate.relative(to: top) {
            if directoryExists(candidate.appending(".dvc")) { return below }
            if below.isEmpty { break }
            candidate = candidate.parent
        }
        throw NotADVCRepositoryError(directory: directory)
    }

    /// The metafiles of the working copy below a DVC root: tracked ones, and new ones that Git does
    /// not ignore.
    func workspaceMetafiles(below root: FilePath) throws -> [FilePath] {
        // Git's own index and untracked cache answer quicker than a walk, and ignored directories,
        // where the data is, are not entered.
        let listed = try repository.output(
            ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
                + metafilePathspecs)
        var seen: Set<FilePath> = []
        return listed.split(separator: 0).compactMap { FilePath(validating: $0) }.filter { path in
            let role = MetafileRole(path)
            return role != nil && role != .context && path.relative(to: root) != nil
                && seen.insert(path).inserted
        }
    }
}
