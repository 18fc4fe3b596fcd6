internal import Basics
internal import Synchronization

/// How many bytes may be held in memory at once, by all transfers of a store.
///
/// First come, first served. What is given back may come from any thread. As long as nobody waits no
/// lock is taken: with thousands of small files two threads would meet there for each of them.
final class ByteBudget: Sendable {
    private struct Waiter {
        let number: Int
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiters: [Waiter] = []
        var nextNumber = 0
        /// Waiters that were cancelled before they were in the queue.
        var cancelled: Set<Int> = []
    }

    private let total: Int
    private let available: Atomic<Int>
    /// The length of the queue, which is changed under its lock.
    ///
    /// Whoever waits first counts himself and then looks for free bytes; whoever gives some back does it
    /// the other way around. So one of the two always sees the other.
    private let waiterCount = Atomic<Int>(0)
    private let state = Locked(State())

    init(_ total: Int) {
        self.total = total
        available = Atomic(total)
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
                    waiterCount.add(1, ordering: .sequentiallyConsistent)
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
                waiterCount.subtract(1, ordering: .sequentiallyConsistent)
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
            serve()
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    /// Takes so many bytes if they are free and nobody waits.
    func takeNow(_ count: Int) -> Bool {
        waiterCount.load(ordering: .sequentiallyConsistent) == 0 && subtract(min(count, total))
    }

    func giveBack(_ count: Int) {
        available.add(min(count, total), ordering: .sequentiallyConsistent)
        if waiterCount.load(ordering: .sequentiallyConsistent) > 0 { serve() }
    }

    private func subtract(_ count: Int) -> Bool {
        var free = available.load(ordering: .sequentiallyConsistent)
        while free >= count {
            let (isDone, found) = available.weakCompareExchange(
                expected: free, desired: free - count, ordering: .sequentiallyConsistent)
            if isDone { return true }
            free = found
        }
        return false
    }

    private func serve() {
        let served = state.withLock { state in
            var served: [CheckedContinuation<Void, any Error>] = []
            while let first = state.waiters.first, subtract(first.count) {
                served.append(first.continuation)
                state.waiters.removeFirst()
                waiterCount.subtract(1, ordering: .sequentiallyConsistent)
            }
            return served
        }
        for continuation in served { continuation.resume() }
    }
}
