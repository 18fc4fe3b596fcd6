import Basics
import Digests
import Storage
import StoreConformance
import Testing

@Suite struct TracingStoreTests {
    private let memory = MemoryStore()
    private let seen = Locked<[TracingStore.Request]>([])

    private var store: TracingStore {
        TracingStore(memory) { [seen] request in seen.withLock { $0.append(request) } }
    }

    private func lines() -> [String] {
        seen.withLock { $0 }.map { request in
            let operation = request.operation.map(\.rawValue) ?? "sync"
            let bytes = request.bytes.map { "\($0)" } ?? "-"
            return "\(operation) \(bytes) \(request.result)"
        }
    }

    @Test func `tells about every request`() async throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write([1, 2, 3], to: "a")
        let key = ObjectKey(objectID(of: [1, 2, 3]))
        _ = try await store.size(of: key)
        _ = try await store.put(fileAt: path, as: key)
        _ = try await store.get(key, toFileAt: scratch.path.appending("b"))
        _ = try await store.contents(of: key, limit: 3)
        try await store.makeDurable()
        #expect(
            lines() == [
                "look up - absent", "upload 3 ok", "download 3 ok", "read 3 ok", "sync - ok",
            ])
        #expect(seen.withLock { $0.allSatisfy { $0.duration >= .zero } })
        #expect(seen.withLock { $0.prefix(4).allSatisfy { $0.key == key } })
    }

    @Test func `tells about each object of a run`() async throws {
        let there = memory.insert([1]).oid
        let absent = ObjectID(high: there.high, low: there.low, isDirectory: true)
        let presence = try await store.presence(of: ObjectRun([there, absent][...]))
        #expect(presence == [true, false])
        #expect(lines() == ["look up - there", "look up - absent"])
        #expect(seen.withLock { $0.map(\.key) } == [there, absent].map { ObjectKey($0) })
        memory.fail(ObjectKey(there), with: .denied("no"))
        await #expect(throws: StoreError.self) {
            try await store.presence(of: ObjectRun([there, absent][...]))
        }
        #expect(
            lines().dropFirst(2) == [
                "look up - cannot look up \(ObjectKey(there)) on remote 'memory': no"
            ])
    }

    @Test func `tells what went wrong and passes it on`() async throws {
        let key = memory.insert([1])
        memory.fail(key, with: .denied("access denied (HTTP 403)"))
        await #expect(throws: StoreError.self) { try await store.size(of: key) }
        #expect(
            lines() == [
                "look up - cannot look up \(key) on remote 'memory': access denied (HTTP 403)"
            ])
    }
}
