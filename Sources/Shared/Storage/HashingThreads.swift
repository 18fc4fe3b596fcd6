internal import Basics

/// Threads for hashing large files, which would keep the shared pool from everything else.
///
/// They start with the first large file and end with the store.
package final class HashingThreads: Sendable {
    private let executor = Locked<BlockingExecutor?>(nil)

    package init() {}

    deinit { executor.withLock { $0 }?.shutDown() }

    /// Runs work that blocks on one of the threads, or right here when there are none.
    package func run<Result: Sendable>(
        _ body: @Sendable () throws -> Result
    ) async throws -> Result {
        let executor = executor.withLock { executor in
            if executor == nil { executor = try? BlockingExecutor(threads: 2) }  // as said above
            return executor
        }
        return try await withTaskExecutorPreference(executor) { try body() }
    }
}
