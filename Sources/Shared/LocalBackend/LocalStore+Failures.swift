internal import Basics
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension LocalStore {
    /// The error for a system call that failed inside the store.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ error: SystemError
    ) -> StoreError {
        let cause = error.withoutTemporaryName
        switch error.code {
        case ENOTDIR:
            // Everything else needs the root as well, so it is the first suspect.
            guard directoryExists(root) else {
                return StoreError(
                    operation, key, store: traits.name,
                    .unavailable("'\(root)' is not a directory"), cause: cause)
            }
        case ENOTCONN:  // a FUSE mount whose program has died
            return StoreError(
                operation, key, store: traits.name,
                .unavailable("\(systemErrorText(error.code)): '\(root)'"), cause: cause)
        default: break
        }
        return StoreError(operation, key, store: traits.name, writing: cause)
    }

    /// Refuses content that is not what its name says.
    func check(
        _ content: HashedContent, _ operation: StoreError.Operation, _ key: ObjectKey
    ) throws(StoreError) {
        guard content.oid != key.oid else { return }
        throw StoreError(operation, key, store: traits.name, .mismatch(found: content.oid))
    }
}
