/// The credentials of one remote for one run: fetched once, however many requests need them, and
/// again before they expire.
package actor CredentialProvider {
    private let settings: CredentialSettings
    private let fetch: @Sendable () async throws -> LoadedCredentials?

    private enum State {
        case unknown
        /// Somebody fetches; the others wait for the result.
        case fetching
        /// `nil`: no signature.
        case known(LoadedCredentials?)
        /// Not to be tried again before that time.
        case failed(any Error, until: AWSTime)
    }

    private var state = State.unknown
    /// What was valid before a renewal began.
    private var latest: LoadedCredentials?
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// New ones are fetched when less than this is left, in seconds.
    ///
    /// Source: botocore 1.43, advisory and mandatory refresh: with less than the second, a failure
    /// to fetch is an error.
    private static let renewal: (advisory: Int64, mandatory: Int64) = (15 * 60, 10 * 60)
    /// How long a failure is remembered, in seconds: thousands of requests must not ask each again.
    private static let failureMemory: Int64 = 60

    /// Nothing is read or asked for before the first call of ``credentials()``.
    package init(_ settings: CredentialSettings, requester: any ServiceRequester) {
        self.settings = settings
        fetch = { try await CredentialSearch(settings, requester: requester).load() }
    }

    /// What to sign with, or `nil` for requests without a signature.
    ///
    /// Throws ``CredentialError``, ``AWSConfigError`` or `CancellationError`.
    package func credentials() async throws -> AWSCredentials? {
        while true {
            try Task.checkCancellation()
            switch state {
            case .unknown: return try await fetchAnew()
            case .fetching: await withCheckedContinuation { waiters.append($0) }
            case .known(let loaded):
                if secondsLeft(of: loaded) >= Self.renewal.advisory { return loaded?.credentials }
                return try await fetchAnew()
            case .failed(let error, let until):
                if settings.now() >= until { return try await fetchAnew() }
                // Not yet fetched anew, but still good.
                if let latest, secondsLeft(of: latest) >= Self.renewal.mandatory {
                    return latest.credentials
                }
                throw error
            }
        }
    }

    /// A service said that these have expired: whether others can be had.
    ///
    /// The next call of ``credentials()`` fetches them; nothing is done when they have been replaced
    /// since. Keys without an end stay as they are wherever they come from, so there are no others.
    package func renew(_ refused: AWSCredentials) async throws -> Bool {
        guard case .known(let loaded) = state, loaded?.credentials == refused else { return true }
        guard loaded?.expiration != nil else { return false }
        latest = nil
        state = .unknown
        return true
    }

    private func fetchAnew() async throws -> AWSCredentials? {
        state = .fetching
        defer {
            let woken = waiters
            waiters = []
            for waiter in woken { waiter.resume() }
        }
        do {
            let loaded = try await fetch()
            guard secondsLeft(of: loaded) > 0 else {
                throw CredentialError.expired(source: loaded?.source ?? "")
            }
            latest = loaded
            state = .known(loaded)
            return loaded?.credentials
        } catch let error as CancellationError {
            state = .unknown  // whoever waited tries in our place
            throw error
        } catch {
            let until = settings.now().secondsSince1970 + Self.failureMemory
            state = .failed(error, until: AWSTime(secondsSince1970: until))
            if let latest, secondsLeft(of: latest) >= Self.renewal.mandatory {
                return latest.credentials
            }
            throw error
        }
    }

    private func secondsLeft(of loaded: LoadedCredentials?) -> Int64 {
        guard let end = loaded?.expiration else { return .max }
        return end.secondsSince1970 - settings.now().secondsSince1970
    }
}
