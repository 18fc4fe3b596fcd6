/// Something that must be fetched and does not last, such as credentials: fetched once, however many
/// need it, and again before it ends.
package actor Renewed<Value: Sendable> {
    package struct Loaded: Sendable {
        package let value: Value
        /// In seconds since 1970; `nil` for one that lasts.
        package let end: Int64?

        package init(_ value: Value, end: Int64?) {
            self.value = value
            self.end = end
        }
    }

    /// How much of its time is left when a new one is fetched, in seconds.
    package struct Margins: Sendable {
        /// A failure to fetch is none as long as more than ``mandatory`` is left.
        package let advisory: Int64
        package let mandatory: Int64

        package init(advisory: Int64, mandatory: Int64) {
            self.advisory = advisory
            self.mandatory = mandatory
        }
    }

    private let margins: Margins
    private let now: @Sendable () -> Int64
    private let fetch: @Sendable () async throws -> Loaded

    private enum State {
        case unknown
        /// Somebody fetches; the others wait for the result.
        case fetching
        case known(Loaded)
        /// Not to be tried again before that time.
        case failed(any Error, until: Int64)
    }

    private var state = State.unknown
    /// What was valid before a renewal began.
    private var latest: Loaded?
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// How long a failure is remembered, in seconds: thousands of requests must not ask each again.
    private static var failureMemory: Int64 { 60 }

    /// Nothing is fetched before the first call of ``value()``; `now`: seconds since 1970.
    package init(
        _ margins: Margins, now: @escaping @Sendable () -> Int64,
        fetch: @escaping @Sendable () async throws -> Loaded
    ) {
        self.margins = margins
        self.now = now
        self.fetch = fetch
    }

    /// What is valid now.
    ///
    /// Throws what `fetch` throws, and `CancellationError`.
    package func value() async throws -> Value {
        while true {
            try Task.checkCancellation()
            switch state {
            case .unknown: return try await fetchAnew()
            case .fetching: await withCheckedContinuation { waiters.append($0) }
            case .known(let loaded):
                if secondsLeft(of: loaded) >= margins.advisory { return loaded.value }
                return try await fetchAnew()
            case .failed(let error, let until):
                if now() >= until { return try await fetchAnew() }
                // Not yet fetched anew, but still good.
                if let latest, secondsLeft(of: latest) >= margins.mandatory { return latest.value }
                throw error
            }
        }
    }

    /// A service said that what it was given has expired: whether another can be had.
    ///
    /// The next call of ``value()`` fetches it; nothing is done when it has been replaced since. What
    /// has no end stays as it is wherever it comes from, so there is no other.
    package func renew(_ isRefused: @Sendable (Value) -> Bool) -> Bool {
        guard case .known(let loaded) = state, isRefused(loaded.value) else { return true }
        guard loaded.end != nil else { return false }
        latest = nil
        state = .unknown
        return true
    }

    private func fetchAnew() async throws -> Value {
        state = .fetching
        defer {
            let woken = waiters
            waiters = []
            for waiter in woken { waiter.resume() }
        }
        do {
            let loaded = try await fetch()
            latest = loaded
            state = .known(loaded)
            return loaded.value
        } catch let error as CancellationError {
            state = .unknown  // whoever waited tries in our place
            throw error
        } catch {
            state = .failed(error, until: now() + Self.failureMemory)
            if let latest, secondsLeft(of: latest) >= margins.mandatory { return latest.value }
            throw error
        }
    }

    private func secondsLeft(of loaded: Loaded) -> Int64 {
        loaded.end.map { $0 - now() } ?? .max
    }
}
