internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Storage
internal import Transfer

extension NeededOut {
    /// Whether the cache has the object, and all members that are meant when it is a directory.
    func isComplete(
        in cache: any ObjectCache, jobs: Int, on workers: Workers
    ) async throws -> Bool {
        guard oid.isDirectory else { return try await cache.size(of: ObjectKey(oid)) != nil }
        let limit = DirectoryListing.largestEncoding
        // A list that is missing or damaged is one that must be fetched.
        guard let bytes = try? await cache.contents(of: ObjectKey(oid), limit: limit),
            let listing = try? DirectoryListing(reading: bytes, scheme: oid.scheme)
        else { return false }
        let meant = part.members(of: listing)
        if meant.isEmpty, part != .whole { return false }
        return try await absentObjects(
            among: meant.map { listing.oid(at: $0) }, from: cache, jobs: jobs, on: workers
        ).absent.isEmpty
    }
}

extension ProgressMeter {
    /// For a download of so many objects, whose sizes are not known yet; `nil` for none, and where
    /// nobody looks.
    convenience init?(downloading count: Int, to output: Output) throws(SystemError) {
        if output.isNowhere || count == 0 { return nil }
        try self.init(
            Work(
                title: "Downloading DVC objects", direction: "download", totalObjects: count,
                totalBytes: nil),
            to: output)
    }
}
