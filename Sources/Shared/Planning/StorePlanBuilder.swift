internal import Basics
internal import DVC
internal import Digests
internal import StatusCache

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
    func plan(knowing status: StatusCache?) throws -> StorePlan {
        var plan = plan
        let url = plan.remote.canonicalURL
        let oids = uniqued(plan.outs.map(\.oid))
        let recorded = try status?.present(oids, in: url) ?? []
        plan.recorded = oids.filter(recorded.contains)
        var places: [ObjectID: FilePath] = [:]
        for out in plan.outs where out.oid.isDirectory && places[out.oid] == nil {
            places[out.oid] = out.path
        }
        for oid in oids where !recorded.contains(oid) {
            if oid.isDirectory {
                let (directory, base) = try directory(oid, at: places[oid] ?? "", url, status)
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
