internal import Basics
package import Git

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Reads files of commits and of the workspace, many at a time.
///
/// Used from one task at a time.
package final class RevisionReader {
    private let repository: GitRepository
    private var objects: ObjectReader?
    /// Git on its way out, to be waited for at the end.
    private var ended: ObjectReader?
    private var trees = RevisionTrees()

    package init(_ repository: GitRepository) { self.repository = repository }

    /// Starts Git, for whoever will have questions and something else to do until then.
    package func begin() throws {
        if objects == nil { objects = try ObjectReader(in: repository) }
    }

    /// Lets Git go, for whoever has no more questions and something else to do before it has ended.
    ///
    /// A question all the same starts it anew.
    package func end() {
        guard var reader = objects.take() else { return }
        reader.end()
        ended = consume reader
    }

    /// A file to read.
    struct Request: Hashable {
        let place: RevisionPath
        /// The Git blob that is known to be there: it is asked for by name, and must exist.
        var blob: GitOID?

        init(_ place: RevisionPath, blob: GitOID? = nil) {
            self.place = place
            self.blob = blob
        }
    }

    /// What was found.
    enum Answer {
        case file(File)
        /// No such file.
        case absent
        /// Git says that the blob is there, and does not have it.
        case unreadable
    }

    /// A file's bytes, and the Git blob that holds them when it came from a commit.
    struct File {
        let bytes: [UInt8]
        let blob: GitOID?
    }

    /// The files at these places, in order.
    func files(_ requests: [Request]) throws -> [Answer] {
        let unnamed = requests.indices.filter { requests[$0].blob == nil }
        var names = requests.map(\.blob)
        for (index, blob) in zip(unnamed, try blobs(at: unnamed.map { requests[$0].place })) {
            names[index] = blob
        }
        let objects = try gitObjects(names.map { $0.map { Array($0.hex.utf8) } })
        return try requests.indices.map { index in
            guard names[index] != nil else { return try workspaceFile(requests[index].place) }
            guard let object = objects[index] else { return .unreadable }
            return object.kind == .blob
                ? .file(File(bytes: object.content, blob: object.oid)) : .absent
        }
    }

    /// The blobs of the files at these places; `nil` for what is no file, or is on disk.
    func blobs(at places: [RevisionPath]) throws -> [GitOID?] {
        try entries(at: places).map { $0?.kind == .file ? $0?.oid : nil }
    }

    private func entries(at places: [RevisionPath]) throws -> [RevisionTrees.Entry?] {
        var positions: [Int] = []
        var inCommits: [(commit: GitOID, path: FilePath)] = []
        for (index, place) in places.enumerated() {
            guard case .commit(let commit) = place.revision else { continue }
            positions.append(index)
            inCommits.append((commit, place.path))
        }
        var found = [RevisionTrees.Entry?](repeating: nil, count: places.count)
        if inCommits.isEmpty { return found }
        let entries = try trees.entries(at: inCommits) { try gitObjects($0) }
        for (position, entry) in zip(positions, entries) { found[position] = entry }
        return found
    }

    /// The trees of these commits, in order.
    func rootTrees(of commits: [GitOID]) throws -> [GitOID] {
        try trees.loadRoots(of: commits) { try gitObjects($0) }
        return commits.compactMap { trees.root(of: $0) }
    }

    /// Reads trees that are not known yet.
    func loadTrees(_ oids: some Sequence<GitOID>) throws {
        try trees.load(oids) { try gitObjects($0) }
    }

    /// A tree that was read before.
    func tree(_ oid: GitOID) throws -> TreeObject {
        guard let tree = trees[oid] else { throw MissingTreeError(oid: oid) }
        return tree
    }

    private func workspaceFile(_ place: RevisionPath) throws -> Answer {
        guard place.revision == .workspace, let workTree = repository.workTree else {
            return .absent
        }
        let path = workTree.appending(place.path)
        // What is there but is no file, and a file behind a link, is not a metafile.
        guard let status = try fileStatus(path), status.st_mode & S_IFMT == S_IFREG,
            let bytes = try readFileIfPresent(path)
        else { return .absent }
        return .file(File(bytes: bytes, blob: nil))
    }

    /// Those of the directories that hold a `.dvc` directory.
    func dvcDirectories(in places: [RevisionPath]) throws -> [RevisionPath] {
        let inside = places.map { RevisionPath($0.revision, $0.path.appending(".dvc")) }
        let entries = try entries(at: inside)
        return places.indices.filter { index in
            switch places[index].revision {
            case .commit: entries[index]?.kind == .directory
            case .workspace:
                repository.workTree.map { directoryExists($0.appending(inside[index].path)) }
                    ?? false
            }
        }.map { places[$0] }
    }

    /// Whether an out is a directory, as far as the working copy knows; commits do not hold outs.
    func isDirectory(_ out: RevisionPath) -> Bool {
        guard out.revision == .workspace, let workTree = repository.workTree else { return false }
        return directoryExists(workTree.appending(out.path))
    }

    /// The commits that commits and tags stand for, in order; `nil` for a tag of something else.
    package func commits(of oids: [GitOID]) throws -> [GitOID?] {
        try gitObjects(oids.map { Array("\($0)^{commit}".utf8) }).map { $0?.oid }
    }

    /// Whether one of these refs, named in full, may be there; `false` means that none is.
    package func hasAny(of refs: [String]) throws -> Bool {
        // For a ref that is not there Git also tries others that end with its name.
        try gitObjects(refs.map { Array($0.utf8) }).contains { $0 != nil }
    }

    /// The first parents of those of the oids that are commits and have any.
    package func firstParents(of oids: [GitOID]) throws -> [GitOID: GitOID] {
        let found = try gitObjects(oids).compactMap(\.self).filter { $0.kind == .commit }
        trees.note(found)
        return Dictionary(
            found.compactMap { commit in commit.firstParent.map { (commit.oid, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The blobs that these paths have in a commit; `nil` where there is none.
    func blobs(at paths: [FilePath], in commit: GitOID) throws -> [GitOID?] {
        try blobs(at: paths.map { RevisionPath(.commit(commit), $0) })
    }

    private func gitObjects(_ oids: [GitOID]) throws -> [GitObject?] {
        try gitObjects(oids.map { Array($0.hex.utf8) })
    }

    /// Asks for each name once, however often it occurs.
    private func gitObjects(_ names: [[UInt8]?]) throws -> [GitObject?] {
        let wanted = uniqued(names.compactMap(\.self))
        if wanted.isEmpty { return names.map { _ in nil } }
        var reader = try objects.take() ?? ObjectReader(in: repository)
        let answers = try reader.objects(named: wanted)
        objects = consume reader
        let found = Dictionary(uniqueKeysWithValues: zip(wanted, answers))
        return names.map { name in name.flatMap { found[$0] ?? nil } }
    }
}
