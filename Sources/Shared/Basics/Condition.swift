#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A mutex and a condition variable, for threads that may block.
package final class Condition: Sendable {
    // The addresses never change and both are made to be used by many threads.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
        capacity: 1)
    nonisolated(unsafe) private let variable = UnsafeMutablePointer<pthread_cond_t>.allocate(
        capacity: 1)

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(variable, nil)
    }

    deinit {
        pthread_cond_destroy(variable)
        pthread_mutex_destroy(mutex)
        variable.deallocate()
        mutex.deallocate()
    }

    package func lock() { pthread_mutex_lock(mutex) }
    package func unlock() { pthread_mutex_unlock(mutex) }
    package func wait() { pthread_cond_wait(variable, mutex) }
    package func signal() { pthread_cond_signal(variable) }
    package func broadcast() { pthread_cond_broadcast(variable) }
}
