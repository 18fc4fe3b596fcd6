internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let observing: [StoreCheck] = [
        StoreCheck("tells every byte that it moves") { context in
            let (path, key) = try context.source(sampleBytes(700_000))
            let told = Locked<[Int64]>([])
            let tell: ByteObserver = { bytes in told.withLock { $0.append(bytes) } }
            _ = try await context.store.put(fileAt: path, as: key, observer: tell)
            #expect(told.withLock { $0.reduce(0, +) } == 700_000)
            _ = try await context.store.get(
                key, toFileAt: try context.target(), observer: tell)
            #expect(told.withLock { $0.reduce(0, +) } == 1_400_000)
        },
        StoreCheck("takes back what it told about a request that failed") { context in
            let (_, key) = try context.source(sampleBytes(700_000))
            let other = sampleBytes(700_000, seed: 2)
            let path = try context.scratch.write(other, to: "source/\(key.oid)")
            try await context.subject.damage(key, other)
            let told = Locked<[Int64]>([])
            let tell: ByteObserver = { bytes in told.withLock { $0.append(bytes) } }
            await #expect(throws: StoreError.self) {
                _ = try await context.store.put(fileAt: path, as: key, observer: tell)
            }
            let target = try context.target()
            await #expect(throws: StoreError.self) {
                _ = try await context.store.get(key, toFileAt: target, observer: tell)
            }
            #expect(told.withLock { $0.reduce(0, +) } == 0)
        },
    ]
}
