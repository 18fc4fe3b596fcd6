#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Where `GIT_DVC_TRACE` sends its lines: one per request and subprocess, without secrets.
package struct Trace: Sendable {
    private let descriptor: CInt?
    private let start = ContinuousClock.now

    /// No trace.
    package static let off = Trace(descriptor: nil)

    private init(descriptor: CInt?) { self.descriptor = descriptor }

    /// Reads the variable as Git reads `GIT_TRACE`: `1`, `2`, `true` mean stderr, an absolute path a
    /// file to append to; empty, `0`, `false` and anything else mean no trace.
    ///
    /// Source: git(1), "GIT_TRACE".
    package init(setting: String?) {
        switch setting?.lowercased() {
        case "1", "2", "true", "yes", "on": self.init(descriptor: 2)
        case let text? where text.hasPrefix("/"):
            let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
            let opened = open(setting ?? text, flags, 0o600)
            self.init(descriptor: opened >= 0 ? opened : nil)  // the file lives as long as we do
        default: self.init(descriptor: nil)
        }
    }

    package var isOn: Bool { descriptor != nil }

    /// Writes one line; `text` is only computed when somebody reads it.
    package func log(_ text: @autoclosure () -> String) {
        guard let descriptor else { return }
        let elapsed = start.duration(to: .now)
        let milliseconds = elapsed.components.attoseconds / 1_000_000_000_000_000
        let digits = "\(1000 + milliseconds)".dropFirst()
        let line = "git-dvc: \(elapsed.components.seconds).\(digits) \(printable(text()))\n"
        // One write, so that lines of several processes do not mix. A trace that cannot be written
        // must not stop the work.
        _ = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
