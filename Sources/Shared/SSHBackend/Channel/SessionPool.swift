internal import Basics

/// The sessions with one server: opened when there is work, and again when one was lost.
///
/// One session does most work; more are opened one by one while that one is kept busy. A server
/// that refuses another one only has fewer.
final class SessionPool: Sendable {
    private typealias Waiter = CheckedContinuation<SFTPSession, any Error>

    private struct Member {
        let session: SFTPSession
        /// How many pieces of work use it, each with a file open at most.
        var uses = 0
        let slots: Int
    }

    private struct State {
        var members: [Member] = []
        var opening: [SFTPSession] = []
        /// Whether somebody is making one, so that nobody else starts a program for nothing.
        var isStarting = false
        var waiters: [(number: Int, waiter: Waiter)] = []
        var nextNumber = 0
        /// Those that were cancelled before they were in the queue.
        var cancelled: Set<Int> = []
        var limit: Int
        /// Since when there has been an open session.
        var openSince: ContinuousClock.Instant?
        /// Why there never will be one: asking a second time for a password helps nobody.
        var verdict: SFTPSessionFailure?
    }

    private let state: Locked<State>
    private let transport: @Sendable (_ isFirst: Bool) throws(SystemError) -> SFTPTransport
    /// How long the sessions there are must have been busy before another is opened, each.
    private let patience: Duration

    /// `limit`: how many sessions at most; at least one.
    ///
    /// `transport`: how to open the first session, and others, which must not ask anything.
    init(
        limit: Int, patience: Duration,
        _ transport: @escaping @Sendable (_ isFirst: Bool) throws(SystemError) -> SFTPTransport
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
    /// Throws ``SFTPSessionFailure``, `CancellationError`, and what `body` throws.
    func withSession<Result>(
        _ body: (SFTPSession) async throws -> Result
    ) async throws -> Result {
        let session = try await take()
        defer { giveBack(session) }
        return try await body(session)
    }

    /// Opens the first session though nobody waits for it yet; returns at once.
    func open() {
        openAnother(state.withLock { nextOpening(&$0, isExpected: true) })
    }

    // MARK: Taking and giving back

    private func take() async throws -> SFTPSession {
        try Task.checkCancellation()
        let (session, number, opening) = try state.withLock {
            state -> (SFTPSession?, Int, Opening?) in
            if let verdict = state.verdict { throw verdict }
            state.nextNumber += 1
            let session = state.waiters.isEmpty ? Self.freeSession(&state) : nil
            return (session, state.nextNumber, nextOpening(&state))
        }
        openAnother(opening)
        if let session { return session }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let refusal = state.withLock { state -> (any Error)? in
                    if state.cancelled.remove(number) != nil { return CancellationError() }
                    if let verdict = state.verdict { return verdict }
                    state.waiters.append((number, waiter))
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

    private func giveBack(_ session: SFTPSession) {
        serve { state in
            guard let index = state.members.firstIndex(where: { $0.session === session }) else {
                return
            }
            state.members[index].uses -= 1
        }
    }

    /// The open session with the least to do that can take more.
    private static func freeSession(_ state: inout State) -> SFTPSession? {
        var found: Int?
        for (index, member) in state.members.enumerated() where member.uses < member.slots {
            if found.map({ member.uses < state.members[$0].uses }) ?? true { found = index }
        }
        guard let best = found else { return nil }
        state.members[best].uses += 1
        return state.members[best].session
    }

    /// `change`: what happens before, under the lock that is taken for this anyway.
    private func serve(after change: (inout State) -> Void = { _ in }) {
        let (served, opening) = state.withLock { state in
            change(&state)
            var served: [(Waiter, SFTPSession)] = []
            while !state.waiters.isEmpty, let session = Self.freeSession(&state) {
                served.append((state.waiters.removeFirst().waiter, session))
            }
            return (served, nextOpening(&state))
        }
        for (waiter, session) in served { waiter.resume(returning: session) }
        openAnother(opening)
    }

    // MARK: Opening

    /// A session that is to be opened, by whoever was told so.
    private enum Opening { case first, further }

    /// A session when there is none, or when those there are have long been busy.
    ///
    /// `isExpected`: somebody will want one.
    private func nextOpening(_ state: inout State, isExpected: Bool = false) -> Opening? {
        guard !state.isStarting, state.opening.isEmpty, state.verdict == nil else { return nil }
        if state.members.isEmpty {
            state.isStarting = isExpected || !state.waiters.isEmpty
            return state.isStarting ? .first : nil
        }
        guard state.members.count < state.limit, state.members.allSatisfy({ $0.uses > 1 }),
            let openSince = state.openSince,
            openSince.duration(to: .now) > patience * state.members.count
        else { return nil }
        state.isStarting = true
        return .further
    }

    private func openAnother(_ opening: Opening?) {
        guard let opening else { return }
        let session: SFTPSession
        do throws(SystemError) {
            session = try SFTPSession(transport(opening == .first)) { [weak self] session, event in
                self?.take(event, of: session)
            }
        } catch {
            state.withLock { $0.isStarting = false }
            refuse(SFTPSessionFailure(.notStarted(error.summary), wasOpen: false))
            return
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
            let isNeeded = state.withLock { state in
                state.members.removeAll { $0.session === session }
                let wasOpening = state.opening.contains { $0 === session }
                state.opening.removeAll { $0 === session }
                if wasOpening, !state.members.isEmpty { state.limit = state.members.count }
                return state.members.isEmpty && wasOpening
            }
            if isNeeded { refuse(failure) } else { serve() }
        }
    }

    /// Gives all who wait the reason why they get no session.
    private func refuse(_ failure: SFTPSessionFailure) {
        let waiters = state.withLock { state in
            if !failure.isTransient { state.verdict = failure }
            defer { state.waiters = [] }
            return state.waiters
        }
        for (_, waiter) in waiters { waiter.resume(throwing: failure) }
    }
}
