package import Basics

/// The directories in which the worktrees of a repository keep what is their own: the common one first.
///
/// Source: gitrepository-layout(5), `worktrees`.
package func worktreeDirectories(of commonDirectory: FilePath) throws(SystemError) -> [FilePath] {
    let linked = commonDirectory.appending("worktrees")
    guard directoryExists(linked) else { return [commonDirectory] }
    return [commonDirectory] + (try directoryEntries(linked)).map(linked.appending)
}

/// The directory that the worktrees of a repository share, found without asking Git.
///
/// `gitDirectory`: of one worktree. Source: gitrepository-layout(5), `commondir`.
package func commonDirectory(of gitDirectory: FilePath) throws(SystemError) -> FilePath {
    guard let text = try readFileIfPresent(gitDirectory.appending("commondir"), limit: 64 << 10),
        let path = FilePath(validating: text.prefix { $0 != UInt8(ascii: "\n") })
    else { return gitDirectory }
    return gitDirectory.appending(path)
}
