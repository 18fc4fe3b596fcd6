package import Synchronization

/// Runs `body` for every index in `0..<count`, at most `limit` at a time, in ascending order of start.
///
/// A fixed set of workers takes the next index each: no task per element, so a million small
/// elements cost a million atomic additions. The first error cancels the rest and is rethrown once
/// all of it has stopped.
///
/// `executor`: where the workers run; `nil` means the shared pool, for work that suspends.
package func forEachIndexConcurrently(
    _ count: Int, limit: Int, on executor: BlockingExecutor? = nil,
    _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    precondition(limit > 0, "limit must be positive")
    let next = SharedCounter()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<min(limit, count) {
            group.addTask(executorPreference: executor) {
                while true {
                    let index = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    try Task.checkCancellation()
                    do {
                        try await body(index)
                    } catch {
                        // At once: until the cancellation arrives, others could begin many more.
                        next.value.store(count, ordering: .relaxed)
                        throw error
                    }
                }
            }
        }
        // Not waitForAll(), which lets the other workers go on to the end after an error.
        while try await group.next() != nil {}
    }
}

/// A number that many tasks count up.
package final class SharedCounter: Sendable {
    package let value = Atomic<Int>(0)
    package init() {}
}
