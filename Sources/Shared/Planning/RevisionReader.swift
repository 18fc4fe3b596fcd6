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

    package init(_ repository: GitRepository) { self.repository = repository }

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
        let names = requests.map { $0.blob.map { Array($0.hex.utf8) } ?? $0.place.objectName }
        let objects = try gitObjects(names)
        return try requests.indices.map { index in
            if let object = objects[index] {
                guard object.kind == .blob else { return .absent }
                return .file(File(bytes: object.content, blob: object.oid))
            }
            if requests[index].blob != nil { return .unreadable }
            return try workspaceFile(requests[index].place)
        }
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
        let objects = try gitObjects(inside.map(\.objectName))
        return places.indices.filter { index in
            switch places[index].revision {
            case .commit: objects[index]?.kind == .tree
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
    func commits(of oids: [GitOID]) throws -> [GitOID?] {
        try gitObjects(oids.map { Array("\($0)^{commit}".utf8) }).map { $0?.oid }
    }

    /// The blobs that these paths have in a commit; `nil` where there is none.
    func blobs(at paths: [FilePath], in commit: GitOID) throws -> [GitOID?] {
        try gitObjects(paths.map { RevisionPath(.commit(commit), $0).objectName }).map { $0?.oid }
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
