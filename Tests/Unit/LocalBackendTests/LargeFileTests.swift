import Basics
import Digests
import LocalBackend
import Storage
import StoreConformance
import Testing

/// Large files are hashed two at a time, by a thread of the store's own.
@Suite struct LargeFileTests {
    private let fixture: LocalFixture
    /// Files of this size would keep the threads of other tests for too long.
    private let threads: BlockingExecutor

    init() throws {
        fixture = try LocalFixture()
        threads = try BlockingExecutor(threads: 4)
    }

    /// Around the size from which this is done, with and without a rest after the last block.
    private static let sizes = [4 << 20, (4 << 20) + 1, (5 << 20) - 1]

    @Test func `many at once arrive whole, and a damaged one among them is refused`() async throws {
        let sources = try Self.sizes.map { try fixture.source(sampleBytes($0)) }
        var damaged = sampleBytes(5 << 20)
        let key = ObjectKey(objectID(of: damaged))
        damaged[3 << 20] ^= 1
        let path = try fixture.scratch.write(damaged, to: "source/damaged")
        let store = fixture.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (path, key) in sources {
                group.addTask(executorPreference: threads) {
                    _ = try await store.put(fileAt: path, as: key)
                }
            }
            let reason = try await fixture.reason { try await store.put(fileAt: path, as: key) }
            guard case .mismatch = reason else {
                Issue.record("\(reason)")
                return
            }
            try await group.waitForAll()
        }
        for (size, source) in zip(Self.sizes, sources) {
            #expect(try readFile(store.path(of: source.key)) == sampleBytes(size))
        }
        #expect(try fixture.files().count == sources.count)
    }

    @Test(arguments: sizes)
    func `one alone arrives whole`(size: Int) async throws {
        let (path, key) = try fixture.source(sampleBytes(size))
        let store = fixture.store
        let put = Task(executorPreference: threads) { try await store.put(fileAt: path, as: key) }
        #expect(try await put.value == Int64(size))
        let target = fixture.scratch.path.appending("target")
        #expect(try await fixture.store.get(key, toFileAt: target) == Int64(size))
        #expect(try readFile(target) == sampleBytes(size))
    }

    @Test func `a cancelled one leaves nothing, and the others go on`() async throws {
        let (path, key) = try fixture.source(sampleBytes(16 << 20))
        let (otherPath, otherKey) = try fixture.source(sampleBytes(4 << 20))
        let store = fixture.store
        let cancelled = Task(executorPreference: threads) {
            try await store.put(fileAt: path, as: key)
        }
        let other = Task(executorPreference: threads) {
            try await store.put(fileAt: otherPath, as: otherKey)
        }
        cancelled.cancel()
        #expect(try await other.value == 4 << 20)
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try fixture.files().count == 1)
    }
}
