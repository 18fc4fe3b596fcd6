package import Basics
internal import DVC
package import Digests
package import Git

/// The objects that metafiles name, found without understanding the metafiles.
///
/// For those who remove objects: what looks like a name is one, of either generation, whatever
/// schema the file has, whether DVC could read it, and whichever DVC root it belongs to. So a file
/// with conflict markers keeps the objects of both sides.
package struct NamedObjects: Sendable {
    /// Where a directory's list is named.
    package struct Place: Sendable {
        /// Relative to the top of the repository, or absolute where the repository is another one.
        package let path: FilePath
        package let revision: Revision
        /// Whether its members may be nowhere: no metafile has it as an out whose data is kept for this
        /// repository, and those that name it only read it or import it.
        package let isOnlyRead: Bool
    }

    package private(set) var oids: Set<ObjectID> = []
    /// Lists of directories, as 3.x objects, and where each was first found.
    package private(set) var lists: [ObjectID: Place] = [:]

    package init() {}

    /// Takes in the names in a metafile.
    package mutating func add(_ bytes: [UInt8], at path: FilePath, of revision: Revision) {
        let names = Self.names(in: bytes)
        for name in names {
            let legacy = ObjectID(
                high: name.high, low: name.low, isDirectory: name.isDirectory,
                scheme: .md5DosToUnix)
            oids.formUnion([name, legacy])
        }
        let directories = names.filter { name in
            name.isDirectory && lists[name].map(\.isOnlyRead) ?? true
        }
        if directories.isEmpty { return }
        let kept = Self.keptOuts(of: bytes, at: path)
        for name in directories {
            let isOnlyRead = kept.map { !$0.contains(name) } ?? false
            if isOnlyRead, lists[name] != nil { continue }
            lists[name] = Place(path: path, revision: revision, isOnlyRead: isOnlyRead)
        }
    }

    /// Takes in names that are known to be needed.
    package mutating func add(_ oid: ObjectID, at path: FilePath, of revision: Revision) {
        guard oids.insert(oid).inserted, oid.isDirectory else { return }
        lists[oid] = Place(path: path, revision: revision, isOnlyRead: false)
    }

    package mutating func merge(_ other: NamedObjects) {
        oids.formUnion(other.oids)
        lists.merge(other.lists) { old, new in old.isOnlyRead ? new : old }
    }

    /// Every run of 32 hex digits that stands alone, with the `.dir` that may follow it.
    static func names(in bytes: [UInt8]) -> [ObjectID] {
        var found: [ObjectID] = []
        var start = 0
        while start < bytes.count {
            guard bytes[start].isWordByte else {
                start += 1
                continue
            }
            var end = start + 1
            while end < bytes.count, bytes[end].isWordByte { end += 1 }
            if end - start == 32 {
                let suffix = bytes[end...].prefix(4).elementsEqual(".dir".utf8) ? 4 : 0
                if let oid = ObjectID(bytes[start..<(end + suffix)]) { found.append(oid) }
            }
            start = end
        }
        return found
    }

    /// The outs of a metafile whose data belongs to this repository, as 3.x objects; `nil` when nobody
    /// understands the file.
    private static func keptOuts(of bytes: [UInt8], at path: FilePath) -> Set<ObjectID>? {
        if path.lastComponent == "dvc.lock" { return (try? PipelineLock(bytes))?.recordedOuts }
        guard let metafile = try? Metafile(bytes) else { return nil }
        if metafile.kind == .repositoryImport { return [] }
        return Set(
            metafile.outs.compactMap(\.oid).map { oid in
                ObjectID(high: oid.high, low: oid.low, isDirectory: oid.isDirectory)
            })
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension NamedObjects {
    /// What the metafiles of these commits and blobs name.
    ///
    /// Throws `SubprocessError`, and an error when Git lacks a blob: what it names is not known.
    package init(
        ofCommits commits: [GitOID], blobs: [(path: FilePath, blob: GitOID)],
        in repository: GitRepository
    ) throws {
        let reader = RevisionReader(repository)
        var places = try MetafileWalk(reader, roots: nil).metafiles(of: commits)
        places += blobs.map { MetafilePlace(.workspace, $0.path, blob: $0.blob) }
        var seen: Set<GitOID> = []
        // What `dvc.yaml` and configuration files say names no objects.
        places.removeAll { place in
            let role = MetafileRole(place.path)
            guard role == .dvcFile || role == .lock, let blob = place.blob else { return true }
            return !seen.insert(blob).inserted
        }
        self.init()
        // Some at a time, as all of a long history are too much to hold.
        for start in stride(from: 0, to: places.count, by: 1000) {
            let some = places[start..<min(start + 1000, places.count)]
            let answers = try reader.files(
                some.map { .init(RevisionPath($0.revision, $0.path), blob: $0.blob) })
            for (place, answer) in zip(some, answers) {
                switch answer {
                case .file(let file): add(file.bytes, at: place.path, of: place.revision)
                case .absent: continue
                case .unreadable: throw LostMetafileError(place: place)
                }
            }
        }
    }
}

/// A metafile that Git says is there, and cannot give.
struct LostMetafileError: UserFacingError {
    let place: MetafilePlace

    var summary: String {
        "Git lacks the content of \(place.revision.place(of: place.path)), so nobody knows which "
            + "objects it names"
    }
    var advice: String? { "get it with 'git fetch', or see with 'git fsck' what is missing" }
}
