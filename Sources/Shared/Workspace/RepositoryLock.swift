package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Somebody else holds DVC's lock.
package struct LockBusyError: UserFacingError {
    package let path: FilePath
    /// What the holder wrote into the file.
    package let holder: String

    package var summary: String {
        let who = holder.isEmpty ? "another DVC process" : "the process \(holder)"
        return "'\(path)' is held by \(who)"
    }

    package var advice: String? { "wait until it is done, then run the command again" }
}

/// DVC's lock on a repository, held until this goes out of scope.
///
/// Source: DVC 3.67, observed (dvc-compat 1.7): `flock` on `.dvc/tmp/lock`, whose content is a blank
/// and the holder's process id, and which is never removed.
package struct RepositoryLock: ~Copyable {
    private let file: OpenFile

    /// 30 s: ten times as long as DVC waits.
    package static let usualPatience = Duration.seconds(30)

    /// Waits for the lock.
    ///
    /// `directory`: the `.dvc` directory, relative to `workspace`. Throws ``LockBusyError``,
    /// ``UnsafePathError``, `SystemError`, `CancellationError`.
    package static func acquire(
        in directory: FilePath, of workspace: WorkspaceDirectory,
        patience: Duration = usualPatience
    ) async throws -> RepositoryLock {
        let name = directory.appending("tmp/lock")
        let path = workspace.top.appending(name)
        // The file is written to, so a link that a repository tracks must not lead it elsewhere.
        let parent = try workspace.openDirectory(name.parent)
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let opened = openat(parent.descriptor, "lock", flags, 0o666)
        guard opened >= 0 else {
            if errno == ELOOP { throw UnsafePathError(path: name, reason: "it is a link") }
            throw SystemError("lock", path)
        }
        let file = OpenFile(adopting: opened, named: path)
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw UnsafePathError(path: name, reason: "it is no file")
        }
        let deadline = ContinuousClock.now + patience
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
