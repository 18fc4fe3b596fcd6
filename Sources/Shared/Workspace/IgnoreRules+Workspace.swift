package import Basics
package import DVC

extension IgnoreRules {
    /// The rules of the working copy for what lies below `path`: those of the `.dvcignore` files from
    /// the DVC root down to it.
    ///
    /// `root`: the DVC root, absolute. `path`: relative to it and normalized. The file in `path` itself
    /// is left out when `path` is that of an out, where none may be. Throws `SystemError`.
    package static func ofWorkspace(
        _ root: FilePath, downTo path: FilePath
    ) throws(SystemError) -> IgnoreRules {
        var rules = IgnoreRules()
        var directory: FilePath = ""
        try rules.read(directory, below: root)
        for part in path.components.dropLast() {
            directory = directory.appending(FilePath(unchecked: Array(part)))
            try rules.read(directory, below: root)
        }
        return rules
    }

    private mutating func read(
        _ directory: FilePath, below root: FilePath
    ) throws(SystemError) {
        let file = root.appending(directory).appending(".dvcignore")
        if let bytes = try readFileIfPresent(file, limit: 16 << 20) { add(bytes, in: directory) }
    }
}
