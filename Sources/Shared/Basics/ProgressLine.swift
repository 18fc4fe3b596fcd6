/// What a progress meter shows at one moment; looks like Git's.
///
/// Source: git's progress.c.
struct ProgressLine {
    enum Phase { case underWay, done, stopped }

    let title: String
    let objects: Int
    let totalObjects: Int
    let bytes: Int64
    let bytesPerSecond: Int64
    let phase: Phase

    /// `Uploading DVC objects:  50% (1/2), 3.10 KiB | 1.00 KiB/s`, without the end of the line.
    var text: String {
        let percent = totalObjects == 0 ? 100 : objects * 100 / totalObjects
        let padding = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0)
        var text = "\(title): \(padding)\(percent)% (\(objects)/\(totalObjects))"
        if bytes > 0 { text += ", \(byteCountText(bytes)) | \(byteCountText(bytesPerSecond))/s" }
        if phase == .done { text += ", done." }
        return text
    }

    /// The bytes for a terminal on which a line of `length` stands already.
    ///
    /// A shorter line must not leave the tail of a longer one standing.
    func terminalText(over length: Int) -> String {
        let text = text
        let blanks = String(repeating: " ", count: max(0, length - text.utf8.count))
        return text + blanks + (phase == .underWay ? "\r" : "\n")
    }
}

/// Bytes per second over the last few seconds.
struct TransferRate {
    private var samples: [(time: Duration, bytes: Int64)] = [(.zero, 0)]

    private(set) var bytesPerSecond: Int64 = 0

    /// Takes a reading.
    ///
    /// `bytes`: the sum so far.
    /// `time`: since the start, never less than before.
    mutating func add(bytes: Int64, at time: Duration) {
        samples.append((time, bytes))
        while samples.count > 2, time - samples[0].time > .seconds(5) { samples.removeFirst() }
        let milliseconds = max(1, (time - samples[0].time) / .milliseconds(1))
        bytesPerSecond = Int64(Double(bytes - samples[0].bytes) * 1000 / milliseconds)
    }
}
