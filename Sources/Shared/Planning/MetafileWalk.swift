internal import Basics
internal import Git

/// Finds the metafiles of commits by reading their trees, each distinct one once.
///
/// Used from one task at a time.
final class MetafileWalk {
    private let reader: RevisionReader
    /// Only what lies in or above one of these directories is looked at; `nil` for everything.
    private let roots: Set<FilePath>?

    private var contexts: [Context: Int] = [:]
    private var visited: Set<Visit> = []
    /// What was last seen of a directory: what another version has as well was seen.
    private var last: [Place: GitOID] = [:]

    init(_ reader: RevisionReader, roots: Set<FilePath>?) {
        self.reader = reader
        self.roots = roots
    }

    /// What decides, besides a directory's content, what the metafiles in it mean.
    private struct Context: Hashable {
        let outer: Int
        let directory: FilePath
        let isRoot: Bool
        let config: GitOID?
        let ignoreFile: GitOID?
    }

    private struct Place: Hashable {
        let path: FilePath
        let context: Int
    }

    private struct Visit: Hashable {
        let place: Place
        let tree: GitOID
    }

    private struct Directory {
        /// Position of the commit.
        let commit: Int
        let path: FilePath
        let tree: GitOID
        let context: Int
    }

    /// The metafiles of all these commits; one that several commits have with the same meaning is
    /// given for one of them.
    ///
    /// That is: content, `.dvc/config` and `.dvcignore` are the same, and `params.yaml` beside a
    /// `dvc.yaml`. In the order of the commits. Throws `SubprocessError`, ``MissingTreeError``.
    func metafiles(of commits: [GitOID]) throws -> [MetafilePlace] {
        var found: [(commit: Int, place: MetafilePlace)] = []
        var pending = zip(commits.indices, try reader.rootTrees(of: commits)).map {
            Directory(commit: $0, path: "", tree: $1, context: 0)
        }
        while !pending.isEmpty {
            try reader.loadTrees(pending.map(\.tree))
            try reader.loadTrees(pending.compactMap { try self.entry(".dvc", of: $0, .directory) })
            var next: [Directory] = []
            for directory in pending {
                try visit(directory, commits[directory.commit], &found, &next)
            }
            pending = next
        }
        // Stable, as the directories of a commit come from the top down.
        return found.enumerated().sorted {
            ($0.element.commit, $0.offset) < ($1.element.commit, $1.offset)
        }.map(\.element.place)
    }

    private func entry(
        _ name: String, of directory: Directory, _ kind: TreeObject.EntryKind
    ) throws -> GitOID? {
        let tree = try reader.tree(directory.tree)
        guard let index = tree.index(of: Array(name.utf8)), tree.kind(at: index) == kind else {
            return nil
        }
        return tree.oid(at: index)
    }

    private func visit(
        _ directory: Directory, _ commit: GitOID,
        _ found: inout [(commit: Int, place: MetafilePlace)], _ next: inout [Directory]
    ) throws {
        let place = Place(path: directory.path, context: try context(of: directory))
        guard visited.insert(Visit(place: place, tree: directory.tree)).inserted else { return }
        let tree = try reader.tree(directory.tree)
        let previous = try last.updateValue(directory.tree, forKey: place).map(reader.tree)
        let changed = previous.map(tree.indices(differingFrom:)) ?? Array(tree.indices)
        var hasPipeline = false
        for index in changed {
            let name = tree.name(at: index)
            switch tree.kind(at: index) {
            case .directory:
                let path = directory.path.appending(FilePath(unchecked: Array(name)))
                if name.elementsEqual(".dvc".utf8) || !isWanted(path) { continue }
                next.append(
                    Directory(
                        commit: directory.commit, path: path, tree: tree.oid(at: index),
                        context: place.context))
            case .file where name.mayBeMetafile:
                let path = directory.path.appending(FilePath(unchecked: Array(name)))
                switch MetafileRole(path) {
                case .dvcFile:
                    found.append(
                        (
                            directory.commit,
                            MetafilePlace(.commit(commit), path, blob: tree.oid(at: index))
                        ))
                case .pipeline, .lock: hasPipeline = true
                case nil where path.lastComponent == "params.yaml":
                    hasPipeline = hasPipeline || tree.index(of: Array("dvc.yaml".utf8)) != nil
                case .context, nil: continue
                }
            case .file, .link, .submodule: continue
            }
        }
        if hasPipeline { addPipeline(directory, tree, commit, &found) }
    }

    /// Both files of a pipeline, whichever of them changed.
    private func addPipeline(
        _ directory: Directory, _ tree: TreeObject, _ commit: GitOID,
        _ found: inout [(commit: Int, place: MetafilePlace)]
    ) {
        for name in ["dvc.lock", "dvc.yaml"] {
            guard let index = tree.index(of: Array(name.utf8)), tree.kind(at: index) == .file else {
                continue
            }
            let path = directory.path.appending(name)
            found.append(
                (
                    directory.commit,
                    MetafilePlace(.commit(commit), path, blob: tree.oid(at: index))
                ))
        }
    }

    private func isWanted(_ path: FilePath) -> Bool {
        guard let roots else { return true }
        return roots.contains { path.relative(to: $0) != nil || $0.relative(to: path) != nil }
    }

    /// What holds in a directory: what holds above it, unless it has files of its own that say so.
    private func context(of directory: Directory) throws -> Int {
        let dvc = try entry(".dvc", of: directory, .directory)
        let ignoreFile = try entry(".dvcignore", of: directory, .file)
        if dvc == nil, ignoreFile == nil { return directory.context }
        var config: GitOID?
        if let dvc {
            let tree = try reader.tree(dvc)
            config = tree.index(of: Array("config".utf8)).map(tree.oid(at:))
        }
        let context = Context(
            outer: dvc == nil ? directory.context : 0, directory: directory.path,
            isRoot: dvc != nil, config: config, ignoreFile: ignoreFile)
        if let known = contexts[context] { return known }
        contexts[context] = contexts.count + 1
        return contexts.count
    }
}

extension ArraySlice<UInt8> {
    /// Whether a file with this name may be a metafile or say what one means; quick and generous.
    fileprivate var mayBeMetafile: Bool {
        switch last {
        case UInt8(ascii: "c"): suffix(4).elementsEqual(".dvc".utf8)
        case UInt8(ascii: "k"): elementsEqual("dvc.lock".utf8)
        case UInt8(ascii: "l"): elementsEqual("dvc.yaml".utf8) || elementsEqual("params.yaml".utf8)
        default: false
        }
    }
}
