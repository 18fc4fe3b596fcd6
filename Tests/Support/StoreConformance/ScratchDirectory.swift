package import Basics
internal import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A directory of a test's own, removed with everything in it when the test lets go of it.
package final class ScratchDirectory: Sendable {
    package let path: FilePath

    /// `inMemory`: on a file system in memory, where there is one, for what writes much.
    package init(inMemory: Bool = false) throws {
        // As every program of ours does: a server that goes away must not end the process of all tests.
        signal(SIGPIPE, SIG_IGN)
        let usual = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let hasMemory = inMemory && access("/dev/shm", W_OK | X_OK) == 0
        let base = hasMemory ? "/dev/shm" : usual
        // Another form than a store's own temporary files, which tests look for.
        path = FilePath(base).appending("git-dvc-test\(temporaryPath(in: "").string.dropLast(4))")
        try createDirectories(path, mode: 0o755)
    }

    deinit {
        // What cannot be removed stays in the temporary directory; no test depends on it.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    /// Writes a file below the directory and returns its path.
    package func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
        let file = path.appending(name)
        try createDirectories(file.parent)
        try writeFile(file, bytes)
        return file
    }

    /// Every file and directory below, relative, sorted.
    package func listing() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path.string).sorted()
    }
}
