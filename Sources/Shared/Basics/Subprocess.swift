#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What a finished command left behind.
package struct CommandResult: Sendable {
    package let status: ExitStatus
    package let output: [UInt8]
    package let errorOutput: [UInt8]

    /// The last lines of stderr, for an error message: at most three, without blank ones.
    package var lastWords: String { Basics.lastWords(of: errorOutput[...]) }
}

/// The last lines of what a program wrote, for an error message: at most three, without blank ones and
/// without what they are indented by.
package func lastWords(of output: ArraySlice<UInt8>) -> String {
    let lines = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline)
        .compactMap { line -> Substring? in
            guard let end = line.lastIndex(where: { !$0.isWhitespace }) else { return nil }
            return line[...end].drop(while: \.isWhitespace)
        }
    return lines.suffix(3).reduce(into: "") { words, line in
        // What is announced follows, as a command that helps.
        if !words.isEmpty { words += words.hasSuffix(":") ? " " : "; " }
        words += line
    }
}

extension Command {
    /// Runs the command to its end, feeding `input`, collecting both outputs in memory.
    ///
    /// The caller judges the exit status. Blocks the thread.
    package func run(input: [UInt8] = []) throws(SubprocessError) -> CommandResult {
        var child = try start(input: input.isEmpty ? .none : .pipe)
        let (output, errors) = try collect(&child, feeding: input)
        return CommandResult(status: child.wait(), output: output, errorOutput: errors)
    }

    /// The same with our own stderr, and ended as soon as nobody writes to `caller` any more.
    ///
    /// `caller`: a pipe from whoever wants the result; `nil` is returned when they are gone.
    package func run(
        input: [UInt8], for caller: CInt
    ) throws(SubprocessError) -> CommandResult? {
        var child = try start(input: input.isEmpty ? .none : .pipe, errorOutput: .inherit)
        let collected = try exchange(
            for: self, feeding: input, to: child.input.take(),
            from: [child.output?.descriptor ?? -1], watching: caller)
        guard let collected else {
            child.terminate()
            _ = child.wait()
            return nil
        }
        return CommandResult(status: child.wait(), output: collected[0], errorOutput: [])
    }

    /// Runs the command for at most this long; `nil` when it took longer.
    ///
    /// It is then ended with all that it started.
    package func run(
        within limit: Duration, input: [UInt8] = []
    ) throws(SubprocessError) -> CommandResult? {
        let deadline = ContinuousClock.now + limit
        var child = try start(input: input.isEmpty ? .none : .pipe, hasOwnGroup: true)
        let collected = try exchange(
            for: self, feeding: input, to: child.input.take(),
            from: [child.output?.descriptor ?? -1, child.errorOutput?.descriptor ?? -1],
            until: deadline)
        guard let status = child.wait(until: deadline) else {
            child.endGroup()
            return nil
        }
        return CommandResult(status: status, output: collected[0], errorOutput: collected[1])
    }

    /// The same, where taking longer is an error: ``SubprocessError/Cause/tooSlow(_:)``.
    package func run(upTo limit: Duration) throws(SubprocessError) -> CommandResult {
        guard let result = try run(within: limit) else {
            throw SubprocessError(self, .tooSlow(limit))
        }
        return result
    }

    /// Runs the command and returns its stdout; any exit status but 0 throws.
    package func outputIfSuccessful(input: [UInt8] = []) throws(SubprocessError) -> [UInt8] {
        let result = try run(input: input)
        guard result.status.isSuccess else {
            throw SubprocessError(self, .ended(result.status), lastWords: result.lastWords)
        }
        return result.output
    }

