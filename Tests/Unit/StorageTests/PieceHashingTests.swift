import Digests
import Storage
import Testing

@Suite struct PieceHashingTests {
    private let hashing = PieceHashing()

    private func content(_ count: Int, seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
    }

    /// Gives the content to the hasher in pieces of so many bytes, the last one shorter.
    private func give(_ content: [UInt8], to hasher: PieceHasher, inPiecesOf size: Int) {
        for start in stride(from: 0, to: content.count, by: size) {
            hasher.update(Array(content[start..<min(content.count, start + size)]))
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 6400, 6401])
    func `one file has the name of its content`(count: Int) {
        let bytes = content(count, seed: 1)
        for size in [1, 7, 64, 100, 128, 10_000] {
            let hasher = PieceHasher(.md5, sharing: hashing)
            give(bytes, to: hasher, inPiecesOf: size)
            #expect(hasher.finish(isDirectory: false) == objectID(of: bytes), "pieces of \(size)")
        }
    }

    @Test func `lists and files of old have their own names`() {
        let bytes = Array("one\r\ntwo\r\n".utf8)
        let list = PieceHasher(.md5, sharing: hashing)
        list.update(bytes)
        #expect(list.finish(isDirectory: true) == objectID(of: bytes, isDirectory: true))
        let legacy = PieceHasher(.md5DosToUnix, sharing: hashing)
        give(bytes, to: legacy, inPiecesOf: 4)
        let expected = objectID(of: bytes, scheme: .md5DosToUnix)
        #expect(legacy.finish(isDirectory: false) == expected)
    }

    @Test(arguments: [1, 2, 3, 5, 8])
    func `files that come at the same time do not mix`(fileCount: Int) async {
        let contents = (0..<fileCount).map { content(700_000 + $0 * 123_457, seed: UInt8($0)) }
        let names = await withTaskGroup(of: (Int, ObjectID).self) { group in
            for (index, bytes) in contents.enumerated() {
                group.addTask {
                    let hasher = PieceHasher(.md5, sharing: hashing)
                    // Others with other sizes: what two have in common is hashed, the rest stays.
                    give(bytes, to: hasher, inPiecesOf: 32_768 + index * 1000)
                    return (index, hasher.finish(isDirectory: false))
                }
            }
            return await group.reduce(into: [Int: ObjectID]()) { $0[$1.0] = $1.1 }
        }
        for (index, bytes) in contents.enumerated() {
            #expect(names[index] == objectID(of: bytes), "file \(index) of \(fileCount)")
        }
    }

    @Test func `a file whose data does not come keeps no other back`() {
        let waiting = PieceHasher(.md5, sharing: hashing)
        waiting.update(content(128, seed: 1))
        let bytes = content(1_000_000, seed: 2)
        let hasher = PieceHasher(.md5, sharing: hashing)
        give(bytes, to: hasher, inPiecesOf: 4096)
        #expect(hasher.finish(isDirectory: false) == objectID(of: bytes))
        #expect(waiting.finish(isDirectory: false) == objectID(of: content(128, seed: 1)))
    }

    @Test func `one that is given up in the middle keeps no other back`() {
        let bytes = content(100_000, seed: 3)
        let hasher = PieceHasher(.md5, sharing: hashing)
        do {
            let given = PieceHasher(.md5, sharing: hashing)
            given.update(content(640, seed: 4))
        }
        give(bytes, to: hasher, inPiecesOf: 640)
        #expect(hasher.finish(isDirectory: false) == objectID(of: bytes))
    }
}
