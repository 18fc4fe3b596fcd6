internal import Basics

/// A small file on its way to the server, under a temporary name and then its own.
///
/// Each answer sends what comes next, on the session's thread, and the task that waits is woken once,
/// at the end: what many answers that came together lead to goes out together. After a failure, and
/// once the task is cancelled, the temporary file is removed before that is told; a server that is
/// silent then has ``SFTPTransport/lastWait`` for it.
final class SmallUpload: Sendable {
    private struct State {
        /// How many writes and closes have no answer yet.
        var awaited = 0
        var failure: (any Error)?
        var isCancelled = false
    }

    private let content: [UInt8]
    private let target: FilePath
    private let temporary: FilePath
    private let session: SFTPSession
    private let state = Locked(State())
    private let outcome = SFTPReply()

    init(_ content: [UInt8], to target: FilePath, on session: SFTPSession) {
        self.content = content
        self.target = target
        temporary = temporaryPath(in: target.parent)
        self.session = session
    }

    /// Throws ``SFTPRefusal``, ``SFTPSessionFailure`` and `CancellationError`; once at most.
    func run() async throws {
        try Task.checkCancellation()
        session.send(.open(temporary, .create), then: opened)
        try await session.lastAnswer(outcome) { state.withLock { $0.isCancelled = true } }
    }

    // MARK: Steps

    private func opened(_ answer: SFTPReply.Answer) {
        let handle: SFTPHandle
        do {
            handle = try answer.get().handle(temporary)
        } catch {
            return explain(error) { self.finish($0) }  // there is no file to remove
        }
        let isCancelled = state.withLock { $0.isCancelled }
        let longest = session.abilities.longestWrite
        let starts = isCancelled ? [] : Array(stride(from: 0, to: content.count, by: longest))
        state.withLock { $0.awaited = starts.count + 1 }
        for start in starts {
            let end = min(content.count, start + longest)
            let piece = end - start == content.count ? content : Array(content[start..<end])
            session.send(.write(handle, at: Int64(start), piece), then: written)
        }
        // Behind the content and not after its answer: a server keeps the order for one file.
        session.send(.close(handle), then: written)
    }

    private func written(_ answer: SFTPReply.Answer) {
        var failure: (any Error)?
        do { try answer.get().checkOK(temporary) } catch { failure = error }
        let (isLast, error) = state.withLock { state -> (Bool, (any Error)?) in
            state.awaited -= 1
            state.failure = state.failure ?? failure
            let cancellation = state.isCancelled ? CancellationError() : nil
            return (state.awaited == 0, state.failure ?? cancellation)
        }
        guard isLast else { return }
        if let error { return giveUp(error) }
        // Only now: sent blindly behind the others it would give its name to a part of the file.
        session.send(.posixRename(temporary, to: target), then: renamed)
    }

    private func renamed(_ answer: SFTPReply.Answer) {
        do {
            try answer.get().checkOK(target)
            finish(nil)
        } catch {
            giveUp(error)
        }
    }

    // MARK: Ends

    private func giveUp(_ error: any Error) {
        // The reason first, as long as the file is still there and takes its room.
        explain(error) { [self] error in
            session.send(.remove(temporary), then: { [self] _ in finish(error) })
        }
    }

    /// Asks for the reason of a failure that may be one for lack of space.
    private func explain(_ error: any Error, _ next: @escaping @Sendable (any Error) -> Void) {
        guard let refusal = error as? SFTPRefusal, refusal.canBeExplained(on: session) else {
            return next(error)
        }
        session.send(
            .statvfs(target.parent),
            then: { answer in
                // Whatever keeps it from answering, the failure itself is still the one to tell.
                next(refusal.explained(by: try? answer.get()))
            })
    }

    private func finish(_ error: (any Error)?) {
        outcome.finish(error.map { .failure($0) } ?? .success(.status(SFTPStatus(.ok))))
    }
}
