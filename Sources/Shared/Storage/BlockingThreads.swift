internal import Basics

/// Threads for reading, hashing and writing large files, which would keep the shared pool from
/// everything else.
///
/// They start with the first large file and end with the store.
package final class BlockingThreads: Sendable {
    private let executor = Locked<BlockingExecutor?>(nil)

    /// Those that hash what is downloaded in pieces.
    package let hashing = DownloadHashing()

    package init() {}

    deinit { executor.withLock { $0 }?.shutDown() }

    /// Runs work that blocks on the threads, or right here when the system gives none.
    package func run<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let executor = executor.withLock { executor in
            if executor == nil { executor = try? BlockingExecutor(threads: 2) }  // as said above
            return executor
        }
        return try await withTaskExecutorPreference(executor, operation: body)
    }
}
