internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let storing: [StoreCheck] = [
        StoreCheck("what is put comes back, whatever its size") { context in
            // Around the sizes where buffers and parts of uploads usually end.
            for size in [0, 1, 4095, 4096, 262_143, 262_144, 262_145, (3 << 20) + 17] {
                let bytes = sampleBytes(size)
                let (path, key) = try context.source(bytes)
                try await context.expectRoundTrip(bytes, path, key)
            }
        },
        StoreCheck("a directory list comes back") { context in
            let bytes = Array(
                #"[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "a"}]"#.utf8)
            let (path, key) = try context.source(bytes, isDirectory: true)
            try await context.expectRoundTrip(bytes, path, key)
        },
        StoreCheck("a legacy object keeps its CRLF") { context in
            let bytes = Array("one\r\ntwo\r\n".utf8)
            let (path, key) = try context.source(bytes, scheme: .md5DosToUnix)
            #expect(!key.oid.hasDigest(of: objectID(of: bytes)))
            try await context.expectRoundTrip(bytes, path, key)
        },
        StoreCheck("putting an object again succeeds") { context in
            let bytes = sampleBytes(100)
            let (path, key) = try context.source(bytes)
            _ = try await context.store.put(fileAt: path, as: key)
            try await context.expectRoundTrip(bytes, path, key)
        },
        StoreCheck("the source stays as it was") { context in
            let bytes = sampleBytes(100)
            let (path, key) = try context.source(bytes)
            _ = try await context.store.put(fileAt: path, as: key)
            #expect(try readFile(path) == bytes)
        },
        StoreCheck("content may be exactly as long as the limit") { context in
            let (path, key) = try context.source(sampleBytes(100))
            _ = try await context.store.put(fileAt: path, as: key)
            #expect(try await context.store.contents(of: key, limit: 100).count == 100)
        },
        StoreCheck("what was put can be made durable") { context in
            let (path, key) = try context.source(sampleBytes(100))
            _ = try await context.store.put(fileAt: path, as: key)
            try await context.store.makeDurable()
        },
    ]
}

extension StoreCheck.Context {
    func expectRoundTrip(_ bytes: [UInt8], _ path: FilePath, _ key: ObjectKey) async throws {
        let size = Int64(bytes.count)
        #expect(try await store.put(fileAt: path, as: key) == size)
        #expect(try await store.size(of: key) == size)
        let target = try target()
        #expect(try await store.get(key, toFileAt: target) == size)
        #expect(try readFile(target) == bytes, "\(bytes.count) bytes")
        #expect(try await store.contents(of: key, limit: bytes.count) == bytes)
    }
}
