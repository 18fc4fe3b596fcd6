internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let concurrency: [StoreCheck] = [
        StoreCheck("many tasks put the same object at once") { context in
            let bytes = sampleBytes(300_000)
            let (path, key) = try context.source(bytes)
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await context.store.put(fileAt: path, as: key) }
                }
                for try await size in group { #expect(size == 300_000) }
            }
            #expect(try await context.store.contents(of: key, limit: 300_000) == bytes)
        },
        StoreCheck("many tasks put many objects at once") { context in
            let sources = try (1...50).map {
                try context.source(sampleBytes(1000, seed: UInt64($0)))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for source in sources {
                    group.addTask {
                        _ = try await context.store.put(fileAt: source.path, as: source.key)
                    }
                }
                try await group.waitForAll()
            }
            for source in sources {
                #expect(try await context.store.size(of: source.key) == 1000)
            }
        },
        StoreCheck("a cancelled put stores nothing") { context in
            let (path, key) = try context.source(sampleBytes(700_000))
            await #expect(throws: CancellationError.self) {
                try await whileCancelled {
                    _ = try await context.store.put(fileAt: path, as: key)
                }
            }
            #expect(try await context.store.size(of: key) == nil)
        },
        StoreCheck("a cancelled get leaves nothing") { context in
            let (path, key) = try context.source(sampleBytes(700_000))
            _ = try await context.store.put(fileAt: path, as: key)
            let target = try context.target()
            await #expect(throws: CancellationError.self) {
                try await whileCancelled {
                    _ = try await context.store.get(key, toFileAt: target)
                }
            }
            #expect(!fileExists(target))
        },
    ]
}

/// Runs `body` in a task that is cancelled before it starts.
func whileCancelled(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask { try await body() }
        try await group.waitForAll()
    }
}
