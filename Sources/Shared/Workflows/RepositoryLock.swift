internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Somebody else holds DVC's lock.
struct LockBusyError: UserFacingError {
    let path: FilePath
    /// What the holder wrote into the file.
    let holder: String

    var summary: String {
        let who = holder.isEmpty ? "another DVC process" : "the process \(holder)"
        return "'\(path)' is held by \(who)"
    }

    var advice: String? { "wait until it is done, then run the command again" }
}

/// DVC's lock on a repository, held until this goes out of scope.
///
/// Source: DVC 3.67, observed (dvc-compat 1.7): `flock` on `.dvc/tmp/lock`, whose content is a blank
/// and the holder's process id, and which is never removed.
struct RepositoryLock: ~Copyable {
    private let file: OpenFile

    /// Waits for the lock, up to 30 s: ten times as long as DVC.
    ///
    /// `directory`: the `.dvc` directory of the working copy.
    /// Throws ``LockBusyError``, `SystemError`, `CancellationError`.
    static func acquire(in directory: FilePath) async throws -> RepositoryLock {
        let path = directory.appending("tmp/lock")
        try createDirectories(path.parent)
        let file = try OpenFile(path, O_RDWR | O_CREAT, mode: 0o666, operation: "lock")
        let deadline = ContinuousClock.now + .seconds(30)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("lock", path) }
            guard ContinuousClock.now < deadline else {
                let holder = (try? readFile(path, limit: 4096)) ?? []  // only words for a message
                let words = String(decoding: holder, as: UTF8.self)
                    .split(whereSeparator: \.isWhitespace).joined(separator: " ")
                throw LockBusyError(path: path, holder: words)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        _ = ftruncate(file.descriptor, 0)
        try file.write(Array(" \(getpid())\n".utf8))
        return RepositoryLock(file: file)
    }

    private init(file: consuming OpenFile) { self.file = file }
}
