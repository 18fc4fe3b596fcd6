#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A program to run: argument array, never a shell.
package struct Command: Sendable {
    /// Absolute path of the program.
    package var program: FilePath
    package var arguments: [String]
    package var environment: Environment

    package init(_ program: FilePath, _ arguments: [String], environment: Environment) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    /// For messages: program name and arguments with blanks between, passwords in URLs left out.
    package var line: String {
        ([program.lastComponent.string] + arguments.map(withoutPassword)).joined(separator: " ")
    }
}

/// How a child process ended.
package enum ExitStatus: Equatable, Sendable {
    case exited(CInt)
    case signalled(CInt)
    /// The system did not tell: where SIGCHLD is ignored, it forgets children as they end.
    case unknown

    package var isSuccess: Bool { self == .exited(0) }

    /// As a shell shows it: the code, or 128 plus the signal.
    package var code: CInt {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        case .unknown: 255
        }
    }
}

/// A subprocess that could not be started or did not end well.
package struct SubprocessError: UserFacingError, Equatable {
    package enum Cause: Equatable, Sendable {
        case notStarted(code: CInt)
        case ended(ExitStatus)
        /// Its output was not what the program documents.
        case unexpectedOutput(String)
        /// It was still running after this time.
        case tooSlow(Duration)
    }

    package let commandLine: String
    package let cause: Cause
    /// The last lines the child wrote to stderr.
    package let lastWords: String

    package init(_ command: Command, _ cause: Cause, lastWords: String = "") {
        self.commandLine = command.line
        self.cause = cause
        self.lastWords = lastWords
    }

    package var summary: String {
        let what =
            switch cause {
            case .notStarted(let code): "cannot be started: \(systemErrorText(code))"
            case .ended(.exited(let code)): "failed with exit code \(code)"
            case .ended(.signalled(let signal)): "was ended by signal \(signal)"
            case .ended(.unknown): "ended, but the system did not say how"
            case .unexpectedOutput(let text): "gave an unexpected answer: \(text)"
            case .tooSlow(let limit): "did not end within \(limit.components.seconds) seconds"
            }
        let words = lastWords.isEmpty ? "" : ": " + lastWords
        return "'\(commandLine)' \(what)\(words)"
    }
}

/// Where a child's standard stream comes from or goes to.
package enum ChildStream: Sendable {
    /// `/dev/null`.
    case none
    /// The same as this process's.
    case inherit
    /// A pipe whose other end this process holds.
    case pipe
    /// A descriptor of this process, which keeps it.
    case descriptor(CInt)
}

/// A started child; whoever starts one must ``wait()`` for it.
package struct ChildProcess: ~Copyable {
    package let command: Command
    let identifier: pid_t
    var isReaped = false
    /// The writing end of the child's stdin, when it is a pipe.
    package var input: OpenFile?
    /// The reading end of the child's stdout, when it is a pipe.
    package var output: OpenFile?
    /// The reading end of the child's stderr, when it is a pipe.
    package var errorOutput: OpenFile?

    fileprivate init(_ command: Command, _ identifier: pid_t, _ ends: inout ChildEnds) {
        self.init(
            command, identifier, input: ends.takeParentEnd(0, named: "the child's input"),
            output: ends.takeParentEnd(1, named: "the child's output"),
            errorOutput: ends.takeParentEnd(2, named: "the child's messages"))
    }

    /// A child that runs already.
    init(
        _ command: Command, _ identifier: pid_t, input: consuming OpenFile?,
        output: consuming OpenFile?, errorOutput: consuming OpenFile?
    ) {
        self.command = command
        self.identifier = identifier
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
    }

    deinit {
        guard !isReaped else { return }
        // Only on a path that throws: end it rather than leave it behind.
        kill(identifier, SIGTERM)
        var status: CInt = 0
        _ = retryingInterrupts { waitpid(identifier, &status, 0) }
    }

    /// Closes our ends of the pipes, waits for the child and says how it ended.
    package mutating func wait() -> ExitStatus {
        input = nil
        output = nil
        errorOutput = nil
        var status: CInt = 0
        let reaped = retryingInterrupts { waitpid(identifier, &status, 0) }
        isReaped = true
        guard reaped == identifier else { return .unknown }
        return ExitStatus(waitStatus: status)
    }

    /// The same, but gives up at `deadline` and returns `nil`; the child goes on.
    package mutating func wait(until deadline: ContinuousClock.Instant) -> ExitStatus? {
        var status: CInt = 0
        while true {
            let reaped = retryingInterrupts { waitpid(identifier, &status, WNOHANG) }
            if reaped != 0 {
                isReaped = true
                return reaped == identifier ? ExitStatus(waitStatus: status) : .unknown
            }
            if ContinuousClock.now >= deadline { return nil }
            usleep(10_000)
        }
    }

    /// Closes our ends of the pipes and sees to it that the child ends: by itself, or by signals.
    package mutating func end(within grace: Duration) {
        input = nil
        output = nil
        errorOutput = nil
        if wait(until: .now + grace) != nil { return }
        kill(identifier, SIGTERM)
        if wait(until: .now + .seconds(1)) != nil { return }
        kill(identifier, SIGKILL)
        _ = wait()
    }

    /// Asks the child to end, by SIGTERM.
    package func terminate() { if !isReaped { kill(identifier, SIGTERM) } }

    /// Ends a child that has a process group of its own, with all that it started.
    package mutating func endGroup() {
        kill(-identifier, SIGTERM)
        if wait(until: .now + .seconds(1)) == nil { kill(-identifier, SIGKILL) }
    }
}

