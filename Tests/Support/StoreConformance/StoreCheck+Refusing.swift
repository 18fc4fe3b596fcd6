internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let refusing: [StoreCheck] = [
        StoreCheck("content with another name is not stored") { context in
            for size in [100, 700_000] {
                let (path, key) = try context.source(sampleBytes(size))
                let found = objectID(of: sampleBytes(size, seed: 2))
                _ = try context.scratch.write(
                    sampleBytes(size, seed: 2), to: "source/\(key.oid)")
                try await context.expectFailure(
                    .upload, key, { $0 == .mismatch(found: found) },
                    { try await context.store.put(fileAt: path, as: key) })
                #expect(try await context.store.size(of: key) == nil)
            }
        },
        StoreCheck("a source that is gone is told from an object that is missing") { context in
            let (path, key) = try context.source(sampleBytes(100))
            try removeFile(path)
            try await context.expectFailure(.upload, key, { $0 == .sourceMissing }) {
                try await context.store.put(fileAt: path, as: key)
            }
            #expect(try await context.store.size(of: key) == nil)
        },
        StoreCheck("a damaged object is not handed out") { context in
            let key = ObjectKey(objectID(of: sampleBytes(700_000)))
            let damaged = sampleBytes(700_000, seed: 2)
            try await context.subject.damage(key, damaged)
            let isMismatch = { (reason: StoreError.Reason) in
                reason == .mismatch(found: objectID(of: damaged))
            }
            let target = try context.target()
            try await context.expectFailure(.download, key, isMismatch) {
                try await context.store.get(key, toFileAt: target)
            }
            // What is left, if anything, is what arrived.
            #expect(try [nil, damaged].contains(readFileIfPresent(target)))
            try await context.expectFailure(.read, key, isMismatch) {
                try await context.store.contents(of: key, limit: 1 << 20)
            }
        },
        StoreCheck("a truncated object is not handed out") { context in
            let key = ObjectKey(objectID(of: sampleBytes(700_000)))
            try await context.subject.damage(key, sampleBytes(300_000))
            let target = try context.target()
            try await context.expectFailure(
                .download, key, { if case .mismatch = $0 { true } else { false } },
                { try await context.store.get(key, toFileAt: target) })
            #expect(try [nil, sampleBytes(300_000)].contains(readFileIfPresent(target)))
        },
        StoreCheck("a damaged object is replaced by the next put") { context in
            let bytes = sampleBytes(5000)
            let (path, key) = try context.source(bytes)
            try await context.subject.damage(key, sampleBytes(5000, seed: 2))
            try await context.expectRoundTrip(bytes, path, key)
        },
        StoreCheck("a download never replaces a file") { context in
            let (path, key) = try context.source(sampleBytes(100))
            _ = try await context.store.put(fileAt: path, as: key)
            let target = try context.scratch.write([1, 2, 3], to: "mine")
            try await context.expectFailure(
                .download, key, { if case .failed = $0 { true } else { false } },
                { try await context.store.get(key, toFileAt: target) })
            #expect(try readFile(target) == [1, 2, 3])
        },
        StoreCheck("content longer than the limit is not read") { context in
            let (path, key) = try context.source(sampleBytes(100))
            _ = try await context.store.put(fileAt: path, as: key)
            try await context.expectFailure(.read, key, { $0 == .tooLarge(limit: 99) }) {
                try await context.store.contents(of: key, limit: 99)
            }
        },
    ]
}