    /// Runs `self | consumer` and returns what the consumer wrote; either one failing throws.
    package func outputPiped(
        into consumer: Command, input: [UInt8]
    ) throws(SubprocessError) -> [UInt8] {
        var second = try consumer.start(input: .pipe)
        // The first child gets the pipe's writing end and our copy is closed, so that the second
        // sees the end of its input. Its own messages go where the second's go, to be shown if
        // anything fails; a pipe has room for what a failing git says.
        guard let bridge = second.input.take() else {
            throw SubprocessError(consumer, .unexpectedOutput("no pipe"))
        }
        var first = try start(input: .pipe, output: .descriptor(bridge.descriptor))
        _ = consume bridge
        // Both children keep their reading ends until they are waited for.
        let sources = [
            second.output?.descriptor ?? -1, first.errorOutput?.descriptor ?? -1,
            second.errorOutput?.descriptor ?? -1,
        ]
        let collected = try exchange(
            for: self, feeding: input, to: first.input.take(), from: sources)
        let firstStatus = first.wait()
        let secondStatus = second.wait()
        // Who writes to a consumer that failed early is ended by the pipe: not the one to blame.
        let isVictim = firstStatus == .signalled(SIGPIPE) && !secondStatus.isSuccess
        for (command, status, errors) in [
            (self, isVictim ? .exited(0) : firstStatus, collected[1]),
            (consumer, secondStatus, collected[2]),
        ] where !status.isSuccess {
            let words = CommandResult(status: status, output: [], errorOutput: errors).lastWords
            throw SubprocessError(command, .ended(status), lastWords: words)
        }
        return collected[0]
    }

    func collect(
        _ child: inout ChildProcess, feeding input: [UInt8]
    ) throws(SubprocessError) -> (output: [UInt8], errors: [UInt8]) {
        let collected = try exchange(
            for: self, feeding: input, to: child.input.take(),
            from: [child.output?.descriptor ?? -1, child.errorOutput?.descriptor ?? -1])
        return (collected[0], collected[1])
    }
}

/// Feeds one descriptor and drains others at the same time, until all of them have ended.
///
/// Neither side can fill a pipe while the other waits. A reader that goes away early is no error
/// here: its exit status tells. At `deadline` it returns what came until then.
private func exchange(
    for command: Command, feeding input: [UInt8], to sink: consuming OpenFile?,
    from sources: [CInt], until deadline: ContinuousClock.Instant? = nil
) throws(SubprocessError) -> [[UInt8]] {
    // Without a caller to watch there is always a result.
    try exchange(
        for: command, feeding: input, to: sink, from: sources, until: deadline, watching: -1) ?? []
}

/// The same; `nil` as soon as the writers of the pipe `caller` are gone and have left nothing in it.
private func exchange(
    for command: Command, feeding input: [UInt8], to sink: consuming OpenFile?,
    from sources: [CInt], until deadline: ContinuousClock.Instant? = nil, watching caller: CInt
) throws(SubprocessError) -> [[UInt8]]? {
    var caller = caller
    var collected = [[UInt8]](repeating: [], count: sources.count)
    var open = sources.map { $0 >= 0 }
    var sent = 0
    var writer = consume sink
    if let descriptor = writer?.descriptor {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        if sent == input.count { writer = nil }
        let writing = writer?.descriptor ?? -1
        guard writing >= 0 || open.contains(true) else { return collected }
        var polled = sources.indices.map { index in
            pollfd(fd: open[index] ? sources[index] : -1, events: Int16(POLLIN), revents: 0)
        }
        polled.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0))
        if caller >= 0 { polled.append(pollfd(fd: caller, events: 0, revents: 0)) }
        var patience: CInt = -1
        if let deadline {
            let rest = ContinuousClock.now.duration(to: deadline)
            if rest <= .zero { return collected }
            patience = CInt(min(rest / .milliseconds(1), 1e6)) + 1
        }
        let ready = retryingInterrupts { poll(&polled, nfds_t(polled.count), patience) }
        guard ready >= 0 else { throw SubprocessError(command, .notStarted(code: errno)) }
        if caller >= 0, polled[sources.count + 1].revents != 0 {
            guard hasInput(caller) else { return nil }
            caller = -1  // what is left there will be read later
        }
        for index in sources.indices where open[index] && polled[index].revents != 0 {
            let count = retryingInterrupts { read(sources[index], &buffer, buffer.count) }
            if count > 0 {
                collected[index] += buffer[..<count]
            } else {
                open[index] = false
            }
        }
        if writing >= 0, polled[sources.count].revents != 0 {
            let count = input[sent...].withUnsafeBytes { rest in
                retryingInterrupts { write(writing, rest.baseAddress, rest.count) }
            }
            if count > 0 {
                sent += count
            } else if errno != EAGAIN {
                writer = nil
            }
        }
    }
}

/// Whether something can be read at once.
private func hasInput(_ descriptor: CInt) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLIN) != 0
}
