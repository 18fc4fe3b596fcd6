internal import Basics
internal import DVC
package import Digests
package import Storage

/// What a store lacks of a request.
package struct MissingSet: Sendable {
    /// Files and members of directories to bring there, each once, in the order of their ids.
    package var files: [ObjectID] = []
    /// Directory lists to bring there, once their members are.
    package var directories: [TransferRequest.Directory] = []
    /// What was found in the store: files, and directories whose members were all asked for.
    package var present: [ObjectID] = []
    /// Directories whose list is in the store: a hint that their members are there, not a proof.
    package var listed: [ObjectID] = []
    /// Directories whose list neither side has.
    package var lostDirectories: [ObjectID] = []

    package var isEmpty: Bool { files.isEmpty && directories.isEmpty && lostDirectories.isEmpty }
    package var count: Int { files.count + directories.count }
}

/// Asks a store which objects of a request it lacks.
///
/// Directories first: a list in the store is taken to mean that its members are there (dvc-compat
/// 0.4), unless the options say otherwise, so their members need not be asked for. Nor are small
/// objects that will be put at once (``TransferOptions/sourceOfNew``), where asking would cost as much.
/// Throws `StoreError`, `CancellationError`.
package func findMissing(
    of request: TransferRequest, in store: any ObjectStore, _ options: TransferOptions,
    on workers: Workers
) async throws -> MissingSet {
    let lists = try await workers.map(request.directories.count, limit: options.jobs) { index in
        let directory = request.directories[index]
        let isThere = try await store.size(of: ObjectKey(directory.oid)) != nil
        guard isThere, options.checksMembers else { return (isThere, directory) }
        // The list that readers will get is the one in the store.
        guard let listing = try await intactListing(directory.oid, in: store) else {
            return (false, directory)
        }
        return (
            true, .init(oid: directory.oid, listing: listing, wantedMembers: Array(listing.indices))
        )
    }
    var missing = MissingSet()
    var wanted = request.files
    var new: [ObjectID] = []
    var doubtful: [TransferRequest.Directory] = []
    for (isThere, directory) in lists {
        if isThere, !options.checksMembers {
            missing.listed.append(directory.oid)
            continue
        }
        guard let listing = directory.listing else {
            missing.lostDirectories.append(directory.oid)
            continue
        }
        if isThere { doubtful.append(directory) } else { missing.directories.append(directory) }
        if !isThere, let members = try await newMembers(of: directory, in: store, options) {
            new += members
            continue
        }
        wanted.reserveCapacity(wanted.count + directory.wantedMembers.count)
        for index in directory.wantedMembers { wanted.append(listing.oid(at: index)) }
    }
    if store.traits.asksLikePuts, !options.checksMembers, let cache = options.sourceOfNew {
        let (small, others) = parted(wanted) { isSmall($0, in: cache) }
        new += small
        wanted = others
    }
    missing.files = try await absentObjects(
        among: wanted, from: store, jobs: options.jobs, on: workers
    ).absent
    if !new.isEmpty { missing.files = sortedAndUnique(missing.files + new) }
    if missing.files.isEmpty {
        missing.present += request.files + doubtful.map(\.oid)
    } else {
        let absent = Set(missing.files)
        missing.present += request.files.filter { !absent.contains($0) }
        missing.present += doubtful.filter { !$0.hasMember(in: absent) }.map(\.oid)
    }
    return missing
}

/// The members of a directory that need not be asked for: few and small, of a directory whose other
/// members are all known to be there, so that these are what was changed since; `nil` for others.
///
/// One that is there after all, which somebody else has brought, is found out by the put.
private func newMembers(
    of directory: TransferRequest.Directory, in store: any ObjectStore, _ options: TransferOptions
) async throws -> [ObjectID]? {
    let count = directory.wantedMembers.count
    guard store.traits.putsOnlyNew, let cache = options.sourceOfNew,
        let listing = directory.listing, (1...32).contains(count), listing.count >= 10 * count
    else { return nil }
    var members: [ObjectID] = []
    for index in directory.wantedMembers {
        let oid = listing.oid(at: index)
        guard let size = try await cache.size(of: ObjectKey(oid)), size <= 256 << 10 else {
            return nil
        }
        members.append(oid)
    }
    return members
}

/// The list as the store has it; `nil` when its content is damaged, or it went away just now.
private func intactListing(
    _ oid: ObjectID, in store: any ObjectStore
) async throws -> DirectoryListing? {
    let key = ObjectKey(oid)
    do {
        let bytes = try await store.contents(of: key, limit: DirectoryListing.largestEncoding)
        return try DirectoryListing(reading: bytes, scheme: oid.scheme)
    } catch let error as StoreError {
        switch error.reason {
        case .missing, .mismatch: return nil
        default: throw error
        }
    } catch let error as DirectoryListingError {
        throw StoreError(.read, key, store: store.traits.name, .failed(error.summary))
    }
}

/// Each object once, in an order that keeps neighbours in one folder of the store.
func sortedAndUnique(_ oids: some Sequence<ObjectID>) -> [ObjectID] {
    var sorted = Array(oids)
    sorted.sort()
    var kept = 0
    for index in sorted.indices where index == 0 || sorted[index] != sorted[kept - 1] {
        sorted[kept] = sorted[index]
        kept += 1
    }
    sorted.removeLast(sorted.count - kept)
    return sorted
}

extension TransferRequest.Directory {
    /// Whether any member is one of `oids`.
    func hasMember(in oids: Set<ObjectID>) -> Bool {
        guard let listing, !oids.isEmpty else { return false }
        return listing.indices.contains { oids.contains(listing.oid(at: $0)) }
    }
}
