import Basics
import Digests
import LocalBackend
import Storage
import StoreConformance
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct LocalStoreFailureTests {
    private let fixture: LocalFixture
    init() throws { fixture = try LocalFixture() }

    @Test func `a file where the root must be makes the store unavailable`() async throws {
        let (path, key) = try fixture.source([1, 2, 3])
        _ = try fixture.scratch.write([], to: "remote")
        let target = fixture.scratch.path.appending("target")
        let expected = StoreError.Reason.unavailable("'\(fixture.root)' is not a directory")
        let store = fixture.store
        #expect(try await fixture.reason { try await store.size(of: key) } == expected)
        #expect(
            try await fixture.reason { try await store.put(fileAt: path, as: key) } == expected)
        #expect(
            try await fixture.reason { try await store.get(key, toFileAt: target) } == expected)
        #expect(
            try await fixture.reason { try await store.contents(of: key, limit: 9) } == expected)
        #expect(try await fixture.reason { try await store.receive(key) { _ in 0 } } == expected)
        #expect(!fileExists(target))
    }

    @Test func `a file where a folder of the store must be fails that object only`() async throws {
        let (path, key) = try fixture.source([1, 2, 3])
        let shard = fixture.store.path(of: key).parent
        try createDirectories(shard.parent)
        try writeFile(shard, [])
        let reason = try await fixture.reason {
            try await fixture.store.put(fileAt: path, as: key)
        }
        #expect(reason == .failed("not a directory: '\(shard)'"))
    }

    @Test func `a directory where an object must be fails and stays`() async throws {
        let (path, key) = try fixture.source([1, 2, 3])
        let place = fixture.store.path(of: key)
        try createDirectories(place)
        let expected = StoreError.Reason.failed("is a directory: '\(place)'")
        let store = fixture.store
        let target = fixture.scratch.path.appending("target")
        #expect(try await fixture.reason { try await store.size(of: key) } == expected)
        #expect(
            try await fixture.reason { try await store.put(fileAt: path, as: key) } == expected)
        #expect(
            try await fixture.reason { try await store.get(key, toFileAt: target) } == expected)
        #expect(try fixture.files() == [])
    }

    @Test func `what is no file cannot be put`() async throws {
        let key = ObjectKey(objectID(of: []))
        let pipe = fixture.scratch.path.appending("pipe")
        #expect(pipe.withCString { mkfifo($0, 0o600) } == 0)
        for path in [pipe, fixture.scratch.path, "/dev/null"] {
            let reason = try await fixture.reason {
                try await fixture.store.put(fileAt: path, as: key)
            }
            guard case .failed = reason else {
                Issue.record("\(path): \(reason)")
                continue
            }
        }
        #expect(!fileExists(fixture.root))
    }

    @Test(arguments: [100, 700_000])
    func `a mismatch leaves no temporary file`(size: Int) async throws {
        let path = try fixture.source(sampleBytes(size)).path
        let other = ObjectKey(objectID(of: [1]))
        let found = objectID(of: sampleBytes(size))
        let reason = try await fixture.reason {
            try await fixture.store.put(fileAt: path, as: other)
        }
        #expect(reason == .mismatch(found: found))
        #expect(try fixture.files() == [])
    }

    @Test func `a download into a folder that is not there blames the folder`() async throws {
        let key = try await fixture.stored([1, 2, 3])
        let target = fixture.scratch.path.appending("no/such")
        let reason = try await fixture.reason {
            try await fixture.store.get(key, toFileAt: target)
        }
        #expect(reason == .failed("no such file or directory: '\(target)'"))
    }

    @Test func `a put that is cancelled halfway leaves nothing`() async throws {
        let (path, key) = try fixture.source(sampleBytes(1 << 20))
        let store = fixture.store
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Called by the put itself, after its first block.
                    _ = try await store.put(fileAt: path, as: key) { _ in
                        withUnsafeCurrentTask { $0?.cancel() }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try fixture.files() == [])
    }

    @Test func `a receipt that fails leaves nothing and passes the error on`() async throws {
        struct Broken: Error {}
        let key = try fixture.source([1, 2, 3]).key
        await #expect(throws: Broken.self) {
            try await fixture.store.receive(key) { path in
                try writeFile(path, [1])
                throw Broken()
            }
        }
        #expect(try fixture.files() == [])
    }

    @Test func `an object that is received comes from another store`() async throws {
        let memory = MemoryStore()
        let key = memory.insert([1, 2, 3])
        let size = try await fixture.store.receive(key) { path in
            try await memory.get(key, toFileAt: path)
        }
        #expect(size == 3)
        #expect(try await fixture.store.contents(of: key, limit: 3) == [1, 2, 3])
        #expect(try fixture.files().count == 1)
    }

    @Test func `an empty folder that somebody removed meanwhile is made again`() async throws {
        let memory = MemoryStore()
        let key = memory.insert([1, 2, 3])
        let path = fixture.store.path(of: key)
        for _ in 1...2 {
            _ = try await fixture.store.receive(key) { path in
                try await memory.get(key, toFileAt: path)
            }
            #expect(try readFile(path) == [1, 2, 3])
            try removeFile(path)
            #expect(path.parent.withCString { rmdir($0) } == 0)
        }
    }

    @Test func `the message names the object, the remote and the folder, not the temporary file`()
        async throws
    {
        let (path, key) = try fixture.source([1, 2, 3])
        let shard = fixture.store.path(of: key).parent
        try createDirectories(shard.parent)
        #expect(shard.withCString { symlink("loop", $0) } == 0)
        let loop = shard.parent.appending("loop")
        #expect(loop.withCString { symlink("\(shard)", $0) } == 0)
        let error = await #expect(throws: StoreError.self) {
            _ = try await fixture.store.put(fileAt: path, as: key)
        }
        let summary = try #require(error).summary
        #expect(summary.hasPrefix("cannot upload \(key) to remote 'local': "))
        #expect(summary.contains("'\(shard)'"))
        #expect(!summary.contains(".tmp"))
    }
}
