package import Basics

/// A file that says that `git clone` has begun through our remote helper, and that there is more to
/// prepare once Git has written down what the clone fetches.
package enum CloneMark {
    private static func file(in gitDirectory: FilePath) -> FilePath {
        gitDirectory.appending("dvc/clone-begun")
    }

    /// Leaves it in the main worktree's Git directory.
    ///
    /// Throws `SystemError`.
    package static func set(in gitDirectory: FilePath) throws(SystemError) {
        let file = file(in: gitDirectory)
        try createDirectories(file.parent)
        try writeFile(file, [])
    }

    package static func isSet(in gitDirectory: FilePath) -> Bool {
        fileExists(file(in: gitDirectory))
    }

    /// That it is not there is no error.
    package static func remove(in gitDirectory: FilePath) throws(SystemError) {
        try removeFile(file(in: gitDirectory))
    }
}
