internal import Basics
internal import Digests
internal import Storage

/// Has a large download hashed while it arrives, together with another one where there is one.
///
/// Most objects are small, and hashed when they are there: no thread is started for them.
final class TrailingHash: Sendable {
    private struct State {
        var arrived: Int64 = 0
        var told: Int64 = 0
        var file: DownloadHashing.File?
    }

    private let target: DownloadTarget
    private let oid: ObjectID
    private let hashing: DownloadHashing
    private let state = Locked(State())

    /// In bytes: from so many on it is worth it, and as often it is told of.
    private static let (leastSize, step): (Int64, Int64) = (4 << 20, 256 << 10)

    /// ``end()`` must follow, whatever happens.
    init(_ target: DownloadTarget, _ hashing: DownloadHashing, like oid: ObjectID) {
        self.target = target
        self.oid = oid
        self.hashing = hashing
    }

    /// Says that so many bytes more are in the file, after all before them.
    func note(_ bytes: Int64) {
        // The name of a legacy object is not the MD5 of its bytes.
        guard oid.scheme == .md5 else { return }
        let news = state.withLock { state -> (DownloadHashing.File, Int64)? in
            state.arrived += bytes
            if state.file == nil, state.arrived >= Self.leastSize {
                state.file = hashing.begin(target)
            }
            guard let file = state.file, state.arrived - state.told >= Self.step else { return nil }
            state.told = state.arrived
            return (file, state.arrived)
        }
        if let (file, arrived) = news { hashing.note(file, arrivedTo: arrived, isWhole: false) }
    }

    /// The name of the file, which has so many bytes; `nil` for one that was not begun with.
    ///
    /// Throws `SystemError` when it cannot be read, `CancellationError`.
    func name(of count: Int64) async throws -> ObjectID? {
        guard let file = state.withLock({ $0.file }) else { return nil }
        hashing.note(file, arrivedTo: count, isWhole: true)
        return try await hashing.name(of: file, isDirectory: oid.isDirectory)
    }

    func end() {
        if let file = state.withLock({ $0.file }) { hashing.end(file) }
    }
}
