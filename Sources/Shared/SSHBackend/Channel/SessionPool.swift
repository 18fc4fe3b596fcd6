internal import Basics

/// What a session is opened for.
package struct SessionNeed: Sendable {
    /// Whether there is none yet; further ones must not ask the user anything.
    package let isFirst: Bool
    /// Whether many bytes will be moved.
    package let movesMuch: Bool

    package init(isFirst: Bool, movesMuch: Bool = false) {
        self.isFirst = isFirst
        self.movesMuch = movesMuch
    }
}

/// The sessions with one server: opened when there is work, and again when one was lost.
///
/// One session does most work; more are opened one by one while that one is kept busy, and at once
/// for a large file where each has one already. A server that refuses another one only has fewer.
final class SessionPool: Sendable {
    private typealias Waiter = CheckedContinuation<SFTPSession, any Error>

    private struct Member {
        let session: SFTPSession
        /// How many pieces of work use it, each with a file open at most.
        var uses = 0
        /// How many of them are large.
        var largeUses = 0
        let slots: Int
    }

    private struct Waiting {
        let number: Int
        let isLarge: Bool
        let waiter: Waiter
    }

    private struct State {
        var members: [Member] = []
        var opening: [SFTPSession] = []
        /// Whether somebody is making one, so that nobody else starts a program for nothing.
        var isStarting = false
        var waiters: [Waiting] = []
        var nextNumber = 0
        /// Those that were cancelled before they were in the queue.
        var cancelled: Set<Int> = []
        var limit: Int
        var movesMuch = false
        /// Since when there has been an open session.
        var openSince: ContinuousClock.Instant?
        /// Why there never will be one: asking a second time for a password helps nobody.
        var verdict: SFTPSessionFailure?

        /// Whether a large file had better wait for a session more, which comes soon.
        var isCrowded: Bool {
            !members.isEmpty && members.allSatisfy { $0.largeUses > 0 }
                && (!opening.isEmpty || members.count < limit)
        }
    }

    private let state: Locked<State>
    private let transport: @Sendable (SessionNeed) throws(SystemError) -> SFTPTransport
    /// How long the sessions there are must have been busy before another is opened, each.
    private let patience: Duration

    /// `limit`: how many sessions at most; at least one.
    ///
    /// `transport`: how to open a session.
    init(
        limit: Int, patience: Duration,
        _ transport: @escaping @Sendable (SessionNeed) throws(SystemError) -> SFTPTransport
    ) {
        state = Locked(State(limit: max(1, limit)))
        self.patience = patience
        self.transport = transport
    }

    deinit {
        for session in state.withLock({ $0.members.map(\.session) + $0.opening }) { session.stop() }
    }

    /// Runs `body` with a session that is there for it; the file that it opens there is counted.
    ///
    /// `isLarge`: it will keep the session busy for long, and would rather have one for itself.
    /// Throws ``SFTPSessionFailure``, `CancellationError`, and what `body` throws.
    func withSession<Result>(
        isLarge: Bool = false, _ body: (SFTPSession) async throws -> Result
    ) async throws -> Result {
        let session = try await take(isLarge)
        defer { giveBack(session, isLarge) }
        return try await body(session)
    }

    /// Opens the first session though nobody waits for it yet; returns at once.
    func open() {
        openAnother(state.withLock { nextOpening(&$0, isExpected: true) })
    }

    /// Says that sessions opened from now on will move many bytes.
    func expectMuch() { state.withLock { $0.movesMuch = true } }

    // MARK: Taking and giving back

