package import Basics

/// The paths of outs that were put into a working copy, so that they can go when no metafile has them
/// any more.
///
/// A file of Git's own directory, which nothing in the repository can forge; losing it only leaves
/// files behind. Source: dvc-compat 4.8 (DVC's link database).
package struct PlacedOuts {
    private let file: FilePath
    private let root: FilePath
    private var paths: [FilePath: Set<FilePath>]
    private let old: [FilePath: Set<FilePath>]

    /// Reads the record.
    ///
    /// `directory`: Git's own of this working copy, absolute. `root`: the DVC root, from the top.
    package init(in directory: FilePath, root: FilePath) {
        file = Self.file(in: directory)
        self.root = root
        var paths: [FilePath: Set<FilePath>] = [:]
        // What cannot be read is not known; the files then stay.
        let bytes = (try? readFileIfPresent(file, limit: 256 << 20)) ?? []
        let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            let root = FilePath(unchecked: Array(parts[index]))
            paths[root, default: []].insert(FilePath(unchecked: Array(parts[index + 1])))
        }
        self.paths = paths
        old = paths
    }

    private static func file(in directory: FilePath) -> FilePath {
        directory.appending("dvc/placed")
    }

    /// Forgets all; `directory` as above.
    package static func remove(from directory: FilePath) throws(SystemError) {
        try removeFile(file(in: directory))
    }

    /// Those of this DVC root, from the top of the working copy.
    package var all: Set<FilePath> { paths[root] ?? [] }

    package mutating func insert(_ path: FilePath) { paths[root, default: []].insert(path) }

    package mutating func remove(_ path: FilePath) { paths[root]?.remove(path) }

    /// Writes the record, if anything changed.
    ///
    /// Throws `SystemError`.
    package func save() throws(SystemError) {
        if paths == old { return }
        var bytes: [UInt8] = []
        for (root, paths) in paths.sorted(by: { $0.key < $1.key }) {
            for path in paths.sorted() { bytes += root.bytes + [0] + path.bytes + [0] }
        }
        try createDirectories(file.parent)
        try writeFile(file, bytes)
    }
}
