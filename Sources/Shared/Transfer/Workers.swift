package import Basics

/// Where the requests to a store run: threads of their own for file systems, the shared pool for
/// services.
package struct Workers: Sendable {
    private let executor: BlockingExecutor?

    /// `threads`: for stores that block; `nil` for those that suspend.
    package init(threads: Int?) throws(SystemError) {
        if let threads {
            executor = try BlockingExecutor(threads: threads)
        } else {
            executor = nil
        }
    }

    /// Lets the threads end; nothing may be run any more.
    package func shutDown() { executor?.shutDown() }

    /// Runs `body` for every index, at most `limit` at a time.
    func forEach(
        _ count: Int, limit: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await forEachIndexConcurrently(count, limit: limit, on: executor, body)
    }

    /// The results of `body` for every index, in order.
    package func map<Element: Sendable>(
        _ count: Int, limit: Int, _ body: @escaping @Sendable (Int) async throws -> Element
    ) async throws -> [Element] {
        let results = Locked([Element?](repeating: nil, count: count))
        try await forEach(count, limit: limit) { index in
            let element = try await body(index)
            results.withLock { $0[index] = element }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
