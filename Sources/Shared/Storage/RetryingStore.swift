package import Basics

/// A store that asks another one again when the same request can succeed later.
///
/// The only place in the suite that retries. Only ``StoreError/isTransient`` errors are: up to
/// eight tries per request, with a random delay below 250 ms, 500 ms, 1 s … 10 s before the next
/// ("full jitter"), so that many tasks that failed together do not come back together.
package struct RetryingStore: ObjectStore {
    /// How often and how patiently to ask again.
    package struct Policy: Sendable {
        package var attempts = 8
        package var firstDelay = Duration.milliseconds(250)
        package var longestDelay = Duration.seconds(10)

        /// A store that asks for a longer pause than this is not asked again at all.
        package var patience = Duration.seconds(300)

        /// Waits; throws `CancellationError` as soon as the task is cancelled.
        package var sleep: @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }

        /// The time that ``sleep`` lets pass.
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        /// Picks the delay from the range of zero to its argument.
        package var jitter: @Sendable (Duration) -> Duration = { $0 * Double.random(in: 0...1) }

        package init() {}

        /// How long to wait after so many tries before the next, `nil` for "do not try again".
        func delay(after error: StoreError, attempt: Int) -> Duration? {
            guard error.isTransient, attempt < attempts else { return nil }
            if case .busy(_, let requested?) = error.reason {
                return requested <= patience ? requested : nil
            }
            // Doubling one by one: a shift by `attempt` could overflow with a generous policy.
            var ceiling = firstDelay
            for _ in 1..<attempt where ceiling < longestDelay { ceiling *= 2 }
            return jitter(min(ceiling, longestDelay))
        }
    }

    private let base: any ObjectStore
    private let policy: Policy

    package init(_ base: any ObjectStore, policy: Policy = Policy()) {
        self.base = base
        self.policy = policy
    }

    package var traits: StoreTraits { base.traits }

    package var runCache: (any RunCacheStore)? { base.runCache }

    package var versions: (any VersionedStore)? { base.versions }

    package func expect(_ bytes: Int64) { base.expect(bytes) }

    package func getReady() { base.getReady() }

    package func size(of key: ObjectKey) async throws -> Int64? {
        try await retrying { try await base.size(of: key) }
    }

    package func presence(of run: ObjectRun) async throws -> [Bool] {
        try await retrying { try await base.presence(of: run) }
    }

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await retrying { try await base.put(fileAt: path, as: key, observer: observer) }
    }

    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await retrying { try await base.get(key, toFileAt: path, observer: observer) }
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await retrying { try await base.contents(of: key, limit: limit) }
    }

    package func makeDurable() async throws { try await base.makeDurable() }

    private func retrying<Result>(_ request: () async throws -> Result) async throws -> Result {
        try await policy.retrying(request)
    }
}

extension RetryingStore.Policy {
    /// Repeats a request for as long as its errors are transient and the policy allows it.
    ///
    /// For ``RetryingStore``, and for the pieces of an object that is too large to start anew.
    package func retrying<Result>(
        _ request: () async throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await request()
            } catch let error as StoreError {
                guard let delay = delay(after: error, attempt: attempt) else { throw error }
                try await sleep(delay)
                try Task.checkCancellation()
            }
            attempt += 1
        }
    }
}
