internal import Basics
package import HTTPClient
package import Storage

/// The way to one service: who asks, how many requests are under way, and what was learned from answers.
package final class ServiceConnection: Sendable {
    private let loop: TransferLoop
    private let tokens: TokenSource
    private let systemTime: @Sendable () -> Int64
    private let gate: RequestGate
    private let state = Locked(State())

    private struct State {
        var hasAnswered = false
        var hasSucceeded = false
        var mayList = true
    }

    /// `most`: how many requests may be under way at once; `systemTime`: seconds since 1970;
    /// `asksToSlowDown`: whether an answer means that the service is overloaded.
    package init(
        _ loop: TransferLoop, as tokens: TokenSource, most: Int, retry: RetryingStore.Policy,
        systemTime: @escaping @Sendable () -> Int64,
        asksToSlowDown: @escaping @Sendable (HTTPResponse) -> Bool = { $0.isOverload }
    ) {
        self.loop = loop
        self.tokens = tokens
        self.systemTime = systemTime
        var settings = RequestGate.Settings(most: most, systemTime: systemTime)
        settings.asksToSlowDown = asksToSlowDown
        settings.patience = retry.patience
        settings.sleep = retry.sleep
        settings.now = retry.now
        gate = RequestGate(settings)
    }

    /// Whether any answer came: what fails then, fails because something changed.
    package var hasAnswered: Bool { state.withLock { $0.hasAnswered } }
    /// Whether something was found or stored, so that the place is there.
    package var hasSucceeded: Bool { state.withLock { $0.hasSucceeded } }
    /// Whether nobody said yet that we may not, or cannot, list.
    package var mayList: Bool { state.withLock { $0.mayList } }
    package func noteThatListingFails() { state.withLock { $0.mayList = false } }
    /// How many requests may be under way now: fewer than configured after a slow-down.
    package var concurrencyLimit: Int { gate.limit }
    /// Seconds since 1970.
    package var now: Int64 { systemTime() }

    /// Sends the request that `make` makes with a token, and returns the answer, whatever its status.
    ///
    /// Waits for its turn. Asks again once with a new token when the service does not know the old
    /// one any more. Throws `TransportError`, what the tokens throw, `CancellationError`.
    package func send(_ make: (AccessToken?) -> HTTPRequest) async throws -> HTTPResponse {
        var token: AccessToken?
        for isLast in [false, true] {
            let response = try await gate.pass {
                // Only now, because signatures and tokens do not last for ever.
                token = try await tokens.value()
                return try await loop.send(make(token))
            }
            state.withLock {
                $0.hasAnswered = true
                if response.status < 300 { $0.hasSucceeded = true }
            }
            guard response.status == 401, !isLast, let refused = token,
                await tokens.renew({ $0 == refused })
            else { return response }
        }
        throw CancellationError()  // the last round returns
    }
}
