package import Basics
internal import DVC
package import Digests
package import Storage

/// What an upload did, object by object where it matters.
package struct UploadResult: Sendable {
    package var uploadedCount = 0
    package var uploadedBytes: Int64 = 0
    /// Files that are in the store now, and directories, which are there with all members.
    package var present: [ObjectID] = []
    /// Objects that a stop kept from being tried.
    package var untried: [ObjectID] = []
    /// Objects that are neither in the store nor in the cache.
    package var missing: [ObjectID] = []
    package var failures: [Failure] = []
    /// The failure that made going on pointless; the objects after it were not tried.
    package var stoppedBy: StoreError?

    package struct Failure: Sendable {
        package let oid: ObjectID
        package let error: StoreError
    }

    package var isComplete: Bool { missing.isEmpty && failures.isEmpty && stoppedBy == nil }
}

/// Brings what is missing from the cache to a store: members, then the lists that name them.
///
/// One failing object does not stop the others; a failure of the store as a whole does. Throws
/// `CancellationError`, and what `makeDurable` throws; ``result`` then holds what was done until then.
package final class Upload: Sendable {
    private let cache: (any ObjectCache)?
    private let store: any ObjectStore
    private let options: TransferOptions
    private let workers: Workers
    private let meter: ProgressMeter?
    private let state = Locked(UploadResult())

    /// `cache`: `nil` when there is none: then every missing object is lost.
    package init(
        from cache: (any ObjectCache)?, to store: any ObjectStore, _ options: TransferOptions,
        on workers: Workers, meter: ProgressMeter?
    ) {
        self.cache = cache
        self.store = store
        self.options = options
        self.workers = workers
        self.meter = meter
    }

    package var result: UploadResult { state.withLock { $0 } }

    /// Uploads everything; afterwards ``result`` tells the rest.
    package func run(_ missing: MissingSet) async throws {
        state.withLock {
            $0.present = missing.present
            $0.missing = missing.lostDirectories
        }
        try await uploadEach(missing.files, in: FoldersFirst(missing.files))
        let bad = state.withLock { state in
            Set(state.missing).union(state.failures.map(\.oid))
        }
        // After a stop nobody knows which members were tried.
        if state.withLock({ $0.stoppedBy == nil }) {
            let complete = missing.directories.filter { !$0.hasMember(in: bad) }
            let lists = complete.map(\.oid)
            try await uploadEach(lists, in: FoldersFirst(lists))
        }
        if state.withLock({ $0.uploadedCount > 0 }) { try await store.makeDurable() }
        state.withLock { state in
            guard state.stoppedBy != nil else { return }
            let tried = Set(state.present).union(bad).union(state.failures.map(\.oid))
            state.untried = (missing.files + missing.directories.map(\.oid)).filter {
                !tried.contains($0)
            }
        }
    }

    private func uploadEach(_ oids: [ObjectID], in order: FoldersFirst) async throws {
        do {
            try await workers.forEach(oids.count, limit: options.jobs) { [self] turn in
                try await upload(oids[order.index(at: turn)])
            }
        } catch is StopTransfer {}  // written down where it was thrown
    }

    /// Ends the workers after a failure of the store as a whole.
    private struct StopTransfer: Error {}

    private func upload(_ oid: ObjectID) async throws {
        let key = ObjectKey(oid)
        guard let cache else {
            state.withLock { $0.missing.append(oid) }
            return
        }
        do {
            let bytes = try await store.put(
                fileAt: cache.path(of: key), as: key, observer: meter?.observer(of: key.description)
            )
            state.withLock { state in
                state.uploadedCount += 1
                state.uploadedBytes += bytes
                state.present.append(oid)
            }
            meter?.completeObject(named: key.description)
        } catch let error as StoreError {
            if error.reason == .sourceMissing {
                state.withLock { $0.missing.append(oid) }
                return
            }
            let stops = error.affectsWholeStore
            state.withLock { state in
                state.failures.append(.init(oid: oid, error: error))
                if stops, state.stoppedBy == nil { state.stoppedBy = error }
            }
            if stops { throw StopTransfer() }
        }
    }
}
