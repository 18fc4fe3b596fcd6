internal import YAML

extension Out {
    /// The out that an entry of `outs` in a `.dvc` file describes.
    ///
    /// Source: dvc-compat 3.2; `SCHEMA` in DVC 3.67 `output.py`.
    static func read(
        _ node: YAMLNode, in wdir: YAMLNode?
    ) throws(MetafileError) -> (Out, OutData) {
        let fields = try Fields(node, "an out", allowed: keys)
        try fields.checkAnnotations()
        _ = try fields.boolean("persist")
        _ = try fields.map("fs_config")
        var flags = OutFlags()
        try flags.update(from: fields)
        let location = try fields.location(in: wdir?.string ?? "", at: wdir?.mark)
        let data = try OutData(fields, isInside: location.isInside)
        let out = Out(
            at: location, data: data, content: try RecordedContent(fields), flags: flags,
            line: fields.mark.line)
        return (out, data)
    }

    private static let keys =
        Fields.dataKeys + Fields.annotationKeys + [
            "path", "hash", "cache", "push", "remote", "persist", "cloud", "files", "fs_config",
        ]
}

extension OutLocation {
    var isInside: Bool {
        if case .inside = self { true } else { false }
    }
}

extension Fields {
    /// The location under `path`, which is required.
    func location(in wdir: String, at wdirMark: YAMLMark?) throws(MetafileError) -> OutLocation {
        try require("path")
        guard let node = mapping["path"], let path = try string("path") else {
            throw MetafileError(.missingKey("path", place: place), at: mark)
        }
        guard path.isPath else {
            throw MetafileError(.badPath(key: "path", value: path), at: node.mark)
        }
        try checkWorkingDirectory(wdir, at: wdirMark ?? mark)
        return OutLocation(path, in: wdir)
    }
}

/// A NUL would cut the path short when the system sees it.
func checkWorkingDirectory(_ wdir: String, at mark: YAMLMark) throws(MetafileError) {
    guard wdir.isEmpty || wdir.isPath else {
        throw MetafileError(.badPath(key: "wdir", value: wdir), at: mark)
    }
}

extension String {
    /// Whether the text can name a file: it is not empty and has no NUL.
    var isPath: Bool { !isEmpty && !utf8.contains(0) }
}
