#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Threads for work that blocks: reading, hashing and writing files.
///
/// Tasks that prefer this executor may block for as long as they like without taking a thread from
/// the shared pool, which has only one per CPU.
package final class BlockingExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var next = 0
        /// Those that have nothing to do.
        var idle = 0
        var threads = 1
        var isShutDown = false
    }

    private let condition = Condition()
    // Only touched while `condition` is held.
    nonisolated(unsafe) private var state = State()
    private let most: Int

    /// `threads`: how many at the most, of which the first starts now and the others when there is work
    /// for them; at least one.
    package init(threads count: Int) throws(SystemError) {
        most = max(1, count)
        // With fewer threads than asked for the work only takes longer; without any it never ends.
        guard startThread({ [self] in run() }) else {
            throw SystemError("start", "a thread", code: EAGAIN)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        condition.lock()
        state.jobs.append(unowned)
        // Whoever was woken counts as idle until it took a job.
        let isNeeded = state.jobs.count - state.next > state.idle && state.threads < most
        if isNeeded { state.threads += 1 } else { condition.signal() }
        condition.unlock()
        if isNeeded, !startThread({ [self] in run() }) {
            condition.lock()
            state.threads -= 1
            condition.signal()
            condition.unlock()
        }
    }

    /// Lets the threads end once all work is done; nothing may be enqueued after it.
    package func shutDown() {
        condition.lock()
        state.isShutDown = true
        condition.broadcast()
        condition.unlock()
    }

    private func run() {
        while let job = takeJob() {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// Waits for the next job; `nil` once there will be none.
    private func takeJob() -> UnownedJob? {
        condition.lock()
        defer { condition.unlock() }
        while state.next == state.jobs.count {
            if state.isShutDown { return nil }
            state.idle += 1
            condition.wait()
            state.idle -= 1
        }
        let job = state.jobs[state.next]
        state.next += 1
        // Here and not before waiting: threads that are never idle would let the queue grow for ever.
        if state.next == state.jobs.count {
            state.jobs.removeAll(keepingCapacity: true)
            state.next = 0
        }
        return job
    }
}

/// Starts a thread of our own that runs `body` and ends.
///
/// Returns whether the system gave us one.
@discardableResult
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let context = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Darwin)
    var thread: pthread_t?
    #else
    var thread = pthread_t()
    #endif
    let code = pthread_create(
        &thread, nil,
        { context in
            #if !canImport(Darwin)
            guard let context else { return nil }
            #endif
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context.toOpaque())
    guard code == 0 else {
        context.release()
        return false
    }
    #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
    #else
    pthread_detach(thread)
    #endif
    return true
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
