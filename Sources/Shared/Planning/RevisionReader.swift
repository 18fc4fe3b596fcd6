package import Basics
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
    package let repository: GitRepository
    private var objects: ObjectReader?

    package init(_ repository: GitRepository) { self.repository = repository }

    /// A file's bytes, and the Git blob that holds them when it came from a commit.
    struct File {
        let bytes: [UInt8]
        let blob: GitOID?
    }

    /// The files at these places, in order; `nil` where there is none (or no file).
    func files(at places: [RevisionPath]) throws -> [File?] {
        let found = try gitObjects(places.map(\.objectName))
        return try zip(places, found).map { place, object in
            if let object {
                return object.kind == .blob ? File(bytes: object.content, blob: object.oid) : nil
            }
            guard place.revision == .workspace, let workTree = repository.workTree else {
                return nil
            }
            let path = workTree.appending(place.path)
            // What is there but is no file, and a file behind a link, is not a metafile.
            guard let status = try fileStatus(path), status.st_mode & S_IFMT == S_IFREG else {
                return nil
            }
            return try readFileIfPresent(path).map { File(bytes: $0, blob: nil) }
        }
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

    /// The blobs that these paths have in a commit; `nil` where there is none.
    package func blobs(at paths: [FilePath], in commit: GitOID) throws -> [GitOID?] {
        let names = paths.map { RevisionPath(.commit(commit), $0).objectName }
        return try gitObjects(names).map { $0?.oid }
    }

    private func gitObjects(_ names: [[UInt8]?]) throws -> [GitObject?] {
        let wanted = names.compactMap(\.self)
        if wanted.isEmpty { return names.map { _ in nil } }
        var reader = try objects.take() ?? ObjectReader(in: repository)
        var answers = try reader.objects(named: wanted)[...]
        objects = consume reader
        return names.map { $0 == nil ? nil : answers.popFirst() ?? nil }
    }
}
