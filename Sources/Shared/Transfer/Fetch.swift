package import Basics
internal import DVC
package import Digests
package import Storage

/// What a fetch did.
package struct FetchResult: Sendable {
    package var fetchedCount = 0
    package var fetchedBytes: Int64 = 0
    /// Objects that are neither in the cache nor in the store.
    package var missing: [ObjectID] = []
    package var failures: [UploadResult.Failure] = []
    /// With a dry run: what would be fetched.
    package var wanted: [ObjectID] = []
    /// Directories of which a part is meant that their list does not have.
    package var withoutMember: [Fetch.Directory] = []

    package var isComplete: Bool { missing.isEmpty && failures.isEmpty }
}

/// Brings objects from a store into the cache: members, then the lists that name them.
///
/// Throws `CancellationError`, and `StoreError` when the store as a whole cannot be used.
package final class Fetch: Sendable {
    private let cache: any ObjectCache
    private let store: any ObjectStore
    private let options: TransferOptions
    private let workers: Workers
    private let state = Locked(FetchResult())
    private let listings = Locked<[ObjectID: DirectoryListing]>([:])

    package init(
        from store: any ObjectStore, into cache: any ObjectCache, _ options: TransferOptions,
        on workers: Workers
    ) {
        self.store = store
        self.cache = cache
        self.options = options
        self.workers = workers
    }

    package var result: FetchResult { state.withLock { $0 } }

    /// A directory to fetch.
    package struct Directory: Sendable {
        package let oid: ObjectID
        /// Only this member, or what is below it; `nil` for all.
        package let part: FilePath?

        package init(_ oid: ObjectID, part: FilePath? = nil) {
            self.oid = oid
            self.part = part
        }
    }

    /// Fetches files and directories with all their members.
    ///
    /// `meter`: made once the number of objects is known.
    package func run(
        files: [ObjectID], directories: [ObjectID],
        meter: (_ count: Int) throws -> ProgressMeter?
    ) async throws {
        try await run(files: files, directories: directories.map { Directory($0) }, meter: meter)
    }

    /// Fetches files, and directories with those of their members that are meant.
    ///
    /// `isDryRun`: only finds out what would be fetched.
    package func run(
        files: [ObjectID], directories meant: [Directory], isDryRun: Bool = false,
        meter: (_ count: Int) throws -> ProgressMeter?
    ) async throws {
        let directories = sortedAndUnique(meant.map(\.oid))
        let lists = try await workers.map(directories.count, limit: options.jobs) { index in
            try await self.listing(of: directories[index])
        }
        var wanted = files
        var parts: [ObjectID: [FilePath?]] = [:]
        for directory in meant { parts[directory.oid, default: []].append(directory.part) }
        for (oid, list) in zip(directories, lists) {
            guard let listing = list?.listing else { continue }
            listings.withLock { $0[oid] = listing }
            for part in parts[oid] ?? [] {
                let members = part.map { listing.indices(at: $0) } ?? listing.indices
                if part != nil, members.isEmpty {
                    state.withLock { $0.withoutMember.append(Directory(oid, part: part)) }
                }
                wanted += members.lazy.map { listing.oid(at: $0) }
            }
        }
        let absent = try await absentObjects(
            among: wanted, from: cache, jobs: options.jobs, on: workers
        ).absent
        let newLists = zip(directories, lists).filter { $1.map { !$0.isCached } ?? false }
        if isDryRun {
            state.withLock { $0.wanted = absent + newLists.map(\.0) }
            return
        }
        let meter = try meter(absent.count + newLists.count)
        do {
            try await fetchEach(absent, meter)
            let bad = state.withLock { Set($0.missing).union($0.failures.map(\.oid)) }
            // A list in the cache promises that its members are there, or DVC will not look for
            // them.
            let complete = newLists.filter { oid, list in
                !TransferRequest.Directory(oid: oid, listing: list?.listing, wantedMembers: [])
                    .hasMember(in: bad)
            }
            try await fetchEach(complete.map(\.0), meter)
        } catch {
            meter?.finish(isComplete: false)
            throw error
        }
        meter?.finish(isComplete: result.isComplete)
    }

    private func fetchEach(_ oids: [ObjectID], _ meter: ProgressMeter?) async throws {
        try await workers.forEach(oids.count, limit: options.jobs) { index in
            try await self.fetch(oids[index], meter)
        }
    }

    /// Where objects lie that are members of fetched directories: one place each, none for others.
    ///
    /// Each list is gone through once, however many are sought.
    package func places(
        ofMembers oids: some Sequence<ObjectID>
    ) -> [ObjectID: (directory: ObjectID, path: FilePath)] {
        var sought = Set(oids)
        var found: [ObjectID: (directory: ObjectID, path: FilePath)] = [:]
        for (directory, listing) in listings.withLock({ $0 }) {
            if sought.isEmpty { break }
            for index in listing.indices {
                guard let oid = sought.remove(listing.oid(at: index)) else { continue }
                found[oid] = (directory, listing.path(at: index))
            }
        }
        return found
    }

    /// The list from the cache or, when that has none that is intact, from the store; `nil` when it
    /// is written down as missing or failed.
    private func listing(
        of oid: ObjectID
    ) async throws -> (listing: DirectoryListing, isCached: Bool)? {
        let key = ObjectKey(oid)
        let limit = DirectoryListing.largestEncoding
        do {
            let bytes = try await cache.contents(of: key, limit: limit)
            return (try DirectoryListing(reading: bytes, scheme: oid.scheme), true)
        } catch is StoreError {
            // Missing, damaged or not readable: the store's copy takes its place.
        } catch is DirectoryListingError {
            // The bytes are what the name says, so the store has no better list; it will say so.
        }
        do {
            let bytes = try await store.contents(of: key, limit: limit)
            return (try DirectoryListing(reading: bytes, scheme: oid.scheme), false)
        } catch let error as StoreError {
            try note(try await keepingDamagedList(error, key), oid)
        } catch let error as DirectoryListingError {
            try note(StoreError(.read, key, store: store.traits.name, .failed(error.summary)), oid)
        }
        return nil
    }

    /// The error after a damaged list was downloaded once more, as a file that the cache sets aside.
    private func keepingDamagedList(
        _ error: StoreError, _ key: ObjectKey
    ) async throws -> StoreError {
        guard case .mismatch = error.reason else { return error }
        do {
            _ = try await cache.receive(key) { path in try await store.get(key, toFileAt: path) }
            return error  // now it is intact, and the next fetch finds it
        } catch let second as StoreError {
            if case .mismatch = second.reason { return second }
            return error
        }
    }

    private func fetch(_ oid: ObjectID, _ meter: ProgressMeter?) async throws {
        let key = ObjectKey(oid)
        do {
            let bytes = try await cache.receive(key) { path in
                try await store.get(
                    key, toFileAt: path, observer: meter?.observer(of: key.description))
            }
            state.withLock { state in
                state.fetchedCount += 1
                state.fetchedBytes += bytes
            }
            meter?.completeObject(named: key.description)
        } catch let error as StoreError {
            try note(error, oid)
        }
    }

    private func note(_ error: StoreError, _ oid: ObjectID) throws {
        if error.affectsWholeStore { throw error }
        state.withLock { state in
            if error.reason == .missing {
                state.missing.append(oid)
            } else {
                state.failures.append(.init(oid: oid, error: error))
            }
        }
    }
}
