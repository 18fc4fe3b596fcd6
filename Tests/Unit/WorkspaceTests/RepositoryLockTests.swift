import Basics
import TestSupport
import Testing

@testable import Workspace

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// DVC's lock, against another holder: flock(2) knows descriptors, not processes.
@Suite struct RepositoryLockTests {
    private let directory: TemporaryDirectory
    private let workspace: WorkspaceDirectory
    private var file: FilePath { workspace.top.appending(".dvc/tmp/lock") }

    init() throws {
        directory = try TemporaryDirectory()
        workspace = WorkspaceDirectory(top: directory.path)
        try createDirectories(directory.path.appending(".dvc/tmp"))
    }

    private func acquire(waiting patience: Duration) async throws -> RepositoryLock {
        try await RepositoryLock.acquire(in: ".dvc", of: workspace, patience: patience)
    }

    private func hold() throws -> OpenFile {
        try writeFile(file, Array(" 4711\n".utf8))
        let holder = try OpenFile(file, O_RDWR, operation: "lock")
        #expect(flock(holder.descriptor, LOCK_EX | LOCK_NB) == 0)
        return holder
    }

    @Test func `a lock that stays held is an error that names the holder`() async throws {
        let holder = try hold()
        let error = await #expect(throws: LockBusyError.self) {
            _ = try await acquire(waiting: .milliseconds(1))
        }
        #expect(error?.path == file)
        #expect(error?.holder == "4711")
        #expect(try readFile(file, limit: 99) == Array(" 4711\n".utf8))
        _ = consume holder
    }

    @Test func `a lock that is let go is waited for, and then says whose it is`() async throws {
        let holder = try hold()
        async let waiting = waitAndRead()
        // Let go by us, whenever the other has begun to wait.
        _ = consume holder
        #expect(try await waiting == Array(" \(getpid())\n".utf8))
        // What went out of scope holds it no more.
        _ = try await acquire(waiting: .zero)
    }

    private func waitAndRead() async throws -> [UInt8] {
        let lock = try await acquire(waiting: .seconds(60))
        let content = try readFile(file, limit: 99)
        _ = consume lock
        return content
    }

    @Test func `waiting can be cancelled`() async throws {
        let holder = try hold()
        let task = Task { _ = try await acquire(waiting: .seconds(600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = consume holder
    }

    @Test func `a link in its place is not followed`() async throws {
        try writeFile(workspace.top.appending("victim"), Array("precious".utf8))
        #expect(symlink("../../victim", file.string) == 0)
        await #expect(throws: UnsafePathError.self) { _ = try await acquire(waiting: .zero) }
        #expect(
            try readFile(workspace.top.appending("victim"), limit: 99) == Array("precious".utf8))
    }
}
