import Basics
import Git
import Planning
import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@main struct GitDVC {
    static let commands: [CommandDescription] = [
        initCommand, addCommand, commitCommand, removeCommand, pushCommand, pullCommand,
        fetchCommand, checkoutCommand, statusCommand, verifyCommand, expCommand, remoteCommand,
        configCommand, installCommand, gcCommand, fsckCommand,
        uninstallCommand, doctorCommand, completionCommand, versionCommand,
    ]

    /// What only Git and its hooks call.
    static let internalCommands: [CommandDescription] = [
        gitHookCommand, gitRelayCommand, mergeDriverCommand,
    ]

    static func main() async {
        let question = Array(CommandLine.arguments.dropFirst())
        if let code = answerSSH(question, environment: .current()) { exit(code) }
        signal(SIGCHLD, SIG_DFL)  // ignored by whoever started us, it would hide how git ends
        let start = earlyStart(question)
        let signals = SignalWatch()
        signal(SIGPIPE, SIG_IGN)
        let work = Task { await run(question, start) }
        signals.onFirst { work.cancel() }
        let code = await work.value
        // Not exit(3), which takes libraries apart that threads on their way out still use.
        _exit(signals.received.map { 128 + $0 } ?? code)
    }

    /// Asks Git for a command of experiments before the first threads start, which takes as long.
    private static func earlyStart(_ words: [String]) -> SessionStart? {
        guard words.count > 1, expCommand.isCalled(words[0]), !words.contains("-h"),
            !words.contains("--help"), let directory = try? FilePath.currentDirectory()
        else { return nil }
        // What is wrong is said by the command, which starts anew then.
        return try? SessionStart(at: directory, environment: .current())
    }

    /// Runs the command that `words` name and returns the exit code.
    ///
    /// `start`: what was begun for it.
    static func run(_ words: [String], _ start: SessionStart? = nil) async -> CInt {
        do {
            guard let name = words.first else {
                write(overview, to: 2)
                return ExitCode.usage
            }
            switch name {
            case "-h", "--help", "help":
                return try showHelp(words.dropFirst())
            case "--version": return try await run(versionCommand, [], nil)
            default:
                var rest = words[...]
                let command = try command(takenFrom: &rest)
                return try await run(command, Array(rest), start)
            }
        } catch is CancellationError {
            printMessage("error", "interrupted")
            return ExitCode.failure
        } catch {
            printError(error)
            return exitCode(for: error)
        }
    }

    private static func run(
        _ command: CommandDescription, _ words: [String], _ start: SessionStart?
    ) async throws -> CInt {
        let arguments = try Arguments(words, for: command)
        if arguments.has("help") {
            if words.contains("--help") { showManual(of: command) }
            write(command.help, to: 1)
            return 0
        }
        guard let action = command.run else {
            throw UsageError(
                summary: "'git dvc \(command.name)' needs a command",
                advice: "run 'git dvc \(command.name) -h' for the list")
        }
        let invocation = try Invocation(
            environment: start?.environment ?? .current(),
            directory: start?.directory ?? FilePath.currentDirectory(), start: start)
        return try await action(arguments, invocation)
    }

    /// The command or subcommand that the first words name, which are taken away.
    private static func command(
        takenFrom words: inout ArraySlice<String>
    ) throws(UsageError) -> CommandDescription {
        var command = try find(
            words.popFirst() ?? "", among: commands, internalCommands, of: "git dvc")
        while !command.subcommands.isEmpty, let word = words.first, !word.hasPrefix("-") {
            command = try find(word, among: command.subcommands, of: "git dvc \(command.name)")
            words.removeFirst()
        }
        return command
    }

    private static func find(
        _ word: String, among commands: [CommandDescription],
        _ hidden: [CommandDescription] = [], of parent: String
    ) throws(UsageError) -> CommandDescription {
        if let command = (commands + hidden).first(where: { $0.isCalled(word) }) { return command }
        let nearest = nearestWord(to: word, among: commands.map(\.word))
        throw UsageError(
            summary: "'\(word)' is not a command of \(parent)",
            advice: nearest.map { "did you mean '\(parent) \($0)'?" }
                ?? "run '\(parent) -h' for the list")
    }

    private static func showHelp(_ words: ArraySlice<String>) throws(UsageError) -> CInt {
        var words = words
        write(words.isEmpty ? overview : try command(takenFrom: &words).help, to: 1)
        return 0
    }

    private static var overview: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let rows = commands.map { command in
            let padding = String(repeating: " ", count: width - command.name.count)
            return "  \(command.name)\(padding)  \(command.summary)\n"
        }
        return "usage: git dvc <command> [<options>]\n\n\(rows.joined())\n"
            + "'git dvc <command> -h' explains a command.\n"
    }

    private static func exitCode(for error: any Error) -> CInt {
        switch error {
        case is UsageError: ExitCode.usage
        case is NotADVCRepositoryError: ExitCode.notARepository
        case let error as GitError:
            if case .notARepository = error { ExitCode.notARepository } else { ExitCode.unexpected }
        case is HookInstallationError, is Interrupted, is TargetError, is RecordingTargetError:
            ExitCode.failure
        case is ValueMissing: ExitCode.configuration
        case _ where isConfigurationError(error): ExitCode.configuration
        default: ExitCode.unexpected
        }
    }
}
