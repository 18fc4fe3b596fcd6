package import Basics

extension FilePath {
    /// The path as seen from a directory, both from the top of the repository: `../data/x`.
    package func relativeName(from directory: FilePath) -> FilePath {
        let own = components
        let base = directory.components
        let common = zip(own, base).prefix { $0.elementsEqual($1) }.count
        let parts =
            Array(repeating: Array("..".utf8)[...], count: base.count - common)
            + own[common...]
        return parts.isEmpty ? "." : FilePath(unchecked: Array(parts.joined(separator: [0x2f])))
    }
}
