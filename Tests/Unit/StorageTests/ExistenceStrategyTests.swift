import Storage
import Testing

@Suite struct ExistenceStrategyTests {
    private let folder = ExistenceStrategy.Costs(
        perRequest: 1.2, perName: 0.5, namesAreProof: false)
    private let bucket = ExistenceStrategy.Costs(
        perRequest: 1, perName: 0.001, namesAreProof: true)

    @Test(arguments: [
        (wanted: 1, estimate: 4000, ExistenceStrategy.askEach),
        (4000, 4000, .askEach),  // all of them may be there, and a name is no proof
        (4000, 3000, .askEach),
        (4000, 2000, .readNames),
        (4000, 1, .readNames),
        (4000, 0, .assumeAbsent),
        (1, 0, .assumeAbsent),
    ])
    func `a folder is read when it holds far fewer than are wanted`(
        wanted: Int, estimate: Int, expected: ExistenceStrategy
    ) {
        #expect(ExistenceStrategy(wanted: wanted, estimate: estimate, folder) == expected)
    }

    @Test(arguments: [
        (wanted: 1, estimate: 999, ExistenceStrategy.readNames),
        (1, 1000, .askEach),  // a page holds a thousand names
        (1000, 1_000_000, .askEach),
        (1001, 1_000_000, .readNames),
        (1_000_000, 0, .assumeAbsent),
    ])
    func `a bucket is listed when that takes fewer requests`(
        wanted: Int, estimate: Int, expected: ExistenceStrategy
    ) {
        #expect(ExistenceStrategy(wanted: wanted, estimate: estimate, bucket) == expected)
    }

    @Test func `what is known is not asked for`() {
        let wanted = 1001
        #expect(
            ExistenceStrategy(wanted: wanted, known: 1, estimate: 1_000_000, bucket) == .askEach)
        #expect(
            ExistenceStrategy(wanted: wanted, known: 0, estimate: 1_000_000, bucket) == .readNames)
        // Nothing is left to ask for, whatever is there.
        #expect(ExistenceStrategy(wanted: 5, known: 5, estimate: 0, folder) == .askEach)
        #expect(ExistenceStrategy(wanted: 5, known: 9, estimate: 10, folder) == .askEach)
    }

    @Test func `without an estimate nothing is assumed`() {
        for wanted in [0, 1, 1_000_000] {
            #expect(ExistenceStrategy(wanted: wanted, estimate: nil, folder) == .askEach)
            #expect(ExistenceStrategy(wanted: wanted, estimate: nil, bucket) == .askEach)
        }
    }
}
