package import Basics
package import DVC
package import Digests
package import Storage

/// What is to be fetched from a store that keeps versions.
package struct VersionedRequest: Sendable {
    package struct File: Sendable {
        package let oid: ObjectID
        /// `nil` when the remote never got it.
        package let version: FileVersion?

        package init(oid: ObjectID, version: FileVersion?) {
            self.oid = oid
            self.version = version
        }
    }

    package var files: [File] = []
    /// Directories, whose members are among ``files``.
    package var directories: [DirectoryListing] = []

    package init() {}
}

/// Brings versions of files into the cache, under the names of their content: members, then the
/// lists that name them, which no remote has.
package final class VersionedFetch: Sendable {
    private let cache: any ObjectCache
    private let store: any VersionedStore
    private let options: TransferOptions
    private let workers: Workers
    private let state = Locked(FetchResult())

    package init(
        from store: any VersionedStore, into cache: any ObjectCache, _ options: TransferOptions,
        on workers: Workers
    ) {
        self.store = store
        self.cache = cache
        self.options = options
        self.workers = workers
    }

    /// In ``FetchResult/missing`` is also what has no version.
    package var result: FetchResult { state.withLock { $0 } }

    /// Fetches what the cache lacks; afterwards ``result`` tells the rest.
    ///
    /// `meter`: made once the number of files is known. Throws `CancellationError`, and `StoreError`
    /// when the store as a whole cannot be used.
    package func run(
        _ request: VersionedRequest, meter: (_ count: Int) throws -> ProgressMeter?
    ) async throws {
        let absent = try await absentObjects(
            among: request.files.map(\.oid), from: cache, jobs: options.jobs, on: workers
        ).absent
        // Of the same content in many places any version will do.
        let versions = Dictionary(
            request.files.map { ($0.oid, $0.version) }, uniquingKeysWith: { $0 ?? $1 })
        let files = absent.compactMap { oid in
            versions[oid].flatMap(\.self).map { (oid: oid, version: $0) }
        }
        state.withLock { state in
            state.missing = absent.filter { versions[$0].flatMap(\.self) == nil }
        }
        let meter = try meter(files.count)
        do {
            try await workers.forEach(files.count, limit: options.jobs) { [self] index in
                try await fetch(files[index].oid, files[index].version, meter)
            }
            try await keep(request.directories)
        } catch {
            meter?.finish(isComplete: false)
            throw error
        }
        meter?.finish(isComplete: result.isComplete)
    }

    private func fetch(
        _ oid: ObjectID, _ version: FileVersion, _ meter: ProgressMeter?
    ) async throws {
        let key = ObjectKey(oid)
        do {
            let bytes = try await cache.receive(key) { path in
                try await store.get(
                    version, as: key, toFileAt: path,
                    observer: meter?.observer(of: version.path.string))
            }
            state.withLock { state in
                state.fetchedCount += 1
                state.fetchedBytes += bytes
            }
            meter?.completeObject(named: version.path.string)
        } catch let error as StoreError {
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

    /// Writes the lists whose members are all there: in the cache a list promises that.
    private func keep(_ directories: [DirectoryListing]) async throws {
        let bad = state.withLock { Set($0.missing).union($0.failures.map(\.oid)) }
        for listing in directories {
            let oid = listing.objectID()
            guard !listing.indices.contains(where: { bad.contains(listing.oid(at: $0)) }),
                try await cache.size(of: ObjectKey(oid)) == nil
            else { continue }
            let bytes = listing.encoded()
            _ = try await cache.receive(ObjectKey(oid)) { path in
                try writeFile(path, bytes)
                return Int64(bytes.count)
            }
        }
    }
}
