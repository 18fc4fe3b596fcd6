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
    /// Directories whose list was seen in the store.
    var listed: [ObjectID] = []
    /// What a dry run would upload.
    var foreseen: [ObjectID] = []
    /// What neither side has.
    var missing: [ObjectID] = []
    var failures: [(oid: ObjectID, error: StoreError)] = []
    /// What a failure of the store as a whole kept from being tried.
    var untried: [ObjectID] = []
    /// Lists that stay away because members that nobody asked for are not in the store.
    var withheld: [(oid: ObjectID, absentCount: Int)] = []
    /// Why nothing could be asked of the store, or nothing in it is safe.
    var blockedBy: (any UserFacingError)?

    init(plan: StorePlan) { self.plan = plan }

    /// Takes what nobody asked for out of what is to be uploaded: the other members of directories of
    /// which only a part is meant, and the lists of those that are thus not all there.
    ///
    /// A list says that its members are there; DVC uploads it all the same, and then nobody ever
    /// looks for them again (dvc-compat 4.4).
    mutating func withhold(from missing: inout MissingSet) {
        let partial = plan.directories.filter { $0.meantMembers != nil }
        if partial.isEmpty { return }
        var meant = Set(plan.files)
        for directory in plan.directories {
            guard let listing = directory.listing else { continue }
            for index in directory.meantMembers ?? Set(directory.wantedMembers) {
                meant.insert(listing.oid(at: index))
            }
        }
        let others = Set(missing.files.filter { !meant.contains($0) })
        missing.files.removeAll(where: others.contains)
        for directory in partial
        where missing.directories.contains(where: { $0.oid == directory.oid }) {
            guard let listing = directory.listing else { continue }
            let count = listing.indices.count { others.contains(listing.oid(at: $0)) }
            if count == 0 { continue }
            withheld.append((directory.oid, count))
            missing.directories.removeAll { $0.oid == directory.oid }
        }
    }

    mutating func take(_ result: UploadResult) {
        uploadedCount = result.uploadedCount
        uploadedBytes = result.uploadedBytes
        present = result.present
        missing = result.missing
        failures = result.failures.map { ($0.oid, $0.error) }
        untried = result.untried
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

    /// An object that an out needs: the out's own, or a member of the directory it is.
    struct Occurrence {
        let place: ObjectPlace
        let out: NeededOut
    }

    /// Where the repository says that it needs these objects, in the order of the outs, which is
    /// that of the commits.
    func occurrences(of oids: some Sequence<ObjectID>) -> [ObjectID: [Occurrence]] {
        let sought = Set(oids)
        var found: [ObjectID: [Occurrence]] = [:]
        if sought.isEmpty { return found }
        func add(_ oid: ObjectID, _ path: FilePath, _ out: NeededOut) {
            let place = ObjectPlace(oid: oid, path: path, revision: out.revision)
            found[oid, default: []].append(Occurrence(place: place, out: out))
        }
        let listings = Dictionary(
            plan.directories.map { ($0.oid, $0.listing) }, uniquingKeysWith: { first, _ in first })
        for out in plan.outs {
            if sought.contains(out.oid) { add(out.oid, out.path, out) }
            guard let listing = listings[out.oid] ?? nil else { continue }
            for index in listing.indices where sought.contains(listing.oid(at: index)) {
                add(listing.oid(at: index), out.path.appending(listing.path(at: index)), out)
            }
        }
        return found
    }
}
