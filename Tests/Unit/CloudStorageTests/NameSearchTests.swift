import Digests
import Testing

@testable import CloudStorage

@Suite struct NameSearchTests {
    /// Objects spread evenly over all digests.
    private func oids(_ count: Int, offset: UInt64 = 0) -> [ObjectID] {
        let step = UInt64.max / UInt64(count + 1)
        return (1...count).map { ObjectID(high: UInt64($0) * step &+ offset, low: 0) }
    }

    @Test func `names on the last page settle everything`() {
        let wanted = oids(10)
        var search = NameSearch(wanted)
        let isInOrder = search.take([wanted[2], wanted[7]], isLast: true)
        #expect(isInOrder)
        #expect(search.isDone)
        #expect(search.presence.indices.filter { search.presence[$0] } == [2, 7])
    }

    @Test func `an empty last page means that nothing is there`() {
        var search = NameSearch(oids(3))
        let isInOrder = search.take([], isLast: true)
        #expect(isInOrder)
        #expect(search.presence == [false, false, false])
    }

    @Test func `a page settles what comes before its last name`() {
        let wanted = oids(10)
        var search = NameSearch(wanted)
        let isInOrder = search.take([wanted[0], wanted[4]], isLast: false)
        #expect(isInOrder)
        #expect(search.presence == [true, false, false, false, true])
        #expect(Array(search.open) == Array(wanted[5...]))
    }

    @Test func `names that are not in order conclude nothing`() {
        let wanted = oids(4)
        for names in [[wanted[1], wanted[0]], [wanted[0], wanted[0]]] {
            var search = NameSearch(wanted)
            let isInOrder = search.take(names, isLast: true)
            #expect(!isInOrder)
            #expect(search.presence.isEmpty)
        }
        var search = NameSearch(wanted)
        let first = search.take([wanted[2]], isLast: false)
        let second = search.take([wanted[1]], isLast: false)
        #expect(first && !second)
    }

    @Test func `a file comes before the list of the same digest`() {
        let file = ObjectID(high: 1, low: 2)
        let list = ObjectID(high: 1, low: 2, isDirectory: true)
        var search = NameSearch([file, list])
        let isInOrder = search.take([file, list], isLast: true)
        #expect(isInOrder)
        #expect(search.presence == [true, true])
    }

    @Test(arguments: [
        // wanted, stored, whether asking for each takes fewer requests than the pages left
        (10, 1_000_000, true), (100, 20_000, false), (10_000, 20_000, false), (10, 20_000, true),
        // From half a million on a page weighs as much as five requests.
        (2000, 1_000_000, true), (20_000, 1_000_000, false),
    ])
    func `few objects among many are asked for`(wanted: Int, stored: Int, asksEach: Bool) {
        let stored = oids(stored, offset: 7)
        var search = NameSearch(oids(wanted))
        let start = stored.firstIndex { $0 > search.open[0] } ?? 0
        let isInOrder = search.take(Array(stored[start...].prefix(1000)), isLast: false)
        #expect(isInOrder)
        #expect(search.shouldAskEach == asksEach)
    }

    @Test func `the pages that are left follow from those that came`() {
        let stored = oids(100_000, offset: 7)
        var search = NameSearch(oids(1000))
        let isInOrder = search.take(Array(stored.prefix(1000)), isLast: false)
        #expect(isInOrder)
        #expect((90...110).contains(search.expectedPages))
    }
}
