internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension SFTPSession {
    /// Runs the program and moves bytes until either side is done; on the session's own thread.
    func converse() -> SFTPSessionFailure {
        var child: ChildProcess
        do throws(SubprocessError) {
            // With a group of its own a Ctrl-C that we handle does not end it under our hands; but
            // one that asks at the terminal must be in the group that the terminal listens to.
            child = try transport.command.start(
                input: .pipe, errorOutput: .pipe, hasOwnGroup: !transport.isInteractive)
        } catch {
            return SFTPSessionFailure(.notStarted(error.summary), wasOpen: false)
        }
        var conversation = Conversation(
            input: child.input?.descriptor ?? -1, output: child.output?.descriptor ?? -1,
            errors: child.errorOutput?.descriptor ?? -1, wake: wakeReader.descriptor)
        let end = conversation.run(for: self)
        // What it says last tells why it ended, and comes after the end of its output.
        if case .hungUp = end { conversation.drainErrors(upTo: .seconds(2)) }
        child.end(within: .milliseconds(500))
        let cause: SFTPSessionFailure.Cause =
            switch end {
            case .hungUp, .stopped: .ended(lastWords(of: conversation.errors[...]))
            case .failed(let cause): cause
            }
        return SFTPSessionFailure(cause, wasOpen: conversation.isOpen)
    }
}

/// The bytes of one session and what they mean; used by the session's thread alone.
private struct Conversation {
    enum End {
        /// The program closed its output, or does not read any more.
        case hungUp
        case stopped
        case failed(SFTPSessionFailure.Cause)
    }

    let output: CInt
    let errorOutput: CInt
    let wake: CInt
    /// The last bytes of the program's messages.
    private(set) var errors: [UInt8] = []
    private(set) var isOpen = false

    private var decoder = SFTPDecoder()
    private var outbox: SFTPOutbox
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    private var lastActivity = ContinuousClock.now
    private var isStopping = false
    /// Whether the program may still say something.
    private var hasMessages = true
    private var awaitsLimits: UInt32?
    /// Whether so many answers are on their way that nobody need wake this thread for one request more:
    /// it goes out with what the next answers lead to, and after a millisecond at the latest.
    private var naps = false
    private static let many = 32
    private static let keptErrors = 8 << 10

    init(input: CInt, output: CInt, errors: CInt, wake: CInt) {
        outbox = SFTPOutbox(input)
        self.output = output
        errorOutput = errors
        self.wake = wake
        for descriptor in [output, errors] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
        SFTPOutbox.lengthenPipe(output, to: 256 << 10)
    }

