import Basics
import Digests
import Storage
import Testing

@Suite struct RetryingStoreTests {
    private let memory = MemoryStore()
    private let delays = Locked<[Duration]>([])

    /// A store that writes down how long it would have slept, always as long as it may.
    private func store(_ change: (inout RetryingStore.Policy) -> Void = { _ in }) -> RetryingStore {
        var policy = RetryingStore.Policy()
        policy.sleep = { [delays] delay in delays.withLock { $0.append(delay) } }
        policy.jitter = { $0 }
        change(&policy)
        return RetryingStore(memory, policy: policy)
    }

    private func milliseconds() -> [Int64] {
        delays.withLock { $0 }.map { Int64($0 / .milliseconds(1)) }
    }

    @Test func `asks again until it succeeds, waiting twice as long each time`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("slow down", retryAfter: nil), times: 3)
        #expect(try await store().size(of: key) == 1)
        #expect(milliseconds() == [250, 500, 1000])
    }

    @Test func `asks again for a run`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("slow down", retryAfter: nil), times: 2)
        #expect(try await store().presence(of: ObjectRun([key.oid])) == [true])
        #expect(milliseconds() == [250, 500])
    }

    @Test func `gives up after eight tries and never waits longer than the cap`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("slow down", retryAfter: nil))
        await #expect(throws: StoreError.self) {
            try await store().contents(of: key, limit: 1)
        }
        #expect(memory.count(of: .read) == 8)
        #expect(milliseconds() == [250, 500, 1000, 2000, 4000, 8000, 10_000])
    }

    @Test func `does as the service says about the delay`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("later", retryAfter: .seconds(42)), times: 1)
        #expect(try await store().size(of: key) == 1)
        #expect(milliseconds() == [42_000])
    }

    @Test func `does not wait for an hour`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("later", retryAfter: .seconds(3600)), times: 1)
        await #expect(throws: StoreError.self) { try await store().size(of: key) }
        #expect(milliseconds() == [])
    }

    @Test(arguments: [
        StoreError.Reason.missing, .denied("no"), .full("full"), .unavailable("gone"),
        .failed("broken"),
    ])
    func `what will not get better is not tried again`(reason: StoreError.Reason) async throws {
        let key = memory.insert([1])
        memory.fail(key, with: reason)
        await #expect(throws: StoreError.self) { try await store().size(of: key) }
        #expect(memory.requests.count == 1)
    }

    @Test func `jitter stays between zero and the delay`() {
        let jitter = RetryingStore.Policy().jitter
        for _ in 0..<100 {
            let delay = jitter(.seconds(1))
            #expect(delay >= .zero && delay <= .seconds(1))
        }
    }

    @Test func `a cancelled task neither waits nor asks again`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .busy("slow down", retryAfter: .seconds(200)))
        let store = RetryingStore(memory)  // with real sleep, which cancelling must end
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Int64?.self) { group in
                group.addTask { try await store.size(of: key) }
                while memory.requests.isEmpty { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(memory.requests.count == 1)
    }
}
