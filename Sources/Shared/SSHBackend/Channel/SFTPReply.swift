internal import Basics

/// The answer to one request, which may come before or after somebody waits for it.
///
/// At most one task waits.
final class SFTPReply: Sendable {
    typealias Answer = Result<SFTPResponse, any Error>

    private enum State {
        case pending
        case awaited(CheckedContinuation<SFTPResponse, any Error>)
        case finished(Answer)
        /// Whoever waited was cancelled.
        case abandoned
    }

    private let state = Locked<State>(.pending)
    /// Called once, on the session's thread, before anybody else learns of the answer; on the
    /// sender's, when the session has ended before.
    private let onFinish: (@Sendable (Answer) -> Void)?

    init(onFinish: (@Sendable (Answer) -> Void)? = nil) { self.onFinish = onFinish }

    /// Whether waiting would return at once.
    var isFinished: Bool {
        state.withLock { if case .finished = $0 { true } else { false } }
    }

    /// Throws ``SFTPSessionFailure`` when the session ended before, and `CancellationError`.
    func value() async throws -> SFTPResponse {
        try await withTaskCancellationHandler {
            try await waited()
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<SFTPResponse, any Error>? in
                switch state {
                case .awaited(let waiter):
                    state = .abandoned
                    return waiter
                case .pending:
                    state = .abandoned
                    return nil
                case .finished, .abandoned: return nil
                }
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// The same for work that a cancelled task still has to do, such as removing what it made.
    func valueThoughCancelled() async throws -> SFTPResponse { try await waited() }

    private func waited() async throws -> SFTPResponse {
        try await withCheckedThrowingContinuation { waiter in
            let known = state.withLock { state -> Answer? in
                switch state {
                case .pending:
                    state = .awaited(waiter)
                    return nil
                case .finished(let result): return result
                case .abandoned: return .failure(CancellationError())
                case .awaited: preconditionFailure("two tasks wait for one answer")
                }
            }
            if let known { waiter.resume(with: known) }
        }
    }

    func finish(_ result: Answer) {
        onFinish?(result)
        let waiter = state.withLock { state -> CheckedContinuation<SFTPResponse, any Error>? in
            switch state {
            case .awaited(let waiter):
                state = .finished(result)
                return waiter
            case .pending:
                state = .finished(result)
                return nil
            case .finished, .abandoned: return nil
            }
        }
        waiter?.resume(with: result)
    }
}
