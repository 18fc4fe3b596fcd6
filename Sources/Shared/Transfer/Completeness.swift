package import Basics
internal import DVC
package import Digests
package import Storage

/// Objects of which each single one must be in a store, members of directories included.
package struct CompletenessRequest: Sendable {
    /// A file, with its size in bytes when the metafile tells.
    package struct File: Sendable {
        package let oid: ObjectID
        package let size: Int64?

        package init(oid: ObjectID, size: Int64?) {
            self.oid = oid
            self.size = size
        }
    }

    /// Each once.
    package var files: [File] = []
    /// Lists, each once; those of one directory beside each other, so that members that they share
    /// are not held in memory once for each.
    package var directories: [[ObjectID]] = []

    package init() {}
}

/// What a store lacks of what must be complete in it.
package struct Completeness: Sendable {
    /// Objects that are not there.
    package var missing: [ObjectID] = []
    /// Objects whose content is wrong, with what is wrong with it.
    package var damaged: [(oid: ObjectID, words: String)] = []
    /// Directories whose members nobody could name.
    package var unlisted: [ObjectID] = []
    /// How many different objects were asked for.
    package var askedCount = 0

    package var isWhole: Bool { missing.isEmpty && damaged.isEmpty }
}

/// Asks a store for every object, and for every member of every directory: a list proves nothing.
///
/// `cache`: where lists are read first; `nil` where there is none.
/// `meter`: made once the number of objects is known; those that are needed twice may count twice.
/// Throws `StoreError` when the store cannot tell, `CancellationError`.
package func findGaps(
    in store: any ObjectStore, _ request: CompletenessRequest, cache: (any ObjectStore)?,
    jobs: Int, on workers: Workers, meter: (_ count: Int) throws -> ProgressMeter?
) async throws -> Completeness {
    let reader = ListReader(cache: cache, store: store)
    let groups = request.directories
    let members = try await workers.map(groups.count, limit: jobs) { index in
        try await MemberInquiry(groups[index], reader)
    }
    var result = Completeness()
    var sized = request.files.compactMap { file in file.size.map { (oid: file.oid, size: $0) } }
    var wanted = request.files.lazy.filter { $0.size == nil }.map(\.oid) as [ObjectID]
    for group in members {
        sized += group.cachedLists
        result.askedCount += group.storedListCount + group.unlisted.count
        result.missing += group.missing
        result.damaged += group.damaged
        result.unlisted += group.unlisted
        wanted += group.members
    }
    let meter = try meter(wanted.count + sized.count)
    var isDone = false
    defer { meter?.finish(isComplete: isDone) }
    let (absent, askedCount) = try await absentObjects(
        among: wanted, from: store, jobs: jobs, on: workers, meter: meter)
    result.missing += absent
    result.askedCount += askedCount + sized.count
    let expected = sized
    let sizes = try await workers.map(expected.count, limit: jobs) { index in
        let key = ObjectKey(expected[index].oid)
        let found = FoundSize(bytes: try await store.size(of: key))
        meter?.completeObject(named: "\(key)")
        return found
    }
    isDone = true
    for ((oid, size), found) in zip(expected, sizes) {
        guard let bytes = found.bytes else {
            result.missing.append(oid)
            continue
        }
        if bytes != size {
            result.damaged.append((oid, "it has \(bytes) bytes instead of \(size)"))
        }
    }
    result.missing = sortedAndUnique(result.missing)
    return result
}

/// `nil` is an answer, and not the lack of one.
private struct FoundSize: Sendable {
    let bytes: Int64?
}

/// The members of the versions of one directory, those that are in several versions once.
private struct MemberInquiry: Sendable {
    var members: [ObjectID] = []
    /// Lists that the store must have as well, with their sizes.
    var cachedLists: [(oid: ObjectID, size: Int64)] = []
    /// Lists that were read in the store.
    var storedListCount = 0
    var missing: [ObjectID] = []
    var damaged: [(oid: ObjectID, words: String)] = []
    var unlisted: [ObjectID] = []

    init(_ versions: [ObjectID], _ reader: ListReader) async throws {
        var last: DirectoryListing?
        for oid in versions {
            let listing: DirectoryListing
            switch try await reader.read(oid) {
            case .cached(let list, let size):
                listing = list
                cachedLists.append((oid, size))
            case .stored(let list):
                listing = list
                storedListCount += 1
            case .missing:
                missing.append(oid)
                unlisted.append(oid)
                continue
            case .damaged(let words):
                damaged.append((oid, words))
                unlisted.append(oid)
                continue
            }
            if let last {
                members += listing.members(notIn: last).lazy.map { listing.oid(at: $0) }
            } else {
                members.reserveCapacity(listing.count)
                for index in listing.indices { members.append(listing.oid(at: index)) }
            }
            last = listing
        }
    }
}
