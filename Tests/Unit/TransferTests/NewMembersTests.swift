import Basics
import DVC
import Digests
import LocalBackend
import Storage
import Testing

@testable import Transfer

/// Few new members of a directory that is known: they are put without being asked for.
@Suite struct NewMembersTests {
    private typealias Fixture = TransferFixture

    /// What is missing of a directory with so many members, of which the last ones are wanted.
    private func missing(
        _ fixture: Fixture, wanted: Int, of count: Int, asks: Bool = false,
        checksMembers: Bool = false
    ) async throws -> (missing: MissingSet, asked: [ObjectID], list: ObjectID) {
        let listing = try DirectoryListing(
            (0..<count).map { (path: FilePath("member \($0)"), oid: Fixture.oid($0)) })
        let members = (count - wanted..<count).compactMap {
            listing.index(of: FilePath("member \($0)"))
        }
        let oid = try fixture.cached(listing.encoded(), isDirectory: true)
        var options = TransferOptions(jobs: 2, checksMembers: checksMembers)
        if !asks { options.sourceOfNew = fixture.cache }
        let missing = try await findMissing(
            of: TransferRequest(
                files: [],
                directories: [.init(oid: oid, listing: listing, wantedMembers: members)]),
            in: fixture.store, options, on: fixture.workers)
        return (missing, fixture.requests(.find), oid)
    }

    private func fixture(putsOnlyNew: Bool = true, cached: Range<Int>) throws -> Fixture {
        let fixture = try Fixture(putsOnlyNew: putsOnlyNew)
        for number in cached { try fixture.cached(number) }
        return fixture
    }

    @Test func `ten of a hundred are put without a question but for the list`() async throws {
        let (missing, asked, list) = try await missing(
            fixture(cached: 90..<100), wanted: 10, of: 100)
        #expect(asked == [list])
        #expect(missing.files == (90..<100).map(Fixture.oid).sorted())
        #expect(missing.directories.map(\.oid) == [list])
    }

    @Test func `one that is there after all does no harm`() async throws {
        let fixture = try fixture(cached: 0..<100)
        fixture.store.insert(Fixture.content(95))
        let found = try await missing(fixture, wanted: 10, of: 100)
        let upload = fixture.upload(found.missing)
        try await upload.run(found.missing)
        #expect(upload.result.isComplete)
        #expect(try await fixture.store.size(of: ObjectKey(found.list)) != nil)
    }

    @Test(arguments: [(10, 99), (33, 1000), (100, 100)])
    func `many, or many of few, are asked for`(wanted: Int, count: Int) async throws {
        let fixture = try fixture(cached: 0..<count)
        let asked = try await missing(fixture, wanted: wanted, of: count).asked
        #expect(asked.count == 1 + wanted)
    }

    @Test func `where the answer matters all are asked for`() async throws {
        let cached = 90..<100
        #expect(
            try await missing(fixture(cached: cached), wanted: 10, of: 100, asks: true).asked.count
                == 11)
        #expect(
            try await missing(fixture(putsOnlyNew: false, cached: cached), wanted: 10, of: 100)
                .asked.count == 11)
        // One that is not in the cache may be there.
        #expect(try await missing(fixture(cached: 91..<100), wanted: 10, of: 100).asked.count == 11)
    }

    @Test func `large ones are asked for`() async throws {
        let fixture = try Fixture(putsOnlyNew: true)
        let large = [UInt8](repeating: 7, count: 256 << 10 + 1)
        let oid = try fixture.cached(large)
        let listing = try DirectoryListing(
            [(path: "large", oid: oid)]
                + (0..<20).map { (path: FilePath("member \($0)"), oid: Fixture.oid($0)) })
        var options = TransferOptions(jobs: 1)
        options.sourceOfNew = fixture.cache
        _ = try await findMissing(
            of: TransferRequest(
                files: [],
                directories: [
                    .init(oid: listing.objectID(), listing: listing, wantedMembers: [0])
                ]), in: fixture.store, options, on: fixture.workers)
        #expect(fixture.requests(.find).count == 2)
    }
}