    mutating func run(for session: SFTPSession) -> End {
        outbox.add([.initialize])
        while true {
            let rests = outbox.takeRest()
            takeQueue(of: session, rests: rests)
            if isStopping, outbox.isEmpty, session.state.withLock({ $0.receivers.isEmpty }) {
                return .stopped
            }
            var polled = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: hasMessages ? errorOutput : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: outbox.isEmpty || rests ? -1 : outbox.pipe, events: Int16(POLLOUT),
                    revents: 0),
            ]
            let limit = timeLimit(of: session)
            let patience = limit.map { $0 - lastActivity.duration(to: .now) }
            let nap = endLastWaits(of: session)
            let milliseconds = [nap, patience].compactMap(\.self).min().map {
                CInt(max(0, min($0 / .milliseconds(1), 1e6))) + (naps ? 0 : 1)
            }
            let ready = retryingInterrupts { poll(&polled, 4, milliseconds ?? -1) }
            if !naps { session.state.withLock { $0.isAsleep = false } }
            if ready == 0, let limit, lastActivity.duration(to: .now) > limit {
                return .failed(.stalled(limit))
            }
            if polled[2].revents != 0 { _ = read(wake, &buffer, 4096) }
            if polled[1].revents != 0 { hasMessages = takeErrors() }
            if polled[0].revents != 0, let end = receive(for: session) { return end }
            if polled[3].revents != 0 {
                guard outbox.write() else { return .hungUp }
                lastActivity = .now
            }
        }
    }
    /// Takes over what is to be sent.
    ///
    /// `rests`: this thread looks again in a millisecond, and need not be woken.
    private mutating func takeQueue(of session: SFTPSession, rests: Bool) {
        let isOpen = isOpen
        let isActive = lastActivity.duration(to: .now) < .milliseconds(200)
        let (queue, isStopping, naps) = session.state.withLock { state in
            let naps = rests || isOpen && isActive && state.receivers.count >= Self.many
            state.isAsleep = !naps
            // Before the server has said its version it is told nothing.
            guard isOpen, !state.queue.isEmpty else {
                return ([SFTPRequest](), state.isStopping, naps)
            }
            defer { state.queue.removeAll(keepingCapacity: true) }
            return (state.queue, state.isStopping, naps)
        }
        self.isStopping = isStopping
        self.naps = naps
        outbox.add(queue)
    }

    private func timeLimit(of session: SFTPSession) -> Duration? {
        let (isWaiting, isSlow) = session.state.withLock {
            (!$0.receivers.isEmpty, $0.slowCount > 0)
        }
        if !isOpen { return session.transport.isInteractive ? nil : session.transport.openTimeout }
        guard isWaiting || !outbox.isEmpty else { return nil }
        return session.transport.activityTimeout * (isSlow ? 10 : 1)
    }

    /// Lets go those who do not wait any longer; how long this thread may sleep at most.
    private func endLastWaits(of session: SFTPSession) -> Duration? {
        let (ended, next) = session.state.withLock { state in
            if state.lastWaits.isEmpty { return ([SFTPReply](), ContinuousClock.Instant?.none) }
            let now = ContinuousClock.now
            let ended = state.lastWaits.filter { $0.end <= now }.map(\.reply)
            state.lastWaits.removeAll { $0.end <= now || $0.reply.isFinished }
            return (ended, state.lastWaits.map(\.end).min())
        }
        for reply in ended { reply.finish(.failure(CancellationError())) }
        let wait = next.map { ContinuousClock.now.duration(to: $0) }
        return naps ? min(wait ?? .milliseconds(1), .milliseconds(1)) : wait
    }

    // MARK: In

    private mutating func receive(for session: SFTPSession) -> End? {
        let count = retryingInterrupts { read(output, &buffer, buffer.count) }
        if count < 0 { return errno == EAGAIN ? nil : .hungUp }
        if count == 0 { return .hungUp }
        lastActivity = .now
        buffer.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        do throws(SFTPWireError) {
            while let answer = try decoder.next() {
                if let end = take(answer, for: session) { return end }
            }
            return nil
        } catch {
            return .failed(.notUnderstood(error))
        }
    }

    private mutating func take(_ answer: SFTPDecoder.Answer, for session: SFTPSession) -> End? {
        guard let id = answer.id else { return takeVersion(answer.response, for: session) }
        guard isOpen || awaitsLimits != nil else {
            return .failed(.notUnderstood(.unknownType(0)))
        }
        if id == awaitsLimits {
            awaitsLimits = nil
            if case .extended(let limits) = answer.response {
                session.state.withLock { $0.abilities.takeLimits(limits) }
            }
            open(session)
            return nil
        }
        let receiver = session.state.withLock { state in
            let receiver = state.receivers.removeValue(forKey: id)
            // When it is the last answer nothing slow can be under way.
            if state.receivers.isEmpty { state.slowCount = 0 }
            return receiver
        }
        // An answer to nothing means that the two sides count differently: nothing is safe then.
        guard let receiver else { return .failed(.notUnderstood(.badLength(Int(id)))) }
        receiver.take(.success(answer.response))
        return nil
    }

    private mutating func takeVersion(
        _ response: SFTPResponse, for session: SFTPSession
    ) -> End? {
        guard case .version(let version, let extensions) = response, !isOpen, awaitsLimits == nil
        else { return .failed(.notUnderstood(.unknownType(2))) }
        guard version >= 3 else { return .failed(.version(version)) }
        session.state.withLock { $0.abilities.extensions = Set(extensions.keys) }
        guard extensions[.limits] != nil else {
            open(session)
            return nil
        }
        // No request of a task can have the last of all ids before 4 billion others.
        awaitsLimits = .max
        outbox.add([SFTPRequest.limits.numbered(.max)])
        return nil
    }

    private mutating func open(_ session: SFTPSession) {
        isOpen = true
        session.report(.opened)
    }

    // MARK: Messages

    /// `false` at their end.
    private mutating func takeErrors() -> Bool {
        let count = retryingInterrupts { read(errorOutput, &buffer, buffer.count) }
        guard count > 0 else { return count < 0 && errno == EAGAIN }
        errors += buffer[..<count]
        if errors.count > Self.keptErrors { errors.removeFirst(errors.count - Self.keptErrors) }
        return true
    }

    /// Takes what comes until the end of the messages, or for so long.
    mutating func drainErrors(upTo limit: Duration) {
        let deadline = ContinuousClock.now + limit
        while true {
            let rest = ContinuousClock.now.duration(to: deadline)
            guard rest > .zero else { return }
            var polled = pollfd(fd: errorOutput, events: Int16(POLLIN), revents: 0)
            let ready = retryingInterrupts {
                poll(&polled, 1, CInt(rest / .milliseconds(1)) + 1)
            }
            guard hasMessages, ready > 0, takeErrors() else { return }
        }
    }
}
