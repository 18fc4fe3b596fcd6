internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Storage

/// What the cache has of an out.
struct CachedObjects {
    private let cache: LocalStore

    init(_ cache: LocalStore) { self.cache = cache }

    /// Whether an object is there, intact as far as its mode tells.
    func has(_ oid: ObjectID) async throws -> Bool {
        try await cache.size(of: ObjectKey(oid)) != nil
    }

    /// A directory's list; `nil` for one that cannot be read as such, or went away just now.
    func listing(_ oid: ObjectID) throws -> DirectoryListing? {
        let path = cache.path(of: ObjectKey(oid))
        guard let bytes = try readFileIfPresent(path, limit: DirectoryListing.largestEncoding)
        else { return nil }
        return try? DirectoryListing(reading: bytes, scheme: oid.scheme)  // as DVC: not in cache
    }

    /// Whether every member is there.
    func hasMembers(of listing: DirectoryListing) async throws -> Bool {
        let oids = listing.indices.map { listing.oid(at: $0) }.sorted()
        var run: [ObjectID] = []
        for oid in oids where oid != run.last {
            if let first = run.first, first.high >> 56 != oid.high >> 56 {
                if try await cache.presence(of: ObjectRun(run[...])).contains(false) {
                    return false
                }
                run.removeAll(keepingCapacity: true)
            }
            run.append(oid)
        }
        if run.isEmpty { return true }
        return try await !cache.presence(of: ObjectRun(run[...])).contains(false)
    }
}
