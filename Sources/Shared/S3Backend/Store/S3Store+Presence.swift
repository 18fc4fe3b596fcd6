internal import Basics
package import Digests
internal import HTTPClient
package import Storage

extension S3Store {
    /// Whether each object is there.
    ///
    /// The first page of a list, from the first object on, answers for a small store at once and
    /// tells how dense a large one is. From that on it is whichever takes fewer requests: listing or
    /// asking for each. Each page settles at least one object, so there never are more requests
    /// than objects. Who may not list is asked for each.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        var presence: [Bool] = Array(repeating: false, count: run.count)
        // Generations have folders of their own, and so each is a search of its own.
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let places = run.oids.indices.filter { run.oids[$0].scheme == scheme }
            let found = try await search(places.map { run.oids[$0] }, maySplit: true)
            for (place, isThere) in zip(places, found) {
                presence[place - run.oids.startIndex] = isThere
            }
        }
        return presence
    }

    /// `oids`: sorted, of one scheme.
    private func search(_ oids: [ObjectID], maySplit: Bool) async throws -> [Bool] {
        guard oids.count > 1 else { return try await askEach(oids) }
        var search = NameSearch(oids)
        var continuation: String?
        while true {
            guard let page = try await page(from: oids[0], continuation: continuation),
                // Names out of order say nothing about those that are not among them.
                search.take(names(of: page.keys), isLast: page.continuation == nil)
            else { break }
            if search.isDone { return search.presence }
            if search.shouldAskEach { break }
            if maySplit, search.expectedPages >= 4 { return try await searchSideBySide(search) }
            continuation = page.continuation
        }
        return search.presence + (try await askEach(Array(search.open)))
    }

    /// Several searches for the objects that one search left open.
    private func searchSideBySide(_ search: NameSearch) async throws -> [Bool] {
        let open = Array(search.open)
        // Each costs up to one page more, which only large stores make up for.
        let pages = search.expectedPages
        let count = min(open.count, pages < 32 ? 2 : min(16, Int(pages / 4)))
        let results = Locked([[Bool]](repeating: [], count: count))
        try await forEachIndexConcurrently(count, limit: count) { index in
            let range = (open.count * index / count)..<(open.count * (index + 1) / count)
            let found = try await self.search(Array(open[range]), maySplit: false)
            results.withLock { $0[index] = found }
        }
        return search.presence + results.withLock { $0.flatMap(\.self) }
    }

    private func askEach(_ oids: [ObjectID]) async throws -> [Bool] {
        if oids.isEmpty { return [] }
        let answers = Locked([Bool](repeating: false, count: oids.count))
        try await forEachIndexConcurrently(oids.count, limit: configuration.concurrency) { index in
            let isThere = try await retrying { try await size(of: ObjectKey(oids[index])) != nil }
            answers.withLock { $0[index] = isThere }
        }
        return answers.withLock { $0 }
    }

    /// One page of keys from an object on; `nil` when listing is not allowed or not understood.
    private func page(from first: ObjectID, continuation: String?) async throws -> S3Listing? {
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
        return try await retrying { try await listing(query, key) }
    }

    /// The objects that keys name, in the order of the keys; other keys are left out.
    private func names(of keys: [String]) -> [ObjectID] {
        let prefix = client.key("")
        return keys.compactMap { key in
            guard key.utf8.starts(with: prefix.utf8) else { return nil }
            return ObjectID(storagePath: key.utf8.dropFirst(prefix.utf8.count))
        }
    }
}

extension ObjectID {
    /// The object that lies at a path of a store; `nil` when that is no object's.
    package init?(storagePath path: some Collection<UInt8>) {
        let folder = Array("files/md5/".utf8)
        let isLegacy = !path.starts(with: folder)
        let rest = isLegacy ? Array(path) : Array(path.dropFirst(folder.count))
        guard rest.count >= 33, rest[2] == UInt8(ascii: "/") else { return nil }
        self.init(rest[..<2] + rest[3...], scheme: isLegacy ? .md5DosToUnix : .md5)
    }
}
