package import Basics
internal import Dispatch

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// A started program, which can be sent signals before anybody waits for it.
///
/// Its three streams are unlinked files, not pipes: nothing can block because nobody reads, what was
/// said so far can be looked at any time, and a grandchild that lives on holds nobody up. The
/// program leads its own process group, so that its children can be killed with it.
package final class RunningProcess: Sendable {
    package let processID: pid_t
    private let commandLine: [String]
    private let output: Scratch
    private let errors: Scratch
    private let state = Locked(State())

    private struct State {
        /// The process is gone and its id may belong to somebody else.
        var isOver = false
        var timedOut = false
        var result: ProcessResult?
    }

    /// Starts a program.
    ///
    /// `program` is a path with a slash in it, or a name that is looked up in
    /// `environment["PATH"]`; `scratch` is an existing folder for the streams.
    package init(
        _ program: String, _ arguments: [String], in directory: FilePath,
        environment: [String: String], input: [UInt8], scratch: FilePath
    ) throws {
        commandLine = [program] + arguments
        let executable = try Self.find(program, path: environment["PATH"] ?? "")
        let stdin = try Scratch(in: scratch)
        try stdin.fill(input)
        output = try Scratch(in: scratch)
        errors = try Scratch(in: scratch)

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
        for (number, file) in [stdin, output, errors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, file.descriptor, CInt(number))
        }
        // A program under test starts with the signals of a shell's child, whatever the runner has.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        // The shell only changes the folder and becomes the program: Glibc's own action for that
        // (posix_spawn_file_actions_addchdir_np) is not visible from Swift.
        let enter = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", directory.string]
        var argv = (enter + [executable.string] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in argv + envp { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SystemError("start", executable, code: code) }
        processID = pid
    }

    deinit {
        // A test that failed in the middle leaves nothing running and nothing unreaped.
        sendToAll(SIGKILL)
        if state.withLock({ $0.result == nil }) { _ = wait(for: nil) }
    }

    /// Sends a signal to the program alone; does nothing once it ended.
    package func send(_ signal: CInt) {
        state.withLock { if !$0.isOver { kill(processID, signal) } }
    }

    /// Sends a signal to the program and its children, as Ctrl-C in a terminal does.
    package func sendToAll(_ signal: CInt) {
        state.withLock { if !$0.isOver { kill(-processID, signal) } }
    }

    /// What it wrote to standard error so far.
    package var errorOutputSoFar: String { String(decoding: errors.content(), as: UTF8.self) }

    /// What it wrote to standard output so far.
    package var outputSoFar: String { String(decoding: output.content(), as: UTF8.self) }

    /// Blocks until the program ends; after `limit` it is killed with its children.
    package func wait(upTo limit: Duration = .seconds(120)) -> ProcessResult { wait(for: limit) }

    private func wait(for limit: Duration?) -> ProcessResult {
        if let known = state.withLock({ $0.result }) { return known }
        if let limit {
            let deadline = DispatchTime.now() + .milliseconds(Int(limit / .milliseconds(1)))
            DispatchQueue.global().asyncAfter(deadline: deadline) { [weak self] in
                self?.giveUp()
            }
        }
        // The process stays a zombie until `isOver` is set, so that no signal hits a stranger.
        var information = siginfo_t()
        _ = retryingInterrupts {
            waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT)
        }
        let timedOut = state.withLock { state in
            state.isOver = true
            return state.timedOut
        }
        var status: CInt = 0
        _ = retryingInterrupts { waitpid(processID, &status, 0) }
        let ending: ProcessResult.Ending =
            if timedOut {
                .timedOut
            } else if status & 0x7f == 0 {
                .exited(status: status >> 8 & 0xff)
            } else {
                .killed(signal: status & 0x7f)
            }
        let result = ProcessResult(
            commandLine: commandLine, ending: ending, outputBytes: output.content(),
            errorBytes: errors.content())
        state.withLock { $0.result = result }
        return result
    }

    private func giveUp() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.timedOut = true
            kill(-processID, SIGKILL)
        }
    }

    private static func find(_ program: String, path: String) throws -> FilePath {
        if program.contains("/") { return FilePath(program) }
        for folder in path.split(separator: ":") {
            let candidate = FilePath(folder).appending(program)
            if candidate.withCString({ access($0, X_OK) }) == 0 { return candidate }
        }
        throw SystemError("find the program", FilePath(program), code: ENOENT)
    }
}

/// An open file without a name.
private final class Scratch: Sendable {
    let file: OpenFile
    var descriptor: CInt { file.descriptor }

    init(in folder: FilePath) throws {
        let path = temporaryPath(in: folder)
        // Appending: two processes that share the stream do not overwrite each other's lines.
        file = try OpenFile(
            path, O_RDWR | O_CREAT | O_EXCL | O_APPEND, mode: 0o600, operation: "create")
        try removeFile(path)
    }

    /// Writes the content and goes back to its start.
    func fill(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        lseek(descriptor, 0, SEEK_SET)
    }

    func content() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(bytes.count))
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }
}
