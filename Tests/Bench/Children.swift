import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A program to run, with the folder it works in and its whole environment.
struct Invocation {
    let program: FilePath
    let arguments: [String]
    let directory: FilePath
    let environment: Environment
}

/// What running something took.
struct Cost {
    /// From before the first start to after the last end.
    var wall: Duration = .zero
    /// User and system time, of grandchildren as well.
    var cpu: Duration = .zero
    /// The most memory that any one process had, in bytes.
    ///
    /// A process starts with its parent's figure, so less than the bench's own cannot be told.
    var peakBytes = 0
}

/// A program that did not end well.
struct Failed: Error, CustomStringConvertible {
    let invocation: Invocation
    let status: CInt
    let output: String

    var description: String {
        let words = [invocation.program.lastComponent.string] + invocation.arguments
        return "'\(words.joined(separator: " "))' ended with \(status): \(output)"
    }
}

/// A signal asked the bench to end.
struct Interrupted: Error {
    let signal: CInt
}

private let interrupts = [SIGINT, SIGTERM, SIGHUP]

/// Keeps the signals that end the bench, and those about children, for ``runSideBySide(_:log:)`` to collect.
func blockSignals() {
    var set = signalSet(interrupts + [SIGCHLD])
    pthread_sigmask(SIG_BLOCK, &set, nil)
}

private func signalSet(_ signals: [CInt]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
}

/// Runs programs side by side until the last one has ended.
///
/// `log`: a file for what they say. Throws ``Failed``, ``Interrupted`` with all of them ended,
/// `SystemError`.
func runSideBySide(_ invocations: [Invocation], log: FilePath) throws -> Cost {
    var cost = Cost()
    var running: [pid_t: Invocation] = [:]
    var failure: Failed?
    let start = ContinuousClock.now
    do {
        for invocation in invocations { running[try spawn(invocation, log)] = invocation }
        while !running.isEmpty {
            try awaitChild()
            for (pid, invocation) in running {
                var status: CInt = 0
                var usage = rusage()
                guard wait4(pid, &status, WNOHANG, &usage) == pid else { continue }
                cost.wall = .now - start
                cost.cpu += Duration(usage.ru_utime) + Duration(usage.ru_stime)
                cost.peakBytes = max(cost.peakBytes, usage.peakBytes)
                running[pid] = nil
                if status != 0 {
                    let said = String(decoding: try readFile(log).suffix(2000), as: UTF8.self)
                    failure = Failed(invocation: invocation, status: status, output: said)
                }
            }
        }
    } catch {
        for pid in running.keys { end(pid) }
        throw error
    }
    if let failure { throw failure }
    return cost
}

/// Blocks until somebody sends this process one of the signals that end the bench, and returns which.
func awaitInterrupt() -> CInt {
    var awaited = signalSet(interrupts)
    var signal: CInt = 0
    sigwait(&awaited, &signal)
    return signal
}

/// Blocks until a child has ended; an interrupt is thrown.
private func awaitChild() throws(Interrupted) {
    var awaited = signalSet(interrupts + [SIGCHLD])
    var signal: CInt = 0
    sigwait(&awaited, &signal)
    if signal != SIGCHLD { throw Interrupted(signal: signal) }
}

/// Ends a child and what it started: politely first.
private func end(_ pid: pid_t) {
    kill(-pid, SIGTERM)
    for _ in 0..<50 {
        if waitpid(pid, nil, WNOHANG) == pid { return }
        usleep(100_000)
    }
    kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
}

/// Starts a program as the leader of its own process group.
private func spawn(_ invocation: Invocation, _ log: FilePath) throws(SystemError) -> pid_t {
    #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
    #else
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
        &actions, 1, log.string, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var none = signalSet([])
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

    // The bench has one thread, so it can go there itself; a shell in between would be measured.
    guard invocation.directory.withCString({ chdir($0) }) == 0 else {
        throw SystemError("enter", invocation.directory)
    }
    var pid: pid_t = 0
    let variables = invocation.environment.variables.map { "\($0.key)=\($0.value)" }
    let code = withCStrings([invocation.program.lastComponent.string] + invocation.arguments) {
        arguments in
        withCStrings(variables) { variables in
            invocation.program.withCString {
                posix_spawn(&pid, $0, &actions, &attributes, arguments, variables)
            }
        }
    }
    guard code == 0 else { throw SystemError("start", invocation.program, code: code) }
    return pid
}

extension Duration {
    fileprivate init(_ time: timeval) {
        self = .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
    }
}

extension rusage {
    /// Darwin counts bytes, the rest of the world KiB.
    fileprivate var peakBytes: Int {
        #if canImport(Darwin)
        ru_maxrss
        #else
        ru_maxrss << 10
        #endif
    }
}
