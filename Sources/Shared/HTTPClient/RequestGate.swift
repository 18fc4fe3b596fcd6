internal import Basics

/// The way to one service: lets through so many requests at a time as it stands, and none for as long
/// as it asked to be left alone.
package final class RequestGate: Sendable {
    /// What the gate needs from outside.
    package struct Settings: Sendable {
        /// How many requests may be under way at once; fewer where the service is overloaded.
        package var most: Int
        /// A longer `Retry-After` keeps nobody else waiting: the request that got it fails.
        package var patience = Duration.seconds(300)
        /// Throws `CancellationError` as soon as the task is cancelled.
        package var sleep: @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        /// Whether an answer means that the service is overloaded.
        package var asksToSlowDown: @Sendable (HTTPResponse) -> Bool = { $0.isOverload }
        /// Seconds since 1970, to which a date in `Retry-After` is compared.
        package var systemTime: @Sendable () -> Int64

        package init(most: Int, systemTime: @escaping @Sendable () -> Int64) {
            self.most = most
            self.systemTime = systemTime
        }
    }

    private let settings: Settings
    private let state: Locked<State>

    private struct State {
        var limit: AdaptiveLimit
        var underWay = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastWaiter = 0
        /// The numbers of those who wait, from `head` on; some may have given up.
        var line: [Int] = []
        var head = 0
        /// When the service may be asked again.
        var closedUntil: ContinuousClock.Instant?

        mutating func enter() -> Bool {
            guard underWay < limit.count else { return false }
            underWay += 1
            return true
        }

        mutating func nextInLine() -> CheckedContinuation<Void, any Error>? {
            defer {
                // The line may never be empty for as long as a transfer takes.
                if head > 64, head * 2 > line.count {
                    line.removeFirst(head)
                    head = 0
                }
            }
            while head < line.count {
                head += 1
                if let waiter = waiters.removeValue(forKey: line[head - 1]) { return waiter }
            }
            return nil
        }
    }

    package init(_ settings: Settings) {
        self.settings = settings
        state = Locked(State(limit: AdaptiveLimit(most: settings.most)))
    }

    /// How many may be under way now.
    package var limit: Int { state.withLock { $0.limit.count } }

    /// Sends one request once it is its turn.
    ///
    /// Throws what `send` throws, and `CancellationError`.
    package func pass(
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        try await enter()
        var outcome = AdaptiveLimit.Outcome.unknown
        var period = state.withLock { $0.limit.now }
        defer { leave(outcome, sentIn: period) }
        try await awaitOpening()
        period = state.withLock { $0.limit.now }
        do {
            let response = try await send()
            outcome = .answered
            if settings.asksToSlowDown(response) {
                outcome = .overloaded
                if let pause = response.retryAfter(now: settings.systemTime()) { close(for: pause) }
            }
            return response
        } catch let error as TransportError {
            if error.isTimeout { outcome = .overloaded }
            throw error
        }
    }

    // MARK: Turns

    private func enter() async throws {
        try Task.checkCancellation()
        if state.withLock({ $0.waiters.isEmpty && $0.enter() }) { return }
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let isDone = state.withLock { state in
                    // The handler may have run before there was somebody to wake.
                    if Task.isCancelled { return false }
                    state.waiters[number] = waiter
                    state.line.append(number)
                    return true
                }
                if !isDone { waiter.resume(throwing: CancellationError()) }
                // There may have been a place again by the time the line was joined.
                wakeThoseWhoMayEnter()
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func leave(_ outcome: AdaptiveLimit.Outcome, sentIn period: AdaptiveLimit.Period) {
        state.withLock { state in
            state.underWay -= 1
            state.limit.take(outcome, ofRequestSentIn: period)
        }
        wakeThoseWhoMayEnter()
    }

    private func wakeThoseWhoMayEnter() {
        while true {
            let waiter = state.withLock { state in
                guard state.underWay < state.limit.count, let next = state.nextInLine() else {
                    return nil as CheckedContinuation<Void, any Error>?
                }
                state.underWay += 1
                return next
            }
            guard let waiter else { return }
            waiter.resume()
        }
    }

    // MARK: Pauses

    private func close(for pause: Duration) {
        guard pause > .zero, pause <= settings.patience else { return }
        let end = settings.now() + pause
        state.withLock { $0.closedUntil = max($0.closedUntil ?? end, end) }
    }

    private func awaitOpening() async throws {
        while let end = state.withLock({ $0.closedUntil }) {
            let rest = end - settings.now()
            if rest <= .zero {
                state.withLock { if $0.closedUntil == end { $0.closedUntil = nil } }
                return
            }
            try await settings.sleep(rest)
            try Task.checkCancellation()
        }
    }
}

extension HTTPResponse {
    /// What means "slow down" in every service.
    ///
    /// Source: RFC 6585, section 4; RFC 9110, section 15.6.4.
    package var isOverload: Bool { status == 429 || status == 503 }
}
