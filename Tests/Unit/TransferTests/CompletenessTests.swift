import Basics
import DVC
import Digests
import Storage
import Testing

@testable import Transfer

/// What a store lacks, when a list is no proof of its members.
@Suite struct CompletenessTests {
    private typealias Fixture = TransferFixture

    private func gaps(
        _ fixture: Fixture, files: [(Int, size: Int64?)] = [], directories: [[ObjectID]] = [],
        withCache: Bool = true
    ) async throws -> Completeness {
        var request = CompletenessRequest()
        request.files = files.map { .init(oid: Fixture.oid($0.0), size: $0.size) }
        request.directories = directories
        return try await findGaps(
            in: fixture.store, request, cache: withCache ? fixture.cache : nil, jobs: 3,
            on: fixture.workers, meter: { _ in nil })
    }

    /// A list that is in the store and, if wanted, in the cache.
    private func stored(
        _ fixture: Fixture, _ numbers: Int..., inCache: Bool = false
    ) throws -> ObjectID {
        let listing = try DirectoryListing(
            numbers.map { (path: FilePath("member \($0)"), oid: Fixture.oid($0)) })
        fixture.store.insert(listing.encoded(), isDirectory: true)
        if inCache { try fixture.cached(listing.encoded(), isDirectory: true) }
        return listing.objectID()
    }

    @Test func `nothing is asked for nothing`() async throws {
        let fixture = try Fixture()
        let found = try await gaps(fixture)
        #expect(found.isWhole && found.askedCount == 0)
        #expect(fixture.store.requests.isEmpty)
    }

    @Test func `files are asked for by presence, and by size where that is known`() async throws {
        let fixture = try Fixture()
        for number in 1...3 { fixture.store.insert(Fixture.content(number)) }
        let size = Int64(Fixture.content(1).count)
        let found = try await gaps(
            fixture, files: [(1, size), (2, size + 1), (3, nil), (4, size), (5, nil)])
        #expect(found.missing == [4, 5].map(Fixture.oid).sorted())
        #expect(found.damaged.map(\.oid) == [Fixture.oid(2)])
        #expect(found.damaged.first?.words == "it has \(size) bytes instead of \(size + 1)")
        #expect(found.askedCount == 5)
    }

    @Test(arguments: [true, false])
    func `every member is asked for, wherever the list was read`(isCached: Bool) async throws {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(1))
        let list = try stored(fixture, 1, 2, 3, inCache: isCached)
        let found = try await gaps(fixture, directories: [[list]])
        #expect(found.missing == [2, 3].map(Fixture.oid).sorted())
        #expect(found.askedCount == 4)
        #expect(fixture.store.count(of: .read) == (isCached ? 0 : 1))
    }

    @Test func `a list that only the cache has is missing, and its members are known`() async throws
    {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(1))
        let listing = try Fixture.list(1, 2).listing
        let list = try fixture.cached(listing.encoded(), isDirectory: true)
        let found = try await gaps(fixture, directories: [[list]])
        #expect(Set(found.missing) == [list, Fixture.oid(2)])
        #expect(found.unlisted.isEmpty)
        // Without the cache nobody knows what the second one is.
        let blind = try await gaps(fixture, directories: [[list]], withCache: false)
        #expect(blind.missing == [list] && blind.unlisted == [list])
        #expect(!blind.isWhole)
    }

    @Test func `a damaged list in the store is damage, with and without the cache`() async throws {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(1))
        let listing = try Fixture.list(1).listing
        let list = try fixture.cached(listing.encoded(), isDirectory: true)
        fixture.store.insert(Array("[]".utf8), as: ObjectKey(list))
        for withCache in [true, false] {
            let found = try await gaps(fixture, directories: [[list]], withCache: withCache)
            #expect(found.damaged.map(\.oid) == [list])
            #expect(found.missing.isEmpty)
            #expect(found.unlisted == (withCache ? [] : [list]))
        }
    }

    @Test func `content that is no list is damage`() async throws {
        let fixture = try Fixture()
        let key = fixture.store.insert(Array("no list".utf8), isDirectory: true)
        let found = try await gaps(fixture, directories: [[key.oid]])
        #expect(found.damaged.map(\.oid) == [key.oid])
    }

    @Test func `members that versions of a directory share are asked for once`() async throws {
        let fixture = try Fixture()
        for number in 1...4 { fixture.store.insert(Fixture.content(number)) }
        let versions = try [
            stored(fixture, 1, 2, inCache: true), stored(fixture, 2, 3, inCache: true),
            stored(fixture, 1, 3, 4, inCache: true),
        ]
        let found = try await gaps(fixture, directories: [versions])
        #expect(found.isWhole)
        #expect(found.askedCount == 7)
        #expect(fixture.requests(.find).sorted() == (versions + (1...4).map(Fixture.oid)).sorted())
    }

    @Test func `a store that cannot tell is an error, not a gap`() async throws {
        let fixture = try Fixture()
        fixture.store.fail(ObjectKey(Fixture.oid(1)), with: .denied("no"))
        for size in [nil, 3] as [Int64?] {
            await #expect(throws: StoreError.self) {
                try await gaps(fixture, files: [(1, size)])
            }
        }
        let list = try stored(fixture, 2)
        fixture.store.fail(ObjectKey(list), with: .failed("broken"))
        await #expect(throws: StoreError.self) { try await gaps(fixture, directories: [[list]]) }
    }
}
