internal import Basics
internal import CloudStorage
internal import Digests
package import Storage

extension S3Store {
    /// Whether each object is there.
    ///
    /// A list can begin at any name, and each page settles at least one object, so there never are
    /// more requests than objects.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        let search = PresenceSearch(
            concurrency: configuration.concurrency, startsAnywhere: true,
            page: { try await page(from: $0.first, continuation: $1) },
            isThere: { key in try await retrying { try await size(of: key) != nil } })
        return try await search.presence(of: run)
    }

    /// One page of keys from an object on; `nil` when listing is not allowed or not understood.
    private func page(
        from first: ObjectID, continuation: String?
    ) async throws -> PresenceSearch.Page? {
        let key = ObjectKey(first)
        let path = client.key(key.path)
        let folder = key.oid.scheme == .md5 ? client.key("files/md5") + "/" : client.key("")
        // Everything less than the object's name comes before it, and so does this.
        let start = continuation.map { "continuation-token=\(percentEncoded($0))&" } ?? ""
        let after =
            continuation == nil ? "&start-after=\(percentEncoded(String(path.dropLast())))" : ""
        let query =
            "\(start)encoding-type=url&list-type=2&prefix=\(percentEncoded(folder))\(after)"
        guard client.mayList else { return nil }
        guard let listing = try await retrying({ try await listing(query, key) }) else {
            return nil
        }
        return PresenceSearch.Page(
            keys: listing.keys, below: client.key(""), scheme: first.scheme,
            continuation: listing.continuation)
    }
}
