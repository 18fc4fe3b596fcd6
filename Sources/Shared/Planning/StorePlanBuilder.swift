internal import Basics
package import DVC
internal import Digests
internal import StatusCache

/// Called with a remote that will be asked for something, and with how large that is at most.
///
/// In bytes; what is not recorded counts as nothing.
package typealias OnDemand = (_ remote: DVCRemote, _ bytes: Int64) -> Void

/// Gathers what one store must have.
struct StorePlanBuilder {
    /// Objects of several caches are looked up in their own.
    struct Key: Hashable {
        let url: String
        let cache: FilePath?
    }

    private var plan: StorePlan

    init(_ remote: DVCRemote, cacheDirectory: FilePath?) {
        plan = StorePlan(remote: remote, cacheDirectory: cacheDirectory)
    }

    mutating func add(_ out: NeededOut) { plan.outs.append(out) }

    /// Sorts the outs into what is recorded and what to ask for, and opens directories.
    ///
    /// `onDemand` is called once it is known that the store will be asked, before any list is read.
    func plan(
        knowing status: StatusCache?, onDemand: OnDemand = { _, _ in }
    ) throws -> StorePlan {
        var plan = plan
        let url = plan.remote.canonicalURL
        let parts = DirectoryParts(of: plan.outs)
        var listings: [ObjectID: Result<DirectoryListing, ListingFlaw>] = [:]
        for oid in parts.partial.keys { listings[oid] = readListing(oid) }
        plan.withoutMember = plan.outs.filter { out in
            guard case .success(let listing)? = listings[out.oid] else { return false }
            return !out.part.isIn(listing)
        }
        plan.outs = plan.outs.filter { !plan.withoutMember.contains($0) }
        let oids = uniqued(plan.outs.map(\.oid))
        let recorded = try status?.present(oids, in: url) ?? []
        plan.recorded = oids.filter(recorded.contains)
        if plan.recorded.count < oids.count {
            var asked = Set(oids).subtracting(recorded)
            let sizes = plan.outs.compactMap { asked.remove($0.oid) == nil ? nil : $0.size }
            // Sizes are what somebody wrote into a file.
            onDemand(plan.remote, sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue })
        }
        var places: [ObjectID: FilePath] = [:]
        for out in plan.outs where out.oid.isDirectory && places[out.oid] == nil {
            places[out.oid] = out.path
        }
        for oid in oids where !recorded.contains(oid) {
            if oid.isDirectory {
                var (directory, base) = try directory(oid, at: places[oid] ?? "", url, status)
                if let listing = directory.listing, let meant = parts.partial[oid] {
                    directory.meantMembers = Set(meant.flatMap { $0.members(of: listing) })
                }
                plan.directories.append(directory)
                if let base { plan.bases.append(base) }
            } else {
                plan.files.append(oid)
            }
        }
        return plan
    }

    /// The directory, and the recorded one whose members need not be asked for again.
    private func directory(
        _ oid: ObjectID, at place: FilePath, _ url: String, _ status: StatusCache?
    ) throws -> (PlannedDirectory, base: ObjectID?) {
        let listing: DirectoryListing
        switch readListing(oid) {
        case .success(let intact): listing = intact
        case .failure(let flaw):
            let unknown = PlannedDirectory(
                oid: oid, listing: nil, wantedMembers: [], flaw: flaw.summary)
            return (unknown, nil)
        }
        func planned(_ wanted: [Int]) -> PlannedDirectory {
            PlannedDirectory(oid: oid, listing: listing, wantedMembers: wanted, flaw: nil)
        }
        // The list that was last seen complete at the same place has most of the members.
        if let last = try status?.lastDirectory(at: place, in: url),
            try status?.present([last], in: url).isEmpty == false,
            case .success(let previous) = readListing(last)
        {
            return (planned(listing.members(notIn: previous)), last)
        }
        return (planned(Array(listing.indices)), nil)
    }

    private struct ListingFlaw: Error { let summary: String? }

    /// The list from the cache; the failure has no words when there is just no such file.
    private func readListing(_ oid: ObjectID) -> Result<DirectoryListing, ListingFlaw> {
        guard let cache = plan.cacheDirectory else { return .failure(ListingFlaw(summary: nil)) }
        let path = oid.storagePath(below: cache)
        do {
            guard let bytes = try readFileIfPresent(path, limit: DirectoryListing.largestEncoding)
            else {
                return .failure(ListingFlaw(summary: nil))
            }
            let actual = objectID(of: bytes, isDirectory: true, scheme: oid.scheme)
            guard actual == oid else {
                return .failure(
                    ListingFlaw(summary: "'\(path)' is damaged: it has the MD5 \(actual)"))
            }
            return .success(try DirectoryListing(reading: bytes, scheme: oid.scheme))
        } catch {
            return .failure(ListingFlaw(summary: "'\(path)': \(Basics.summary(of: error))"))
        }
    }
}

/// Which directories are meant as a whole, and of which only parts are.
private struct DirectoryParts {
    /// Only of directories that no out means as a whole.
    private(set) var partial: [ObjectID: Set<OutPart>] = [:]

    init(of outs: [NeededOut]) {
        for out in outs where out.part != .whole { partial[out.oid, default: []].insert(out.part) }
        for out in outs where out.part == .whole { partial[out.oid] = nil }
    }
}

extension OutPart {
    /// The indices of the members that this part of a directory has.
    fileprivate func members(of listing: DirectoryListing) -> Range<Int> {
        path.map(listing.indices(at:)) ?? listing.indices
    }

    fileprivate func isIn(_ listing: DirectoryListing) -> Bool {
        self == .whole || !members(of: listing).isEmpty
    }
}
