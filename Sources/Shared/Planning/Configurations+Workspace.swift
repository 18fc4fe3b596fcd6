package import Basics

extension Configurations {
    /// What the working copy of `root` is configured to; without a `.dvc/config` what the other levels
    /// say.
    ///
    /// `root`: relative to the top of the repository. Throws `ConfigError`, `SystemError`.
    package func ofWorkspace(_ root: FilePath, below top: FilePath) throws -> RootConfiguration {
        let path = top.appending(root).appending(".dvc/config")
        let file = try readFileIfPresent(path).map { RevisionReader.File(bytes: $0, blob: nil) }
        return try configuration(of: root, at: .workspace, file)
    }
}
