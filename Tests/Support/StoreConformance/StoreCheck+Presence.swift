internal import Basics
internal import Digests
internal import Storage
internal import Testing

extension StoreCheck {
    static let presence: [StoreCheck] = [
        StoreCheck("a run of an empty store is absent") { context in
            let run = neighbours(100).sorted()
            let presence = try await context.store.presence(of: ObjectRun(run[...]))
            #expect(presence == [Bool](repeating: false, count: 100))
        },
        StoreCheck("a run says which of its objects are there, in their order") { context in
            // Some of few, many of many, few of many: stores may ask in different ways.
            for (count, stored) in [(1, 1), (2, 1), (7, 3), (300, 290), (300, 2)] {
                let contents = neighbourContents(count)
                for bytes in contents.prefix(stored) {
                    let (path, key) = try context.source(bytes)
                    _ = try await context.store.put(fileAt: path, as: key)
                }
                let run = contents.map { objectID(of: $0) }.sorted()
                let presence = try await context.store.presence(of: ObjectRun(run[...]))
                for (oid, isThere) in zip(run, presence) {
                    let size = try await context.store.size(of: ObjectKey(oid))
                    #expect(isThere == (size != nil), "\(oid)")
                }
                #expect(presence.count == count && presence.count(where: \.self) >= stored)
            }
        },
        StoreCheck("a run of a slice is answered from its first object on") { context in
            let run = neighbours(10).sorted()
            let contents = neighbourContents(10)
            let bytes = try #require(contents.first { objectID(of: $0) == run[6] })
            let (path, key) = try context.source(bytes)
            _ = try await context.store.put(fileAt: path, as: key)
            let presence = try await context.store.presence(of: ObjectRun(run[5..<9]))
            #expect(presence == [false, true, false, false])
        },
        StoreCheck("a run tells files, directory lists and legacy objects apart") { context in
            let bytes = Array("[]".utf8)
            let file = objectID(of: bytes)
            let four = [
                file, ObjectID(high: file.high, low: file.low, isDirectory: true),
                ObjectID(high: file.high, low: file.low, scheme: .md5DosToUnix),
                ObjectID(
                    high: file.high, low: file.low, isDirectory: true, scheme: .md5DosToUnix),
            ].sorted()
            for index in four.indices {
                let (path, key) = try context.source(
                    bytes, isDirectory: four[index].isDirectory, scheme: four[index].scheme)
                _ = try await context.store.put(fileAt: path, as: key)
                let presence = try await context.store.presence(of: ObjectRun(four[...]))
                #expect(presence == four.indices.map { $0 <= index })
            }
        },
    ]
}

private func neighbours(_ count: Int) -> [ObjectID] {
    neighbourContents(count).map { objectID(of: $0) }
}

/// Contents whose digests start with the same byte.
private func neighbourContents(_ count: Int) -> [[UInt8]] {
    let all = (0...).lazy.map { Array("content \($0)".utf8) }
    return Array(all.filter { objectID(of: $0).high >> 56 == 0x5a }.prefix(count))
}
