package import Basics
package import Digests
internal import YAML

/// What a metafile says of the files of an out that a cloud-versioned remote keeps under their own
/// names.
///
/// Source: dvc-compat 2.6; `merge_file_meta_from_cloud` in DVC 3.67 `output.py`.
package struct OutVersions: Equatable, Sendable {
    package struct File: Equatable, Sendable {
        /// Relative to the out; empty when that is a file itself.
        package let path: FilePath
        package let oid: ObjectID
        /// Which version the remote has; `nil` when the file has changed since it was pushed.
        ///
        /// It is the remote's that the out belongs to, whatever name stands beside it, as for DVC.
        package let version: String?

        package init(path: FilePath, oid: ObjectID, version: String?) {
            self.path = path
            self.oid = oid
            self.version = version
        }
    }

    package let files: [File]
    /// The list of a directory, which is an object of the cache alone; `nil` for a file.
    package let listing: DirectoryListing?

    /// Fails when the data has no id, or members that no directory can have.
    ///
    /// `members`: the entries of `files`, checked.
    init?(_ fields: Fields, members: [YAMLNode], oid: ObjectID?, scheme: HashScheme) {
        guard !members.isEmpty else {
            guard let oid else { return nil }
            let file = File(path: "", oid: oid, version: Self.version(in: fields.mapping))
            (files, listing) = ([file], nil)
            return
        }
        var files: [File] = []
        files.reserveCapacity(members.count)
        for member in members {
            guard let mapping = member.mapping, let path = mapping["relpath"]?.string,
                let text = mapping["md5"]?.scalar?.text,
                let oid = ObjectID(text, scheme: scheme)
            else { return nil }
            files.append(File(path: FilePath(path), oid: oid, version: Self.version(in: mapping)))
        }
        let listed = files.map { (path: $0.path, oid: $0.oid) }
        // Paths that lead elsewhere, among others: such an out has nothing to be fetched.
        guard let listing = try? DirectoryListing(listed, scheme: scheme) else { return nil }
        (self.files, self.listing) = (files, listing)
    }

    private static func version(in mapping: YAMLMapping) -> String? {
        let cloud = mapping["cloud"]?.mapping?.entries.first?.value.mapping
        let text = (cloud?["version_id"] ?? mapping["version_id"])?.string
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
