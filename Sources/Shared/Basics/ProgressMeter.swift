#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Shows how far a transfer has come: a line on a terminal that looks like Git's, a file that
/// programs can follow, or both, or nothing.
///
/// May be told from many tasks at once; writes at most ten times a second to the terminal.
package final class ProgressMeter: Sendable {
    /// What a meter counts, and what it calls it.
    package struct Work: Sendable {
        /// `Uploading DVC objects`.
        let title: String
        /// First word of each line of the progress file: `upload`, `download`, `checkout`,
        /// `verify`.
        let direction: String
        let totalObjects: Int
        /// `nil` when the sizes are not known beforehand.
        let totalBytes: Int64?

        package init(title: String, direction: String, totalObjects: Int, totalBytes: Int64?) {
            self.title = title
            self.direction = direction
            self.totalObjects = totalObjects
            self.totalBytes = totalBytes
        }
    }

    /// Where progress goes.
    package struct Output: Sendable {
        package var showsLine: Bool
        /// `DVC_PROGRESS_FILE`, an absolute path.
        package var file: FilePath?

        package init(showsLine: Bool, file: FilePath?) {
            self.showsLine = showsLine
            self.file = file
        }

        package static let nowhere = Output(showsLine: false, file: nil)
        package var isNowhere: Bool { !showsLine && file == nil }
    }

    private struct State {
        var objects = 0
        var bytes: Int64 = 0
        var lastDrawn: ContinuousClock.Instant?
        var rate = TransferRate()
        var longestLine = 0
    }

    private let work: Work
    private let output: Output
    private let file: CInt
    private let start = ContinuousClock.now
    private let state = Locked(State())

    /// Throws `SystemError` when the progress file cannot be opened.
    package init(_ work: Work, to output: Output) throws(SystemError) {
        self.work = work
        self.output = output
        guard let path = output.file else {
            file = -1
            return
        }
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
        let opened = path.withCString { open($0, flags, 0o666) }
        guard opened >= 0 else { throw SystemError("write progress to", path) }
        file = opened
    }

    deinit { if file >= 0 { close(file) } }

    /// What to tell about the bytes of one object while they move; a negative number takes back.
    package func observer(of name: String) -> (@Sendable (Int64) -> Void)? {
        if output.isNowhere { return nil }
        return { [self] bytes in
            state.withLock { state in
                state.bytes += bytes
                // A large object moves in many small steps; nobody needs a line for each.
                guard isDue(&state) else { return }
                writeLine(name, object: state.objects + 1, state)
                if output.showsLine { draw(&state, .underWay) }
            }
        }
    }

    /// Counts an object that is done; its bytes were counted while they moved.
    package func completeObject(named name: @autoclosure () -> String) {
        completeObjects(1, named: name())
    }

    /// Counts objects that were looked at together.
    package func completeObjects(_ count: Int, named name: @autoclosure () -> String) {
        if output.isNowhere { return }
        state.withLock { state in
            state.objects += count
            writeLine(name(), object: state.objects, state)
            if output.showsLine, isDue(&state) { draw(&state, .underWay) }
        }
    }

    /// Leaves the last line standing; `isComplete` says whether it ends in `done`.
    package func finish(isComplete: Bool) {
        guard output.showsLine else { return }
        state.withLock { state in draw(&state, isComplete ? .done : .stopped) }
    }

    /// Whether a tenth of a second has gone by since this last said so.
    private func isDue(_ state: inout State) -> Bool {
        let now = ContinuousClock.now
        if let last = state.lastDrawn, last.duration(to: now) < .milliseconds(100) { return false }
        state.lastDrawn = now
        return true
    }

    private func writeLine(_ name: String, object: Int, _ state: State) {
        guard file >= 0 else { return }
        let bytes = "\(state.bytes)/\(work.totalBytes ?? state.bytes)"
        let line = "\(work.direction) \(object)/\(work.totalObjects) \(bytes) \(printable(name))\n"
        // Progress that cannot be written (a full disk) must not stop the transfer.
        _ = Array(line.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }

    private func draw(_ state: inout State, _ phase: ProgressLine.Phase) {
        state.rate.add(bytes: state.bytes, at: start.duration(to: .now))
        let line = ProgressLine(
            title: work.title, objects: state.objects, totalObjects: work.totalObjects,
            bytes: state.bytes, bytesPerSecond: state.rate.bytesPerSecond, phase: phase)
        let text = line.terminalText(over: state.longestLine)
        state.longestLine = max(state.longestLine, line.text.utf8.count)
        _ = Array(text.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
