package import Basics

/// What a user has begun and not ended, as far as hooks must know it.
package enum OperationInProgress {
    /// Whether a rebase is under way that will run `post-rewrite` when it ends.
    ///
    /// While one runs, the working copy passes through commits that nobody looks at. A rebase that only
    /// moves forward rewrites nothing and so ends without that hook.
    /// Source: observed with Git 2.39: then the one command, done or to do, is `noop`.
    package static func isRebase(_ gitDirectory: FilePath) -> Bool {
        if directoryExists(gitDirectory.appending("rebase-apply")) { return true }
        let folder = gitDirectory.appending("rebase-merge")
        return ["done", "git-rebase-todo"].contains { name in
            // Without such a file nothing is done, or to do.
            guard let text = try? readFileIfPresent(folder.appending(name)) else { return false }
            return String(decoding: text, as: UTF8.self).split(separator: "\n")
                .contains { !$0.hasPrefix("#") && $0 != "noop" }
        }
    }

    /// Whether a merge, cherry-pick or revert waits to be concluded.
    package static func isMerge(_ gitDirectory: FilePath) -> Bool {
        ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"].contains {
            fileExists(gitDirectory.appending($0))
        }
    }
}

/// The Git directory of the working copy at `top`, without asking Git: where hooks run, it is in
/// `GIT_DIR` or in `.git`, which may be a file that names it.
///
/// Source: gitrepository-layout(5).
package func gitDirectory(at top: FilePath, _ environment: Environment) -> FilePath? {
    if let named = environment.nonEmpty("GIT_DIR") { return top.appending(named) }
    let path = top.appending(".git")
    if directoryExists(path) { return path }
    guard let text = try? readFileIfPresent(path, limit: 64 << 10) else { return nil }
    let prefix = Array("gitdir: ".utf8)
    guard text.starts(with: prefix) else { return nil }
    let line = text.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "\n") }
    return FilePath(validating: line).map { top.appending($0) }
}
