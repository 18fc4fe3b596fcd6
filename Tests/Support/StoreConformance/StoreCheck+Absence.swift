internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let absence: [StoreCheck] = [
        StoreCheck("an absent object has no size") { context in
            let size = try await context.store.size(of: absentKey)
            #expect(size == nil)
        },
        StoreCheck("getting an absent object says so and leaves nothing") { context in
            let target = try context.target()
            try await context.expectFailure(.download, absentKey, { $0 == .missing }) {
                try await context.store.get(absentKey, toFileAt: target)
            }
            #expect(!fileExists(target))
        },
        StoreCheck("reading an absent object says so") { context in
            try await context.expectFailure(.read, absentKey, { $0 == .missing }) {
                try await context.store.contents(of: absentKey, limit: 100)
            }
        },
        StoreCheck("a file, a directory list and a legacy object are three objects") { context in
            let bytes = Array("[]".utf8)
            let (path, key) = try context.source(bytes, isDirectory: true)
            let file = ObjectKey(objectID(of: bytes))
            let legacy = ObjectKey(objectID(of: bytes, isDirectory: true, scheme: .md5DosToUnix))
            _ = try await context.store.put(fileAt: path, as: key)
            #expect(try await context.store.size(of: key) == 2)
            #expect(try await context.store.size(of: file) == nil)
            #expect(try await context.store.size(of: legacy) == nil)
        },
    ]
}

private let absentKey = ObjectKey(objectID(of: Array("absent".utf8)))
