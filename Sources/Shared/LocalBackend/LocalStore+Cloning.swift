package import Basics

extension LocalStore {
    /// Whether files of this store can be cloned into a directory: tried with an empty pair.
    package func canClone(into directory: FilePath) -> Bool {
        // Whatever keeps it from being tried keeps it from being done.
        do {
            try createDirectories(root, mode: isShared ? 0o2775 : nil)
            let source = try NewFile(creating: temporaryPath(in: root), mode: 0o600)
            try source.file.write([0])
            var target = try NewFile(creating: temporaryPath(in: directory), mode: 0o600)
            return target.clone(source.file) == 0
        } catch {
            return false
        }
    }
}
