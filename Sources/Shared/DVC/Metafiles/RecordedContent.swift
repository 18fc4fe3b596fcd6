internal import Basics
package import Digests
internal import YAML

/// What a metafile says that a file or directory held, to be compared with what it holds.
package struct RecordedContent: Equatable, Sendable {
    /// As DVC 3 names it; `nil` when nothing is recorded that could be the MD5 of anything.
    private let name: ObjectID?
    /// Whether DVC 2 recorded it: without `hash`.
    private let isLegacy: Bool
    /// In bytes, as recorded.
    package let size: Int64?
    /// Of a directory, as recorded.
    package let fileCount: Int?

    /// Nothing was recorded, as of a stage that never ran.
    init() {
        name = nil
        isLegacy = false
        size = nil
        fileCount = nil
    }

    /// DVC 3 recorded it under this name.
    init(_ oid: ObjectID, size: Int64? = nil, fileCount: Int? = nil) {
        name = oid
        isLegacy = false
        self.size = size
        self.fileCount = fileCount
    }

    /// Reads an out or a dependency, whose keys are checked, of a `.dvc` file or `dvc.lock`.
    ///
    /// Source: `_compute_hash_info_from_meta`, `_compute_meta_hash_info_from_files` in DVC 3.67
    /// `output.py`.
    init(_ fields: Fields) throws(MetafileError) {
        isLegacy = !fields.has("hash")
        size = try fields.count("size").map(Int64.init)
        fileCount = try fields.count("nfiles")
        let members = try fields.list("files") ?? []
        name =
            members.isEmpty
            ? fields.recordedName : Self.directoryName(members, isLegacy: isLegacy)
    }

    /// The name of the content; computed for DVC 2 in its own way for what lies inside of the
    /// repository only.
    package func oid(isInside: Bool) -> ObjectID? {
        guard let name else { return nil }
        return ObjectID(
            high: name.high, low: name.low, isDirectory: name.isDirectory,
            scheme: isLegacy && isInside ? .md5DosToUnix : .md5)
    }

    /// The name of a directory whose members stand in the metafile itself.
    private static func directoryName(_ members: [YAMLNode], isLegacy: Bool) -> ObjectID? {
        var listed: [(path: FilePath, oid: ObjectID)] = []
        for member in members {
            guard let mapping = member.mapping, let path = mapping["relpath"]?.string,
                let text = mapping["md5"]?.scalar?.text, let oid = ObjectID(text)
            else { return nil }
            listed.append((FilePath(path), oid))
        }
        // A list that cannot be is no directory's.
        return try? DirectoryListing(listed).objectID()
    }
}

extension Fields {
    /// The `md5` of anything at all: one that cannot be an MD5 is only never equal to one.
    fileprivate var recordedName: ObjectID? {
        mapping["md5"]?.scalar.flatMap { ObjectID($0.text) }
    }
}
