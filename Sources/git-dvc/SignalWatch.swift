import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Turns the signals that end a program into cancelling its work, so that it can clean up.
///
/// The first one cancels; a second one, or five seconds without an end, ends the process at once,
/// which leaves at most temporary files.
final class SignalWatch: Sendable {
    private let first = Locked<CInt?>(nil)
    private let cancel = Locked<(@Sendable () -> Void)?>(nil)

    /// The signal that came, if any.
    var received: CInt? { first.withLock { $0 } }

    /// Must be made before any other thread is started: threads inherit the mask, and a signal that
    /// another thread may take ends the process at once.
    init() {
        var ending = sigset_t()
        sigemptyset(&ending)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ending, number) }
        pthread_sigmask(SIG_BLOCK, &ending, nil)
        let watched = ending
        startThread { [self] in
            var set = watched
            var number: CInt = 0
            guard sigwait(&set, &number) == 0 else { return }
            let signal = number
            first.withLock { $0 = signal }
            cancel.withLock { $0 }?()
            startThread {
                sleep(5)
                _exit(128 + signal)
            }
            _ = sigwait(&set, &number)
            _exit(128 + number)
        }
    }

    /// Says what to do when the first signal comes, or has come.
    func onFirst(_ action: @escaping @Sendable () -> Void) {
        cancel.withLock { $0 = action }
        if received != nil { action() }
    }
}
