import Digests
import Storage
import Testing

@testable import Transfer

@Suite struct AbsenceTests {
    private let oids = (0..<2000).map(TransferFixture.oid)

    @Test(arguments: [true, false])
    func `what a store lacks comes once and in order`(answersRuns: Bool) async throws {
        let store = MemoryStore(answersRuns: answersRuns)
        for number in stride(from: 0, to: 2000, by: 3) {
            store.insert(TransferFixture.content(number))
        }
        let (absent, askedCount) = try await absentObjects(
            among: oids.reversed() + oids[100..<900], from: store, jobs: 3,
            on: try Workers(threads: nil))
        let expected = oids.indices.filter { $0 % 3 != 0 }.map { oids[$0] }.sorted()
        #expect(absent == expected)
        #expect(askedCount == 2000)
        // One request for each first byte that occurs, which are all of them.
        #expect(store.count(of: .find) == (answersRuns ? 256 : 2000))
    }

    @Test(arguments: [true, false])
    func `nothing is asked for nothing`(answersRuns: Bool) async throws {
        let store = MemoryStore(answersRuns: answersRuns)
        let (absent, askedCount) = try await absentObjects(
            among: [], from: store, jobs: 3, on: try Workers(threads: nil))
        #expect(absent.isEmpty && askedCount == 0 && store.requests.isEmpty)
    }

    @Test func `an error is thrown, not taken for an absence`() async throws {
        let store = MemoryStore(answersRuns: true)
        let first = oids.filter { $0.high >> 56 == 9 }.sorted()[0]
        store.fail(ObjectKey(first), with: .denied("no"))
        await #expect(throws: StoreError.self) {
            try await absentObjects(
                among: oids, from: store, jobs: 3, on: try Workers(threads: nil))
        }
    }
}
