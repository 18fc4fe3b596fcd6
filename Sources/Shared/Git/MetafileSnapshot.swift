package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The metafiles that Git tracks in a working copy: what the index has of them, and the stamps of the
/// files that are there.
///
/// Two equal snapshots mean that nobody wrote to any of these files in between, not even the same
/// bytes. So a hook can tell with one process whether there may be anything to do.
package struct MetafileSnapshot: Equatable, Sendable {
    /// Per file: mode, oid and stage in the index, the path, and what tells one state of the file from
    /// another.
    package let bytes: [UInt8]
    /// Whether Git tracks no metafile at all: not a branch with DVC.
    package let isEmpty: Bool
    /// Whether a merge of any of them is not concluded.
    package let hasConflicts: Bool

    /// Asks Git for the files of the working copy that is at the process's own directory, as hooks are
    /// run.
    package init(ofCurrentDirectory directory: FilePath, using git: GitProgram)
        throws(SubprocessError)
    {
        self.init(listed: try git.command(Self.arguments).outputIfSuccessful(), below: directory)
    }

    /// Asks Git; empty for a bare repository.
    package init(of repository: GitRepository) throws(SubprocessError) {
        guard let top = repository.workTree else {
            self.init(listed: [], below: "")
            return
        }
        self.init(listed: try repository.output(Self.arguments), below: top)
    }

    /// `params.yaml` decides what a `dvc.yaml` means.
    private static let arguments = ["ls-files", "--stage", "-z", "--"] + pushPathspecs

    /// What another program of ours took: its ``bytes``.
    package init(taken bytes: [UInt8]) {
        self.bytes = bytes
        isEmpty = bytes.isEmpty
        hasConflicts = bytes.split(separator: 0).contains { Self.isConflict($0) }
    }

    /// Whether an entry of the index, without or with a stamp, is a side of a merge.
    private static func isConflict(_ entry: ArraySlice<UInt8>) -> Bool {
        guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")) else { return false }
        return entry[..<tab].last != UInt8(ascii: "0")
    }

    /// Takes the stamps.
    ///
    /// `listed`: `<mode> <oid> <stage> TAB <path> NUL` for each file, as `git ls-files --stage -z`
    /// writes it.
    init(listed: [UInt8], below top: FilePath) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(listed.count * 2)
        var hasConflicts = false
        for entry in listed.split(separator: 0) {
            bytes += entry
            bytes.append(UInt8(ascii: "\n"))
            guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")) else { continue }
            if Self.isConflict(entry) { hasConflicts = true }
            let path = top.appending(FilePath(unchecked: Array(entry[(tab + 1)...])))
            // What cannot be looked at is as good as absent: it is another state than any other.
            bytes += Self.stamp(of: path)
            bytes.append(0)
        }
        self.bytes = bytes
        self.hasConflicts = hasConflicts
        isEmpty = listed.isEmpty
    }

    private static func stamp(of path: FilePath) -> [UInt8] {
        guard let status = try? fileStatus(path) else { return Array("absent".utf8) }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        return Array(
            "\(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)".utf8)
    }
}
