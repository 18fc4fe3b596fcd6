internal import Basics
package import HTTPClient
package import Storage

/// What the run-caches of object services have in common: small files below one folder of names.
package struct ServiceRunCache: Sendable {
    private let store: String
    private let retry: RetryingStore.Policy
    private let failure: @Sendable (HTTPResponse) -> StoreError

    /// `store`: the remote's name; `failure`: the error for an answer that is not what was asked for.
    package init(
        store: String, retry: RetryingStore.Policy,
        failure: @escaping @Sendable (HTTPResponse) -> StoreError
    ) {
        self.store = store
        self.retry = retry
        self.failure = failure
    }

    /// The entries below a folder, which is named with its slash.
    ///
    /// `page`: the names from a continuation on, `nil` being the beginning, and where the next page
    /// starts, `nil` after the last.
    package func runs(
        below folder: String,
        page: (_ continuation: String?) async throws -> (names: [String], next: String?)
    ) async throws -> Set<RunCacheName> {
        var found: Set<RunCacheName> = []
        var continuation: String?
        repeat {
            let (names, next) = try await page(continuation)
            found.formUnion(names.compactMap { RunCacheName(key: $0, below: folder) })
            continuation = next
        } while continuation != nil
        return found
    }

    /// Sends a request about what lies at `path`, again where that helps.
    ///
    /// `operation`: a verb; `checksum`: what the service says of the bytes of the answer, of which their
    /// name says nothing. Throws ``RunCacheError`` and `CancellationError`.
    package func send(
        _ operation: String, _ path: String,
        checksum: (HTTPResponse) -> ContentChecksum? = { _ in nil },
        _ request: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        try await RunCacheError.rethrowing(operation, FilePath(path), retry) {
            let response = try await request()
            guard (200..<300).contains(response.status) else { throw failure(response) }
            guard checksum(response)?.isThat(of: response.body) ?? true else {
                throw StoreError(
                    .read, RunCacheError.key, store: store,
                    .interrupted("the bytes that arrived are not those that the service sent"))
            }
            return response
        }
    }
}
