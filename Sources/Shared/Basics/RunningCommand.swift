/// A command that runs while its caller does something else.
///
/// What it writes waits in pipes until ``finish()``; whoever drops it instead ends it.
package struct RunningCommand: ~Copyable {
    package let command: Command
    private var child: ChildProcess

    init(_ command: Command, takesInput: Bool) throws(SubprocessError) {
        self.command = command
        child = try command.start(input: takesInput ? .pipe : .none)
    }

    /// Takes over a command that another program of ours began before it became this one.
    ///
    /// `words`: what its ``handOver()`` gave; `nil` if no such command is there.
    package init?(_ command: Command, handedOver words: String) {
        guard let child = ChildProcess(command, handedOver: words) else { return nil }
        self.command = command
        self.child = child
    }

    /// Leaves the command to the program that this process becomes next, and gives the words that
    /// describe it there.
    package consuming func handOver() throws(SystemError) -> String { try child.handOver() }

    /// Gives a command all that it takes, so that it works while its caller does something else.
    ///
    /// Only for one that writes little before it has read it all. Blocks the thread.
    package mutating func feed(_ input: [UInt8]) {
        try? child.input?.write(input)  // whoever does not read it all says by its end why
        child.input = nil
    }

    /// Waits for the end and gives what the command left behind; the caller judges the exit status.
    ///
    /// `input`: for a command that takes some. Blocks the thread.
    package consuming func finish(
        feeding input: [UInt8] = []
    ) throws(SubprocessError) -> CommandResult {
        let (output, errors) = try command.collect(&child, feeding: input)
        return CommandResult(status: child.wait(), output: output, errorOutput: errors)
    }

    /// Waits for the end and returns what was written to stdout; any exit status but 0 throws.
    ///
    /// `input`: for a command that takes some.
    @discardableResult
    package consuming func outputIfSuccessful(
        feeding input: [UInt8] = []
    ) throws(SubprocessError) -> [UInt8] {
        let command = command
        let result = try finish(feeding: input)
        guard result.status.isSuccess else {
            throw SubprocessError(command, .ended(result.status), lastWords: result.lastWords)
        }
        return result.output
    }
}

extension Command {
    /// Starts the command without waiting for it.
    ///
    /// `takesInput`: whether it waits for what it is given at its end; else there is nothing to read.
    package func begin(takesInput: Bool = false) throws(SubprocessError) -> RunningCommand {
        try RunningCommand(self, takesInput: takesInput)
    }
}
