internal import Basics

/// How many bytes may be held in memory at once, by all transfers of a store.
///
/// First come, first served. What is given back may come from any thread.
final class ByteBudget: Sendable {
    private struct Waiter {
        let number: Int
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var available: Int
        var waiters: [Waiter] = []
        var nextNumber = 0
        /// Waiters that were cancelled before they were in the queue.
        var cancelled: Set<Int> = []
    }

    private let total: Int
    private let state: Locked<State>

    init(_ total: Int) {
        self.total = total
        state = Locked(State(available: total))
    }

    /// Waits until so many bytes are free; more than there are count as all of them.
    ///
    /// Throws `CancellationError`.
    func take(_ count: Int) async throws {
        try Task.checkCancellation()
        let count = min(count, total)
        if takeNow(count) { return }
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return true }
                    state.waiters.append(
                        Waiter(number: number, count: count, continuation: continuation))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                serve()
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
            serve()
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    /// Takes so many bytes if they are free and nobody waits.
    func takeNow(_ count: Int) -> Bool {
        let count = min(count, total)
        return state.withLock { state in
            guard state.waiters.isEmpty, state.available >= count else { return false }
            state.available -= count
            return true
        }
    }

    func giveBack(_ count: Int) {
        state.withLock { $0.available += min(count, total) }
        serve()
    }

    private func serve() {
        let served = state.withLock { state in
            var served: [CheckedContinuation<Void, any Error>] = []
            while let first = state.waiters.first, first.count <= state.available {
                state.available -= first.count
                served.append(first.continuation)
                state.waiters.removeFirst()
            }
            return served
        }
        for continuation in served { continuation.resume() }
    }
}
