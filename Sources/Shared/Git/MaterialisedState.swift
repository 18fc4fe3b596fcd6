package import Basics

/// What a hook or command last put into a working copy, written down when nothing was missing.
///
/// One small file in each worktree's own Git directory. Losing it costs time, never correctness.
package struct MaterialisedState: Equatable, Sendable {
    /// The metafiles whose data is there.
    package let metafiles: [UInt8]
    /// The outs, relative to the top of the working copy.
    package let outs: [FilePath]

    /// Raised when the format changes; a file of another version says nothing.
    private static let header = Array("git-dvc data in place, version 1\n".utf8)

    package init(_ snapshot: MetafileSnapshot, outs: [FilePath]) {
        metafiles = snapshot.bytes
        self.outs = outs
    }

    /// Where the file is.
    ///
    /// `gitDirectory`: the worktree's own, not the common one.
    package static func file(in gitDirectory: FilePath) -> FilePath {
        gitDirectory.appending("dvc/in-place")
    }

    /// Reads what was written down; `nil` when there is nothing that can be understood.
    package init?(in gitDirectory: FilePath) {
        // Not readable is not known.
        guard let bytes = try? readFileIfPresent(Self.file(in: gitDirectory)),
            bytes.starts(with: Self.header)
        else { return nil }
        let rest = bytes[Self.header.count...]
        // The outs come first, each with a NUL behind it, then one NUL more.
        var outs: [FilePath] = []
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: 0) {
            if end == start {
                metafiles = Array(rest[(end + 1)...])
                self.outs = outs
                return
            }
            outs.append(FilePath(unchecked: Array(rest[start..<end])))
            start = end + 1
        }
        return nil
    }

    /// Writes it down, in one step.
    package func write(in gitDirectory: FilePath) throws(SystemError) {
        let path = Self.file(in: gitDirectory)
        try createDirectories(path.parent)
        let content = Self.header + outs.flatMap { $0.bytes + [0] } + [0] + metafiles
        let temporary = temporaryPath(in: path.parent)
        do throws(SystemError) {
            // Not flushed to the disk: what a crash leaves is at worst not understood.
            try OpenFile(creating: temporary).write(content)
            try renameFile(temporary, to: path)
        } catch {
            try? removeFile(temporary)  // the first error is the one to tell
            throw error
        }
    }

    /// Forgets it.
    package static func remove(from gitDirectory: FilePath) throws(SystemError) {
        try removeFile(file(in: gitDirectory))
    }

    /// Whether the data of these metafiles was put in place and nobody took an out away since.
    ///
    /// What users changed inside of an out is theirs and is not looked for.
    package func holds(_ snapshot: MetafileSnapshot, below top: FilePath) -> Bool {
        metafiles == snapshot.bytes && outs.allSatisfy { fileExists(top.appending($0)) }
    }
}