    private func take(_ isLarge: Bool) async throws -> SFTPSession {
        try Task.checkCancellation()
        let (session, number, opening) = try state.withLock {
            state -> (SFTPSession?, Int, SessionNeed?) in
            if let verdict = state.verdict { throw verdict }
            state.nextNumber += 1
            if isLarge { state.movesMuch = true }
            let isFree = state.waiters.isEmpty && !(isLarge && state.isCrowded)
            let session = isFree ? Self.freeSession(&state, isLarge) : nil
            return (session, state.nextNumber, nextOpening(&state))
        }
        openAnother(opening)
        if let session { return session }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let refusal = state.withLock { state -> (any Error)? in
                    if state.cancelled.remove(number) != nil { return CancellationError() }
                    if let verdict = state.verdict { return verdict }
                    state.waiters.append(Waiting(number: number, isLarge: isLarge, waiter: waiter))
                    return nil
                }
                if let refusal { waiter.resume(throwing: refusal) }
                serve()
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiters.remove(at: index).waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func giveBack(_ session: SFTPSession, _ isLarge: Bool) {
        serve { state in
            guard let index = state.members.firstIndex(where: { $0.session === session }) else {
                return
            }
            state.members[index].uses -= 1
            if isLarge { state.members[index].largeUses -= 1 }
        }
    }

    /// The open session with the least to do that can take more.
    private static func freeSession(_ state: inout State, _ isLarge: Bool) -> SFTPSession? {
        var found: Int?
        for (index, member) in state.members.enumerated() where member.uses < member.slots {
            let isBetter = found.map { known in
                let known = state.members[known]
                return (member.largeUses, member.uses) < (known.largeUses, known.uses)
            }
            if isBetter ?? true { found = index }
        }
        guard let best = found else { return nil }
        state.members[best].uses += 1
        if isLarge { state.members[best].largeUses += 1 }
        return state.members[best].session
    }

    /// `change`: what happens before, under the lock that is taken for this anyway.
    private func serve(after change: (inout State) -> Void = { _ in }) {
        let (served, opening) = state.withLock { state in
            change(&state)
            var served: [(Waiter, SFTPSession)] = []
            while let next = Self.nextWaiter(state),
                let session = Self.freeSession(&state, state.waiters[next].isLarge)
            {
                served.append((state.waiters.remove(at: next).waiter, session))
            }
            return (served, nextOpening(&state))
        }
        for (waiter, session) in served { waiter.resume(returning: session) }
        openAnother(opening)
    }

    /// Whose turn it is: others pass those who had better wait for another session.
    private static func nextWaiter(_ state: State) -> Int? {
        state.isCrowded ? state.waiters.firstIndex { !$0.isLarge } : state.waiters.indices.first
    }

    // MARK: Opening

    /// A session when there is none, or when those there are have long been busy.
    ///
    /// `isExpected`: somebody will want one.
    private func nextOpening(_ state: inout State, isExpected: Bool = false) -> SessionNeed? {
        guard !state.isStarting, state.opening.isEmpty, state.verdict == nil else { return nil }
        let isFirst = state.members.isEmpty
        if isFirst {
            state.isStarting = isExpected || !state.waiters.isEmpty
        } else if state.members.count < state.limit {
            let isAwaited = state.isCrowded && state.waiters.contains(where: \.isLarge)
            state.isStarting = isAwaited || isLongBusy(state)
        }
        return state.isStarting ? SessionNeed(isFirst: isFirst, movesMuch: state.movesMuch) : nil
    }

    private func isLongBusy(_ state: State) -> Bool {
        guard let openSince = state.openSince else { return false }
        return state.members.allSatisfy { $0.uses > 1 }
            && openSince.duration(to: .now) > patience * state.members.count
    }

    private func openAnother(_ need: SessionNeed?) {
        guard let need else { return }
        let session: SFTPSession
        do throws(SystemError) {
            session = try SFTPSession(transport(need)) { [weak self] session, event in
                self?.take(event, of: session)
            }
        } catch {
            state.withLock { $0.isStarting = false }
            return dispense(with: SFTPSessionFailure(.notStarted(error.summary), wasOpen: false))
        }
        state.withLock { state in
            state.isStarting = false
            state.opening.append(session)
        }
        session.start()
    }

    private func take(_ event: SFTPSession.Event, of session: SFTPSession) {
        switch event {
        case .opened:
            let slots = session.abilities.handles
            state.withLock { state in
                state.opening.removeAll { $0 === session }
                state.members.append(Member(session: session, slots: slots))
                if state.openSince == nil { state.openSince = .now }
            }
            serve()
        case .ended(let failure):
            let wasOpening = state.withLock { state in
                state.members.removeAll { $0.session === session }
                defer { state.opening.removeAll { $0 === session } }
                return state.opening.contains { $0 === session }
            }
            if wasOpening { dispense(with: failure) } else { serve() }
        }
    }

    /// Goes on with the sessions there are; without any, all who wait get the reason for that.
    private func dispense(with failure: SFTPSessionFailure) {
        let waiters = state.withLock { state -> [Waiting] in
            if !state.members.isEmpty {
                state.limit = state.members.count
                return []
            }
            if !failure.isTransient { state.verdict = failure }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiting in waiters { waiting.waiter.resume(throwing: failure) }
        serve()
    }
}
