/// A command that runs while its caller does something else.
///
/// What it writes waits in pipes until ``finish()``; whoever drops it instead ends it.
package struct RunningCommand: ~Copyable {
    private let command: Command
    private var child: ChildProcess

    init(_ command: Command) throws(SubprocessError) {
        self.command = command
        child = try command.start()
    }

    /// Waits for the end and gives what the command left behind; the caller judges the exit status.
    ///
    /// Blocks the thread.
    package consuming func finish() throws(SubprocessError) -> CommandResult {
        let (output, errors) = try command.collect(&child, feeding: [])
        return CommandResult(status: child.wait(), output: output, errorOutput: errors)
    }

    /// Waits for the end and returns what was written to stdout; any exit status but 0 throws.
    package consuming func outputIfSuccessful() throws(SubprocessError) -> [UInt8] {
        let command = command
        let result = try finish()
        guard result.status.isSuccess else {
            throw SubprocessError(command, .ended(result.status), lastWords: result.lastWords)
        }
        return result.output
    }
}

extension Command {
    /// Starts the command without waiting for it.
    package func begin() throws(SubprocessError) -> RunningCommand { try RunningCommand(self) }
}
