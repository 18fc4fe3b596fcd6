public import Synchronization  // what is inlined elsewhere may only use what is public

/// The suite's one lock: a value that is only touched while the lock is held.
///
/// A wrapper, so that a sanitizer build can use another lock in one place: ThreadSanitizer reports
/// false races through `Mutex` on Linux.
///
/// `@usableFromInline`, or `@inlinable` has no effect on its methods: a lock would be taken by generic
/// code that looks its own type up in a table first.
@usableFromInline
package final class Locked<Value: ~Copyable & Sendable>: Sendable {
    @usableFromInline let mutex: Mutex<Value>

    @inlinable
    package init(_ value: consuming sending Value) { mutex = Mutex(value) }

    @inlinable
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock(body)
    }
}
