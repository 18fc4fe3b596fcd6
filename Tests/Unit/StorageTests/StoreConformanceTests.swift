import Basics
import Storage
import StoreConformance
import Testing

@Suite struct StoreConformanceTests {
    @Test(arguments: StoreCheck.all)
    func `the memory store keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            let store = MemoryStore()
            return StoreUnderTest(store) { store.insert($1, as: $0) }
        }
    }

    @Test(arguments: StoreCheck.all)
    func `a memory store that answers runs keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            let store = MemoryStore(answersRuns: true)
            return StoreUnderTest(store) { store.insert($1, as: $0) }
        }
    }

    @Test(arguments: StoreCheck.all)
    func `retrying keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            let store = MemoryStore()
            return StoreUnderTest(RetryingStore(store)) { store.insert($1, as: $0) }
        }
    }

    @Test(arguments: StoreCheck.all)
    func `tracing keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            let store = MemoryStore()
            return StoreUnderTest(TracingStore(store) { _ in }) { store.insert($1, as: $0) }
        }
    }
}
