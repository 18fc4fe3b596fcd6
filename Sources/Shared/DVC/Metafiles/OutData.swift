internal import Digests
internal import YAML

/// What a metafile says on the data of an out: from a `.dvc` file or `dvc.lock`.
struct OutData: Equatable, Sendable {
    var oid: ObjectID?
    var size: Int64?
    var fileCount: Int?
    var isExecutable = false
    var isCloudVersioned = false
    var hasAllVersions = false
    var versions: OutVersions?
    /// Whether DVC finds an id, even one that is none of an object of ours.
    var isIdentified = false

    var isDirectory: Bool { oid?.isDirectory == true || (fileCount ?? 0) > 0 }

    init() {}

    /// Reads the keys of 2.5 and 2.6 from an out, whose other keys are not looked at.
    ///
    /// The id of an out outside of the repository is not read, for it names no object.
    ///
    /// Source: dvc-compat 2.2, 2.5, 3.2; `_compute_hash_info_from_meta` in DVC 3.67 `output.py`.
    init(_ fields: Fields, isInside: Bool) throws(MetafileError) {
        try fields.checkDataKeys()
        let (files, areVersioned) = try fields.checkMembers()
        size = try fields.count("size").map(Int64.init)
        fileCount = try fields.count("nfiles")
        isExecutable = try fields.boolean("isexec") ?? false
        let version = try fields.string("version_id") ?? ""
        let isVersioned = try fields.checkCloud()
        isCloudVersioned = isVersioned || !files.isEmpty || !version.isEmpty
        hasAllVersions = files.isEmpty ? isVersioned : areVersioned

        let algorithm = try fields.string("hash")
        guard isInside else { return }
        switch algorithm {
        case nil: oid = try fields.oid(scheme: .md5DosToUnix)
        case "md5": oid = try fields.oid(scheme: .md5)
        // DVC falls back to the md5 of a directory, and only of a directory.
        case let other where (fileCount ?? 0) > 0 && other != "md5-dos2unix":
            oid = try fields.oid(scheme: .md5)
        default: break
        }
        let isForeign = ["etag", "checksum"].contains(algorithm) && fields.hasText(algorithm)
        isIdentified = oid != nil || !files.isEmpty || isForeign
        if isCloudVersioned, [nil, "md5"].contains(algorithm) {
            versions = OutVersions(
                fields, members: files, oid: oid, scheme: algorithm == nil ? .md5DosToUnix : .md5)
        }
    }
}

extension Fields {
    static let dataKeys = [
        "md5", "etag", "checksum", "size", "nfiles", "isexec", "version_id",
    ]
    static let memberKeys = dataKeys + ["relpath", "cloud"]

    /// Checks the types of what an out, a dependency, a member and a cloud entry have in common.
    func checkDataKeys() throws(MetafileError) {
        for key in ["md5", "etag", "checksum"] { try checkChecksum(key) }
        _ = try count("size")
        _ = try count("nfiles")
        _ = try boolean("isexec")
        _ = try string("version_id")
    }

    /// Checks a checksum of any algorithm: nothing, or at least three characters.
    func checkChecksum(_ key: String) throws(MetafileError) {
        try check(key, "a string of three characters or more") { node in
            switch node.scalar?.value {
            case .null: true
            case .string, .integer: node.string == "" || (node.scalar?.text.utf8.count ?? 0) >= 3
            // Digits around one `e`: the message about ids is the one that helps.
            case .float: key == "md5"
            default: false
            }
        }
    }

    /// Checks the entries of `files`, the members of a directory; returns them, and whether each
    /// names its version on a remote.
    @discardableResult
    func checkMembers() throws(MetafileError) -> (files: [YAMLNode], areVersioned: Bool) {
        let files = try list("files") ?? []
        var areVersioned = true
        for file in files {
            let member = try Fields(file, "an entry of 'files'", allowed: Self.memberKeys)
            try member.require("relpath")
            _ = try member.string("relpath")
            try member.checkDataKeys()
            if try !member.checkCloud() { areVersioned = false }
        }
        return (files, areVersioned)
    }

    /// Whether something stands under `key` that is not empty.
    fileprivate func hasText(_ key: String?) -> Bool {
        key.flatMap { mapping[$0]?.scalar }.map { !$0.text.isEmpty && $0.value != .null } ?? false
    }

    /// Checks `cloud`, which names at most one remote; returns whether it names one.
    func checkCloud() throws(MetafileError) -> Bool {
        guard let node = try map("cloud") else { return false }
        let remotes = try Fields(node, "'cloud'", allowed: nil)
        for entry in remotes.mapping.entries {
            let details = try Fields(entry.value, "an entry of 'cloud'", allowed: Self.dataKeys)
            try details.checkDataKeys()
        }
        guard remotes.mapping.entries.count <= 1 else {
            throw wrongType("cloud", "a map of one remote", node)
        }
        return !remotes.mapping.entries.isEmpty
    }

    /// The id under `md5`; `nil` when it is absent, null or empty.
    func oid(scheme: HashScheme) throws(MetafileError) -> ObjectID? {
        guard let node = mapping["md5"], let scalar = node.scalar, scalar.value != .null,
            !scalar.text.isEmpty
        else { return nil }
        let flaw: MetafileError.IDFlaw
        if scalar.value != .string {
            flaw = .unquotedNumber
        } else if let oid = ObjectID(scalar.text, scheme: scheme) {
            return oid
        } else {
            flaw = ObjectID(scalar.text.lowercased()) == nil ? .notHex : .upperCase
        }
        throw MetafileError(.badID(key: "md5", value: scalar.text, flaw: flaw), at: node.mark)
    }
}
