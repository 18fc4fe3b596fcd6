package import Basics

/// A store that tells about every request to another one.
///
/// It does no I/O itself: the closure decides where the line goes, and is called from whichever
/// thread the request ended on. Wrapped by ``RetryingStore`` it sees every try, wrapped around it
/// only the outcome.
package struct TracingStore: ObjectStore {
    /// One finished request.
    package struct Request: Sendable {
        /// `nil` is ``ObjectStore/makeDurable()``.
        package let operation: StoreError.Operation?
        package let key: ObjectKey?
        /// How many bytes the object has; `nil` when there is none or the request failed.
        package let bytes: Int64?
        package let duration: Duration
        /// `ok`, `absent`, `there` for one of many, or the error's summary.
        package let result: String
    }

    private let base: any ObjectStore
    private let report: @Sendable (Request) -> Void

    package init(_ base: any ObjectStore, report: @escaping @Sendable (Request) -> Void) {
        self.base = base
        self.report = report
    }

    package var traits: StoreTraits { base.traits }

    package var runCache: (any RunCacheStore)? { base.runCache }

    package var versions: (any VersionedStore)? { base.versions }

    package func expect(_ bytes: Int64) { base.expect(bytes) }

    package func getReady() { base.getReady() }

    package func size(of key: ObjectKey) async throws -> Int64? {
        try await traced(.find, key, { try await base.size(of: key) }, bytes: { $0 })
    }

    /// Tells about each object of the run, with the time that all of them took.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        let start = ContinuousClock.now
        func tell(_ key: ObjectKey, _ result: String) {
            report(
                Request(
                    operation: .find, key: key, bytes: nil, duration: .now - start, result: result))
        }
        do {
            let presence = try await base.presence(of: run)
            for (oid, isThere) in zip(run.oids, presence) {
                tell(ObjectKey(oid), isThere ? "there" : "absent")
            }
            return presence
        } catch {
            tell(run.first, error is CancellationError ? "cancelled" : summary(of: error))
            throw error
        }
    }

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await traced(
            .upload, key, { try await base.put(fileAt: path, as: key, observer: observer) },
            bytes: { $0 })
    }

    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await traced(
            .download, key, { try await base.get(key, toFileAt: path, observer: observer) },
            bytes: { $0 })
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await traced(
            .read, key, { try await base.contents(of: key, limit: limit) },
            bytes: { Int64($0.count) })
    }

    package func makeDurable() async throws {
        try await traced(nil, nil, { try await base.makeDurable() }, bytes: { nil })
    }

    private func traced<Result>(
        _ operation: StoreError.Operation?, _ key: ObjectKey?,
        _ request: () async throws -> Result, bytes: (Result) -> Int64?
    ) async throws -> Result {
        let start = ContinuousClock.now
        func report(_ bytes: Int64?, _ result: String) {
            self.report(
                Request(
                    operation: operation, key: key, bytes: bytes, duration: .now - start,
                    result: result))
        }
        do {
            let result = try await request()
            let count = bytes(result)
            report(count, count == nil && operation != nil ? "absent" : "ok")
            return result
        } catch {
            report(nil, error is CancellationError ? "cancelled" : summary(of: error))
            throw error
        }
    }
}
