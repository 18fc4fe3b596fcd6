import Digests
import Testing

@testable import Transfer

@Suite struct FoldersFirstTests {
    private func oid(_ folder: UInt64, _ number: UInt64, _ scheme: HashScheme = .md5) -> ObjectID {
        ObjectID(high: folder << 56 | number, low: 0, scheme: scheme)
    }

    private func order(_ oids: [ObjectID]) -> [ObjectID] {
        let order = FoldersFirst(oids)
        return oids.indices.map { oids[order.index(at: $0)] }
    }

    @Test func `one of each folder goes first, the others keep their order`() {
        let oids = [oid(0, 1), oid(0, 2), oid(0, 3), oid(7, 1), oid(255, 1), oid(255, 2)]
        #expect(
            order(oids) == [oid(0, 1), oid(7, 1), oid(255, 1), oid(0, 2), oid(0, 3), oid(255, 2)])
    }

    @Test func `legacy objects have folders of their own`() {
        let oids = [oid(1, 1), oid(1, 2), oid(1, 1, .md5DosToUnix), oid(1, 2, .md5DosToUnix)]
        #expect(order(oids) == [oids[0], oids[2], oids[1], oids[3]])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `each goes once`(seed: UInt64) {
        var random = SystemRandomNumberGenerator()
        let count = Int(seed) * 37
        let oids = (0..<count).map { number in
            oid(UInt64.random(in: 0..<(seed + 1), using: &random), UInt64(number))
        }
        let ordered = order(oids)
        #expect(Set(ordered) == Set(oids) && ordered.count == count)
        let folders = Set(oids.map { $0.high >> 56 })
        #expect(Set(ordered.prefix(folders.count).map { $0.high >> 56 }) == folders)
    }
}
