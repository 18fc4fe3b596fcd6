import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Turns the signals that end a program into cancelling its work, so that it can clean up.
///
/// The first one cancels; one more than a second later, or five seconds without an end, ends the
/// process at once,
/// which leaves at most temporary files.
///
/// A handler that writes to a pipe, because it works whichever thread a signal is given to. Blocking
/// them and waiting in a thread does not: on Linux the main thread of an asynchronous `main` waits in
/// sigsuspend(2) with every signal let through, and is the first that the kernel considers.
/// Source: dispatch_main() of libdispatch; signal(7).
final class SignalWatch: Sendable {
    private let first = Locked<CInt?>(nil)
    private let cancel = Locked<(@Sendable () -> Void)?>(nil)

    /// The signal that came, if any.
    var received: CInt? { first.withLock { $0 } }

    /// Takes the signals from now on.
    init() {
        var ends: [CInt] = [-1, -1]
        // Without a pipe signals end the process at once, as they do any program.
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        signalPipe = ends[1]
        let pipe = ends[0]
        startThread { [self] in
            let signal = Self.next(from: pipe)
            first.withLock { $0 = signal }
            cancel.withLock { $0 }?()
            startThread {
                sleep(5)
                _exit(128 + signal)
            }
            // A terminal sends Ctrl-C to all of a command, and git passes it on to us once more.
            let start = ContinuousClock.now
            while true {
                let next = Self.next(from: pipe)
                if start.duration(to: .now) > .seconds(1) { _exit(128 + next) }
            }
        }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let previous = signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe, &byte, 1)
                errno = saved
            }
            // Whoever started us with one ignored, such as nohup, wants it to stay so.
            let isIgnored = unsafeBitCast(SIG_IGN, to: Int.self)
            if unsafeBitCast(previous, to: Int.self) == isIgnored { signal(number, SIG_IGN) }
        }
    }

    /// Says what to do when the first signal comes, or has come.
    func onFirst(_ action: @escaping @Sendable () -> Void) {
        cancel.withLock { $0 = action }
        if received != nil { action() }
    }

    /// Blocks until a signal has come.
    private static func next(from pipe: CInt) -> CInt {
        var byte: UInt8 = 0
        while retryingInterrupts({ read(pipe, &byte, 1) }) != 1 {}
        return CInt(byte)
    }
}

/// Where the handler writes: set before it is installed, then only read, and never closed.
nonisolated(unsafe) private var signalPipe: CInt = -1
