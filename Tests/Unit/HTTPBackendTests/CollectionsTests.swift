import Basics
import Testing

@testable import HTTPBackend

/// Which requests for folders are sent.
@Suite struct CollectionsTests {
    /// A server that has these folders.
    private final class Server: Sendable {
        let state: Locked<(there: Set<FilePath>, asked: [FilePath])>

        init(_ there: Set<FilePath>) { state = Locked((there, [])) }

        func create(_ path: FilePath) -> Collections.Outcome {
            state.withLock { state in
                state.asked.append(path)
                guard path.isEmpty || state.there.contains(path.parent) else { return .needsParent }
                state.there.insert(path)
                return .there
            }
        }
    }

    @Test func `each folder is made once, those above it first`() async throws {
        let server = Server([""])
        let collections = Collections { server.create($0) }
        collections.noteAbsent("files/md5")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask { try await collections.make(FilePath("files/md5/\(number % 16)")) }
            }
            try await group.waitForAll()
        }
        // `files/md5` is tried once before `files` is there.
        #expect(server.state.withLock { $0.asked.count } == 16 + 3)
        #expect(collections.isThere("files"))
    }

    @Test func `what is known to be there is not asked for`() async throws {
        let server = Server([])
        let collections = Collections { server.create($0) }
        collections.noteThere("files/md5/aa")
        try await collections.make("files/md5/aa")
        #expect(server.state.withLock { $0.asked.isEmpty })
    }

    @Test func `a failure is that of all who wait, and is tried again`() async throws {
        struct Failure: Error {}
        let isBroken = Locked(true)
        let collections = Collections { _ in
            if isBroken.withLock({ $0 }) { throw Failure() }
            return .there
        }
        await #expect(throws: Failure.self) { try await collections.make("a") }
        isBroken.withLock { $0 = false }
        try await collections.make("a")
        #expect(collections.isThere("a"))
    }

    @Test func `a server that never has a parent is not asked for ever`() async throws {
        let collections = Collections { _ in .needsParent }
        await #expect(throws: NoParentCollection.self) { try await collections.make("a/b/c") }
    }
}