extension ExitStatus {
    /// What waitpid(2) tells of a process that has ended.
    fileprivate init(waitStatus status: CInt) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}

extension Command {
    /// Starts the program; whoever starts a child must wait for it.
    ///
    /// `hasOwnGroup`: signals of the terminal do not reach it, and it can be ended with all that it
    /// starts.
    package func start(
        input: ChildStream = .none, output: ChildStream = .pipe, errorOutput: ChildStream = .pipe,
        hasOwnGroup: Bool = false
    ) throws(SubprocessError) -> ChildProcess {
        do throws(SystemError) {
            var ends = try ChildEnds([input, output, errorOutput])
            let identifier = try spawn(self, ends, hasOwnGroup)
            return ChildProcess(self, identifier, &ends)
        } catch {
            throw SubprocessError(self, .notStarted(code: error.code))
        }
    }
}

/// The descriptors of one child while it is being started.
private struct ChildEnds: ~Copyable {
    /// The child's three standard streams, as descriptors of this process.
    private(set) var child: [CInt] = []
    /// Our side of those that are pipes; -1 once taken, or when there is none.
    private var parent: [CInt] = []
    private var toClose: [CInt] = []

    /// `streams`: stdin, stdout and stderr.
    init(_ streams: [ChildStream]) throws(SystemError) {
        for (standard, stream) in streams.enumerated() {
            try open(stream, standard: CInt(standard))
        }
    }

    deinit {
        for descriptor in toClose + parent where descriptor >= 0 { close(descriptor) }
    }

    /// Our end of a stream, which the caller owns from then on.
    mutating func takeParentEnd(_ standard: Int, named name: FilePath) -> OpenFile? {
        guard parent[standard] >= 0 else { return nil }
        defer { parent[standard] = -1 }
        return OpenFile(adopting: parent[standard], named: name)
    }

    private mutating func open(_ stream: ChildStream, standard: CInt) throws(SystemError) {
        switch stream {
        case .inherit:
            child.append(standard)
            parent.append(-1)
        case .descriptor(let descriptor):
            child.append(descriptor)
            parent.append(-1)
        case .none:
            let null = openDescriptor("/dev/null", O_RDWR)
            guard null >= 0 else { throw SystemError("open", "/dev/null") }
            toClose.append(null)
            child.append(null)
            parent.append(-1)
        case .pipe:
            let (reader, writer) = try makePipe()
            toClose.append(standard == 0 ? reader : writer)
            child.append(standard == 0 ? reader : writer)
            parent.append(standard == 0 ? writer : reader)
        }
    }
}

/// Held while a child is started, or a pipe is not yet one that children do not get.
private let starting = Condition()

/// A pipe whose ends are closed in programs that this process starts.
package func makePipe() throws(SystemError) -> (reader: CInt, writer: CInt) {
    // pipe2 would be one call, but neither Darwin nor Swift's Glibc has it: no child may be started
    // in between, which would keep the ends open.
    starting.lock()
    defer { starting.unlock() }
    var ends: (CInt, CInt) = (-1, -1)
    let made = withUnsafeMutablePointer(to: &ends) { pointer in
        pointer.withMemoryRebound(to: CInt.self, capacity: 2) { pipe($0) }
    }
    guard made == 0 else { throw SystemError("create", "a pipe") }
    _ = fcntl(ends.0, F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends.1, F_SETFD, FD_CLOEXEC)
    return (ends.0, ends.1)
}

private func openDescriptor(_ path: String, _ flags: CInt) -> CInt { open(path, flags | O_CLOEXEC) }

private func spawn(
    _ command: Command, _ ends: borrowing ChildEnds, _ hasOwnGroup: Bool
) throws(SystemError) -> pid_t {
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
    posix_spawn_file_actions_adddup2(&actions, ends.child[0], 0)
    posix_spawn_file_actions_adddup2(&actions, ends.child[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends.child[2], 2)

    // We ignore SIGPIPE and block the signals that end us; a child must not inherit either.
    var none = sigset_t()
    var ignoredByUs = sigset_t()
    sigemptyset(&none)
    sigemptyset(&ignoredByUs)
    sigaddset(&ignoredByUs, SIGPIPE)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &ignoredByUs)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if hasOwnGroup { flags |= POSIX_SPAWN_SETPGROUP }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let arguments = [command.program.lastComponent.string] + command.arguments
    let variables = command.environment.variables.map { "\($0.key)=\($0.value)" }
    var identifier: pid_t = 0
    starting.lock()
    defer { starting.unlock() }
    let code = withCStrings(arguments) { arguments in
        withCStrings(variables) { variables in
            command.program.withCString { program in
                posix_spawn(&identifier, program, &actions, &attributes, arguments, variables)
            }
        }
    }
    guard code == 0 else { throw SystemError("start", command.program, code: code) }
    return identifier
}

/// Calls `body` with a NULL-terminated array of C strings.
package func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
