package import Basics
internal import Digests
internal import HTTPClient
package import Storage

extension StoreError {
    /// The error about an object whose request got no answer.
    ///
    /// `hasAnswered`: whether the service has answered before; `target`: the file that the answer was
    /// to be written to. Returns `CancellationError` and what nobody foresaw as they are.
    package static func unanswered(
        _ operation: Operation, _ key: ObjectKey, store: String, _ error: any Error,
        hasAnswered: Bool, target: FilePath? = nil
    ) -> any Error {
        switch error {
        case is CancellationError, is StoreError: return error
        case let error as TransportError:
            if case .writing(let code) = error.reason {
                let cause = SystemError("write to", target ?? "", code: code)
                return StoreError(operation, key, store: store, writing: cause)
            }
            let reason: Reason =
                switch error.prospect(hasAnswered: hasAnswered) {
                case .hopeless: .unavailable(error.summary)
                case .transient: .interrupted(error.summary)
                case .tooLarge(let limit): .tooLarge(limit: Int(clamping: limit))
                case .failed: .failed(error.summary)
                }
            return StoreError(operation, key, store: store, reason, remedy: error.advice)
        case let error as any UserFacingError:
            // Nobody knows who we are, so nothing else can be asked either.
            return StoreError(
                operation, key, store: store, .denied(error.summary), remedy: error.advice)
        default: return error
        }
    }
}

extension RetryingStore.Policy {
    /// Asks again as often as for a whole object; the pieces are then not tried once more with it.
    package func retryingPiece<Result>(
        _ request: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await retrying(request)
        } catch let error as StoreError where error.isTransient {
            throw StoreError(
                error.operation, error.key, store: error.store,
                .failed("\(error.reason.words) (tried \(attempts) times)"),
                remedy: "run the command again later: an upload goes on where it ended")
        }
    }
}

extension [UInt8] {
    /// The bytes themselves, if they are what an object's name says; throws `mismatch` otherwise.
    package func checked(
        _ operation: StoreError.Operation, _ key: ObjectKey, store: String
    ) throws(StoreError) -> [UInt8] {
        let oid = key.oid
        let found = objectID(of: self, isDirectory: oid.isDirectory, scheme: oid.scheme)
        guard found == oid else {
            throw StoreError(operation, key, store: store, .mismatch(found: found))
        }
        return self
    }
}
