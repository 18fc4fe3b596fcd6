internal import Basics
package import Digests
package import Storage

/// Finds out which objects of a run are in a service that lists names in their order.
///
/// The first page of a list answers for a small store at once and tells how dense a large one is.
/// From that on it is whichever takes fewer requests: listing or asking for each. Who may not list is
/// asked for each.
package struct PresenceSearch: Sendable {
    /// Where a list of names begins.
    package struct Start: Sendable {
        /// The first object that is wanted: nothing before it need be in the list.
        package let first: ObjectID
        /// Only names whose digests start with this byte need be in the list; `nil`: all.
        package let folder: UInt8?
    }

    /// The names on one page of a list.
    package struct Page: Sendable {
        /// In the order of the list.
        package let names: [ObjectID]
        /// Where the next page starts; `nil` after the last.
        package let continuation: String?

        /// `keys`: with the remote's prefix, which ends in a slash or is empty; those that are no
        /// object's are left out, and so are those of the other generation than `scheme`.
        package init(
            keys: [String], below prefix: String, scheme: HashScheme, continuation: String?
        ) {
            names = keys.compactMap { key in
                guard key.utf8.starts(with: prefix.utf8),
                    let oid = ObjectID(storagePath: key.utf8.dropFirst(prefix.utf8.count)),
                    oid.scheme == scheme
                else { return nil }
                return oid
            }
            self.continuation = continuation
        }
    }

    /// How many requests are under way at once.
    private let concurrency: Int
    /// Whether a list can begin at any name; otherwise at the first of a folder.
    private let startsAnywhere: Bool
    private let page: @Sendable (Start, _ continuation: String?) async throws -> Page?
    private let isThere: @Sendable (ObjectKey) async throws -> Bool

    /// `page`: asks for one page of names; `nil` when listing is not allowed or not understood.
    ///
    /// `isThere`: asks for one object. Both ask again by themselves where that helps.
    package init(
        concurrency: Int, startsAnywhere: Bool,
        page: @escaping @Sendable (Start, _ continuation: String?) async throws -> Page?,
        isThere: @escaping @Sendable (ObjectKey) async throws -> Bool
    ) {
        self.concurrency = concurrency
        self.startsAnywhere = startsAnywhere
        self.page = page
        self.isThere = isThere
    }

    /// Whether each object is there, in the order of the run.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        var presence: [Bool] = Array(repeating: false, count: run.count)
        // Generations have folders of their own, and so each is a search of its own.
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let places = run.oids.indices.filter { run.oids[$0].scheme == scheme }
            let found = try await search(places.map { run.oids[$0] }, in: nil, maySplit: true)
            for (place, isThere) in zip(places, found) {
                presence[place - run.oids.startIndex] = isThere
            }
        }
        return presence
    }

    /// `oids`: sorted, of one scheme; `folder`: the byte that all of them begin with.
    private func search(
        _ oids: [ObjectID], in folder: UInt8?, maySplit: Bool
    ) async throws -> [Bool] {
        guard oids.count > 1 else { return try await askEach(oids) }
        let start = startsAnywhere ? nil : folder.map { UInt64($0) << 56 } ?? 0
        var search = NameSearch(oids, from: start)
        var continuation: String?
        while true {
            guard let page = try await page(Start(first: oids[0], folder: folder), continuation),
                // Names out of order say nothing about those that are not among them.
                search.take(page.names, isLast: page.continuation == nil)
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
        let pieces = startsAnywhere ? evenPieces(of: open, search) : folders(of: open)
        let results = Locked([[Bool]](repeating: [], count: pieces.count))
        try await forEachIndexConcurrently(pieces.count, limit: 16) { index in
            let piece = pieces[index]
            let folder = startsAnywhere ? nil : piece.first.map { UInt8($0.high >> 56) }
            let found = try await self.search(Array(piece), in: folder, maySplit: false)
            results.withLock { $0[index] = found }
        }
        return search.presence + results.withLock { $0.flatMap(\.self) }
    }

    /// Each piece costs up to one page more, which only large stores make up for.
    private func evenPieces(
        of open: [ObjectID], _ search: NameSearch
    ) -> [ArraySlice<ObjectID>] {
        let pages = search.expectedPages
        let count = min(open.count, pages < 32 ? 2 : min(16, Int(pages / 4)))
        return (0..<count).map {
            open[(open.count * $0 / count)..<(open.count * ($0 + 1) / count)]
        }
    }

    private func folders(of open: [ObjectID]) -> [ArraySlice<ObjectID>] {
        var pieces: [ArraySlice<ObjectID>] = []
        var rest = open[...]
        while let first = rest.first {
            let piece = rest.prefix { $0.high >> 56 == first.high >> 56 }
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    private func askEach(_ oids: [ObjectID]) async throws -> [Bool] {
        if oids.isEmpty { return [] }
        let answers = Locked([Bool](repeating: false, count: oids.count))
        try await forEachIndexConcurrently(oids.count, limit: concurrency) { index in
            let isThere = try await isThere(ObjectKey(oids[index]))
            answers.withLock { $0[index] = isThere }
        }
        return answers.withLock { $0 }
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
