import Basics
import DVC
import Digests
import Storage
import Testing

@testable import Transfer

@Suite struct FindMissingTests {
    private typealias Fixture = TransferFixture

    @Test func `each file is asked for once, and listed once, in order`() async throws {
        let fixture = try Fixture()
        for number in [2, 5] { fixture.store.insert(Fixture.content(number)) }
        let oids = (0..<8).map(Fixture.oid)
        let missing = try await fixture.missing(files: oids.reversed() + oids)
        let absent = Set(oids).subtracting([Fixture.oid(2), Fixture.oid(5)])
        #expect(missing.files == absent.sorted())
        #expect(Set(missing.present) == [Fixture.oid(2), Fixture.oid(5)])
        #expect(missing.count == 6)
        #expect(fixture.requests(.find).sorted() == oids.sorted())
        #expect(fixture.store.requests.count == 8)
    }

    @Test func `an empty request asks nothing`() async throws {
        let fixture = try Fixture()
        let missing = try await fixture.missing()
        #expect(missing.isEmpty && missing.count == 0)
        #expect(fixture.store.requests.isEmpty)
    }

    @Test func `a list in the store stands for its members`() async throws {
        let fixture = try Fixture()
        let list = try Fixture.list(1, 2)
        fixture.store.insert(list.listing.encoded(), isDirectory: true)
        let missing = try await fixture.missing(directories: [Fixture.directory(list)])
        #expect(missing.isEmpty && missing.present.isEmpty)
        #expect(missing.listed == [list.oid])
        #expect(fixture.store.requests == [.init(.find, ObjectKey(list.oid))])
    }

    @Test func `without the list the wanted members are asked for, each once`() async throws {
        let fixture = try Fixture()
        fixture.store.insert(Fixture.content(2))
        let first = try Fixture.list(1, 2, 3)
        let second = try Fixture.list(3, 4, 5)
        let wanted = try #require(second.listing.index(of: "member 5"))
        let missing = try await fixture.missing(
            files: [Fixture.oid(3)],
            directories: [
                Fixture.directory(first),
                .init(oid: second.oid, listing: second.listing, wantedMembers: [wanted]),
            ])
        #expect(missing.files == [1, 3, 5].map(Fixture.oid).sorted())
        #expect(missing.directories.map(\.oid) == [first.oid, second.oid])
        #expect(missing.present.isEmpty)
        let asked = fixture.requests(.find)
        #expect(Set(asked.prefix(2)) == [first.oid, second.oid])
        #expect(asked.dropFirst(2).sorted() == [1, 2, 3, 5].map(Fixture.oid).sorted())
    }

    @Test func `a list that neither side has is lost`() async throws {
        let fixture = try Fixture()
        let (oid, listing) = try Fixture.list(1)
        fixture.store.insert(Fixture.content(9))
        let known = try Fixture.list(2)
        fixture.store.insert(known.listing.encoded(), isDirectory: true)
        let missing = try await fixture.missing(directories: [
            .init(oid: oid, listing: nil, wantedMembers: []),
            .init(oid: known.oid, listing: nil, wantedMembers: []),
        ])
        #expect(missing.lostDirectories == [oid])
        #expect(missing.listed == [known.oid])
        #expect(!missing.isEmpty)
        #expect(listing.count == 1)
    }

    @Test func `members are checked against the store's own list when asked to`() async throws {
        let fixture = try Fixture()
        let whole = try Fixture.list(1, 2)
        let broken = try Fixture.list(2, 3)
        for list in [whole, broken] {
            fixture.store.insert(list.listing.encoded(), isDirectory: true)
        }
        for number in [1, 2] { fixture.store.insert(Fixture.content(number)) }
        let missing = try await fixture.missing(
            directories: [
                // Nothing is wanted by the records, and one list is not in the cache at all.
                .init(oid: whole.oid, listing: whole.listing, wantedMembers: []),
                .init(oid: broken.oid, listing: nil, wantedMembers: []),
            ], checksMembers: true)
        #expect(missing.files == [Fixture.oid(3)])
        #expect(missing.directories.isEmpty)
        #expect(missing.present == [whole.oid])
        #expect(fixture.requests(.find).count == 5)
        #expect(Set(fixture.requests(.find)).count == 5)
    }

    @Test func `a damaged list in the store counts as absent when members are checked`()
        async throws
    {
        let fixture = try Fixture()
        let list = try Fixture.list(1)
        fixture.store.insert(Array("[]".utf8), as: ObjectKey(list.oid))
        fixture.store.insert(Fixture.content(1))
        let missing = try await fixture.missing(
            directories: [Fixture.directory(list)], checksMembers: true)
        #expect(missing.directories.map(\.oid) == [list.oid])
        #expect(missing.files.isEmpty)
    }

    @Test func `content that is no list is an error of the store`() async throws {
        let fixture = try Fixture()
        let key = fixture.store.insert(Array("no list".utf8), isDirectory: true)
        let error = await #expect(throws: StoreError.self) {
            try await fixture.missing(
                directories: [.init(oid: key.oid, listing: nil, wantedMembers: [])],
                checksMembers: true)
        }
        #expect(error?.key == key)
    }

    @Test func `an error is thrown, not taken for an absence`() async throws {
        let fixture = try Fixture()
        let oids = (0..<100).map(Fixture.oid)
        fixture.store.fail(ObjectKey(oids[0]), with: .denied("no"))
        await #expect(throws: StoreError.self) { try await fixture.missing(files: oids) }
    }

    @Test func `sorting keeps one of each`() {
        #expect(sortedAndUnique([]).isEmpty)
        let oids = [3, 1, 2, 3, 3, 1].map(TransferFixture.oid)
        #expect(sortedAndUnique(oids) == Set(oids).sorted())
        // A list, a file, legacy and 3.x of one digest are four objects.
        let four = [
            ObjectID(high: 1, low: 1), ObjectID(high: 1, low: 1, isDirectory: true),
            ObjectID(high: 1, low: 1, scheme: .md5DosToUnix),
            ObjectID(high: 1, low: 1, isDirectory: true, scheme: .md5DosToUnix),
        ]
        #expect(Set(sortedAndUnique(four + four.reversed())).count == 4)
        #expect(sortedAndUnique(four + four.reversed()).count == 4)
    }
}
