package import Synchronization

/// The suite's one lock: a value that is only touched while the lock is held.
///
/// A wrapper, so that a sanitizer build can use another lock in one place: ThreadSanitizer reports
/// false races through `Mutex` on Linux.
package final class Locked<Value: ~Copyable & Sendable>: Sendable {
    @usableFromInline let mutex: Mutex<Value>

    package init(_ value: consuming sending Value) { mutex = Mutex(value) }

    @inlinable
    package func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock(body)
    }
}
