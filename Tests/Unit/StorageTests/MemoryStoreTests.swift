import Digests
import Storage
import Testing

@Suite struct MemoryStoreTests {
    @Test func `fails what it is told to, as often as it is told to`() async throws {
        let store = MemoryStore()
        let key = store.insert([1])
        store.fail(key, with: .denied("no"), times: 2, on: .read)
        #expect(try await store.size(of: key) == 1)
        for _ in 0..<2 {
            await #expect(throws: StoreError(.read, key, store: "memory", .denied("no"))) {
                try await store.contents(of: key, limit: 1)
            }
        }
        #expect(try await store.contents(of: key, limit: 1) == [1])
        #expect(store.count(of: .read) == 3)
        #expect(store.requests.first == MemoryStore.Request(.find, key))
    }
}
