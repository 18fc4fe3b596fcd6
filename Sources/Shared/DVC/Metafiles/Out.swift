package import Digests

/// A file or directory that DVC tracks, as one metafile describes it.
package struct Out: Equatable, Sendable {
    package let location: OutLocation
    /// The object that holds the data; `nil` when the metafile names none that we can transfer.
    package let oid: ObjectID?
    /// What it held; unlike ``oid`` also of what is no object of ours.
    package let content: RecordedContent
    /// In bytes; of a directory the sum of its members.
    package let size: Int64?
    /// How many files a directory has.
    package let fileCount: Int?
    /// Whether this is a directory: its id ends in `.dir` or it counts files.
    package let isDirectory: Bool
    package let isExecutable: Bool
    /// Whether the data is in the cache (`cache`); otherwise it lives in Git.
    package let isCached: Bool
    /// Whether the data may go to a remote (`push`).
    package let isPushable: Bool
    /// The DVC remote that this out belongs to, in lower case; `nil` for the default.
    package let remoteName: String?
    /// Whether a remote keeps the data under its own path, in versions (dvc-compat 2.6).
    package let isCloudVersioned: Bool
    /// Whether each file of such an out names its version, so that nothing is left to upload.
    package let hasAllVersions: Bool
    /// What such an out consists of; `nil` for others, and when it has no ids.
    package let versions: OutVersions?
    /// Whether `dvc.yaml` names it among the metrics of its stage.
    package let isMetric: Bool
    /// Whether `dvc.yaml` names it among the plots of its stage.
    package let isPlot: Bool
    /// The stage in `dvc.yaml`, `name` or `name@key`; `nil` for an out of a `.dvc` file.
    package let stage: String?
    /// Where the out stands, counted from 1: in the `.dvc` file or `dvc.yaml`.
    package let line: Int

    init(
        at location: OutLocation, data: OutData, content: RecordedContent, flags: OutFlags,
        stage: String? = nil, line: Int
    ) {
        self.location = location
        self.content = content
        oid = data.oid
        size = data.size
        fileCount = data.fileCount
        isDirectory = data.isDirectory
        isExecutable = data.isExecutable
        isCached = flags.isCached
        isPushable = flags.isPushable
        remoteName = flags.remoteName
        isMetric = flags.list == .metrics
        isPlot = flags.list == .plots
        isCloudVersioned = data.isCloudVersioned
        hasAllVersions = data.hasAllVersions
        versions = data.versions
        self.stage = stage
        self.line = line
    }
}

/// What a metafile says on how to treat an out: from a `.dvc` file or `dvc.yaml`.
struct OutFlags: Equatable, Sendable {
    var isCached = true
    var isPushable = true
    /// Whether a stage keeps what was there before it runs (`persist`).
    var isPersistent = false
    var remoteName: String?
    /// Which list of a stage names it.
    var list = OutDefinition.List.outs

    init() {}

    /// Reads the flags that stand in `fields`; those that do not keep their value.
    mutating func update(from fields: Fields) throws(MetafileError) {
        if let cache = try fields.boolean("cache") { isCached = cache }
        if let push = try fields.boolean("push") { isPushable = push }
        if let remote = try fields.string("remote") {
            remoteName = remote.isEmpty ? nil : remote.lowercased()
        }
    }
}
