internal import Basics
internal import DVC

/// The paths of outs, to find metafiles that lie inside of one: DVC does not look for any there.
///
/// DVC knows an out once it has read its metafile, on a walk from the top down. Where that depends
/// on the order of a directory's entries, which is the case for outs outside of the directory of
/// their metafile, nothing is left out here.
///
/// In commits DVC goes on into an out directly below Git's top, because there it compares `//data`
/// with `/data`; as reading more loses nothing, so do we.
///
/// Source: `collect_files` in DVC 3.67 `repo/index.py`, observed for commits and the workspace.
struct OutDirectories {
    private struct Key: Hashable {
        let root: FilePath
        let path: RevisionPath
    }

    private var paths: Set<Key> = []

    /// Notes an out of a metafile; whether it is a file or a directory is not asked.
    mutating func insert(_ out: Out, of metafile: RevisionPath, in root: DVCRoot) {
        guard case .inside(let location) = out.location, !location.isEmpty,
            location.components.first?.elementsEqual("..".utf8) == false
        else { return }
        paths.insert(Key(root: root.path, path: metafile.parent.appending(location)))
    }

    /// Whether a metafile lies inside of an out of its own DVC root.
    func contain(_ metafile: RevisionPath, in root: DVCRoot) -> Bool {
        metafile.ancestors.contains { directory in
            let isTopOfCommit =
                directory.revision != .workspace && directory.path.parent.isEmpty
            return !isTopOfCommit && directory.path.bytes.count > root.path.bytes.count
                && paths.contains(Key(root: root.path, path: directory))
        }
    }
}
