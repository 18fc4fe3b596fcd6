internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Storage
internal import Transfer

/// What became of one store's part of a push.
struct StoreOutcome: Sendable {
    let plan: StorePlan
    var uploadedCount = 0
    var uploadedBytes: Int64 = 0
    /// Files that were seen in the store, and directories that are there with all members.
    var present: [ObjectID] = []
    /// What a dry run would upload.
    var foreseen: [ObjectID] = []
    /// What neither side has.
    var missing: [ObjectID] = []
    var failures: [(oid: ObjectID, error: StoreError)] = []
    /// Why nothing could be asked of the store at all.
    var blockedBy: (any UserFacingError)?

    init(plan: StorePlan) { self.plan = plan }

    mutating func take(_ result: UploadResult) {
        uploadedCount = result.uploadedCount
        uploadedBytes = result.uploadedBytes
        present += result.present
        missing = result.missing
        failures = result.failures.map { ($0.oid, $0.error) }
    }

    /// Looks which of the missing objects the cache has, without uploading any.
    mutating func foresee(_ set: MissingSet, _ cache: (any ObjectCache)?) async throws {
        missing = set.lostDirectories
        for oid in set.files + set.directories.map(\.oid) {
            if try await cache?.size(of: ObjectKey(oid)) != nil {
                foreseen.append(oid)
            } else {
                missing.append(oid)
            }
        }
    }

    /// Where the repository says that it needs these objects: outs, and members of directories.
    ///
    /// The place first found for each, in the order of the outs, which is that of the commits.
    func places(of oids: some Sequence<ObjectID>) -> [ObjectID: ObjectPlace] {
        let sought = Set(oids)
        var places: [ObjectID: ObjectPlace] = [:]
        forEachOccurrence(of: sought) { oid, path, out in
            if places[oid] == nil {
                places[oid] = ObjectPlace(oid: oid, path: path(), revision: out.revision)
            }
        }
        return places
    }

    /// Calls `body` for each out that is one of these objects or a directory with one as a member.
    func forEachOccurrence(
        of oids: Set<ObjectID>,
        _ body: (_ oid: ObjectID, _ path: () -> FilePath, _ out: NeededOut) -> Void
    ) {
        if oids.isEmpty { return }
        let listings = Dictionary(
            plan.directories.map { ($0.oid, $0.listing) }, uniquingKeysWith: { first, _ in first })
        for out in plan.outs {
            if oids.contains(out.oid) { body(out.oid, { out.path }, out) }
            guard let listing = listings[out.oid] ?? nil else { continue }
            for index in listing.indices where oids.contains(listing.oid(at: index)) {
                body(listing.oid(at: index), { out.path.appending(listing.path(at: index)) }, out)
            }
        }
    }
}
