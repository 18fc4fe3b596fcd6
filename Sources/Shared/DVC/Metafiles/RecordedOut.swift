package import Digests
internal import YAML

/// What is found out about an out when its data is recorded.
package struct RecordedOut: Equatable, Sendable {
    /// Relative to the directory of the metafile, whatever the working directory of its stage is.
    package let path: String
    package let oid: ObjectID
    /// In bytes; `nil` where DVC does not know it, after a part of a directory was exchanged.
    package let size: Int64?
    /// Of a directory.
    package let fileCount: Int?
    package let isExecutable: Bool

    package init(
        path: String, oid: ObjectID, size: Int64?, fileCount: Int?, isExecutable: Bool
    ) {
        self.path = path
        self.oid = oid
        self.size = size
        self.fileCount = fileCount
        self.isExecutable = isExecutable
    }

    var location: OutLocation { OutLocation(path, in: "") }

    /// The keys that depend on the data, in DVC's order.
    ///
    /// Source: `Output.dumpd` in DVC 3.67 `output.py`.
    var dataEntries: [YAMLValue.Entry] {
        var entries = [YAMLValue.Entry("md5", .string(oid.description))]
        if let size { entries.append(YAMLValue.Entry("size", .integer(size))) }
        if let fileCount { entries.append(YAMLValue.Entry("nfiles", .integer(fileCount))) }
        if isExecutable { entries.append(YAMLValue.Entry("isexec", .boolean(true))) }
        return entries
    }

    /// A whole entry of `outs`, with nothing but what DVC writes for new data.
    var entry: YAMLValue {
        let scheme = oid.scheme == .md5 ? [YAMLValue.Entry("hash", .string("md5"))] : []
        return .mapping(dataEntries + scheme + [YAMLValue.Entry("path", .string(path))])
    }
}
