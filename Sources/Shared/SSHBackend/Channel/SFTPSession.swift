internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One conversation with an SFTP server, over the standard streams of a program such as `ssh`.
///
/// Requests go out in the order in which they are sent and many are under way at once; a thread of
/// the session's own moves all bytes. The program ends with the session.
final class SFTPSession: Sendable {
    /// What became of it; called on its thread.
    enum Event: Sendable {
        case opened
        case ended(SFTPSessionFailure)
    }

    /// Who is told the answer to a request.
    enum Receiver: Sendable {
        case reply(SFTPReply)
        /// What is done next, on the session's thread; on the sender's when the session has ended.
        case step(@Sendable (SFTPReply.Answer) -> Void)

        func take(_ answer: SFTPReply.Answer) {
            switch self {
            case .reply(let reply): reply.finish(answer)
            case .step(let step): step(answer)
            }
        }
    }

    struct State {
        var queue: [SFTPRequest] = []
        var receivers: [UInt32: Receiver] = [:]
        var nextID: UInt32 = 0
        /// What is not waited for any longer than that, whatever the server does.
        var lastWaits: [(end: ContinuousClock.Instant, reply: SFTPReply)] = []
        /// Set once nothing can be sent any more.
        var failure: SFTPSessionFailure?
        var isStopping = false
        /// Whether the thread waits in poll(2) and must be woken.
        var isAsleep = false
        var abilities = SFTPAbilities()
        /// How many slow requests are under way, after which nothing else is answered.
        var slowCount = 0
    }

    let transport: SFTPTransport
    let state = Locked(State())
    private let onEvent: @Sendable (SFTPSession, Event) -> Void
    // Written by any thread, one byte at a time; closed by nobody before the object goes away.
    let wakeReader: OpenFile
    private let wakeWriter: OpenFile

    init(
        _ transport: SFTPTransport, onEvent: @escaping @Sendable (SFTPSession, Event) -> Void
    ) throws(SystemError) {
        self.transport = transport
        self.onEvent = onEvent
        let (reader, writer) = try makePipe()
        wakeReader = OpenFile(adopting: reader, named: "a pipe")
        wakeWriter = OpenFile(adopting: writer, named: "a pipe")
        for end in [reader, writer] {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
        }
    }

    var abilities: SFTPAbilities { state.withLock { $0.abilities } }

    /// Starts the program and the thread; whatever comes of it is an event.
    func start() {
        let isStarted = startThread { [self] in
            let failure = converse()
            end(failure)
        }
        if !isStarted { end(SFTPSessionFailure(.notStarted("no thread"), wasOpen: false)) }
    }

    /// Ends the session once what was sent has been answered.
    func stop() {
        let isAsleep = state.withLock { state in
            state.isStopping = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if isAsleep { wake() }
    }

    /// Sends a request; the answer can be waited for.
    ///
    /// `isSlow`: it may take the server long, and nothing else is answered meanwhile.
    @discardableResult
    func send(
        _ request: consuming SFTPRequest, isSlow: Bool = false,
        onFinish: (@Sendable (SFTPReply.Answer) -> Void)? = nil
    ) -> SFTPReply {
        let reply = SFTPReply(onFinish: onFinish)
        send(request, isSlow, .reply(reply))
        return reply
    }

    /// Sends a request whose answer leads to `step`, without anybody waiting between.
    func send(
        _ request: consuming SFTPRequest, then step: @escaping @Sendable (SFTPReply.Answer) -> Void
    ) {
        send(request, false, .step(step))
    }

    private func send(
        _ request: consuming SFTPRequest, _ isSlow: Bool, _ receiver: Receiver
    ) {
        let request = request
        var failure: SFTPSessionFailure?
        let isAsleep = state.withLock { state -> Bool in
            failure = state.failure
            guard failure == nil else { return false }
            let id = state.nextID
            state.nextID &+= 1
            state.receivers[id] = receiver
            state.queue.append(request.numbered(id))
            if isSlow { state.slowCount += 1 }
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if let failure { receiver.take(.failure(failure)) }
        if isAsleep { wake() }
    }

    /// The answer, for which a cancelled task waits too, but then no longer than
    /// ``SFTPTransport/lastWait`` from there on: for work that ends in taking away what was made.
    func lastAnswer(_ reply: SFTPReply, onCancel: @Sendable () -> Void = {}) async throws {
        _ = try await withTaskCancellationHandler {
            try await reply.valueThoughCancelled()
        } onCancel: {
            onCancel()
            let isAsleep = state.withLock { state in
                state.lastWaits.append((.now + transport.lastWait, reply))
                defer { state.isAsleep = false }
                return state.isAsleep
            }
            if isAsleep { wake() }
        }
    }

    private func wake() {
        // A full pipe wakes as well as one byte more.
        try? wakeWriter.write([0])
    }

    func report(_ event: Event) { onEvent(self, event) }

    private func end(_ failure: SFTPSessionFailure) {
        let receivers = state.withLock { state in
            state.failure = failure
            state.queue = []
            state.lastWaits = []
            defer { state.receivers = [:] }
            return Array(state.receivers.values)
        }
        // First, so that whoever tries again finds another session.
        report(.ended(failure))
        for receiver in receivers { receiver.take(.failure(failure)) }
    }
}
