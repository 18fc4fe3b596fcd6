import Basics
import Digests
import Testing

@testable import DVC

@Suite struct DirectoryListingWritingTests {
    static let someID = objectID(of: [])

    @Test func `writes the bytes that DVC writes, whatever the order of the members`() throws {
        let members = OddNames.names.reversed().map {
            (path: FilePath($0), oid: objectID(of: Array($0.utf8)))
        }
        let listing = try DirectoryListing(members)
        #expect(listing.encoded() == OddNames.bytes)
        #expect(listing.objectID().description == OddNames.id)
        #expect(try DirectoryListing(reading: OddNames.bytes) == listing)
    }

    @Test func `the empty directory has the name that DVC gives it`() throws {
        let listing = try DirectoryListing([])
        #expect(listing.encoded() == Array("[]".utf8))
        #expect(listing.objectID().description == "d751713988987e9331980363e24189ce.dir")
    }

    @Test func `a legacy list has a legacy name`() throws {
        let oid = objectID(of: [], scheme: .md5DosToUnix)
        let listing = try DirectoryListing([("a", oid)], scheme: .md5DosToUnix)
        #expect(listing.objectID().scheme == .md5DosToUnix)
        #expect(listing.oid(at: 0) == oid)
    }

    @Test(
        arguments: [
            ("/a", someID, .badPath(.absolute)), ("../a", someID, .badPath(.dotDot)),
            ("", someID, .badPath(.empty)),
            ("a", ObjectID(high: 1, low: 2, isDirectory: true), .directoryAsMember),
            ("a", objectID(of: [], scheme: .md5DosToUnix), .otherScheme),
            ("x", someID, .duplicate("x")), ("x/y", someID, .fileAndDirectory("x", "x/y")),
        ] as [(FilePath, ObjectID, DirectoryListingError.Reason)])
    func `refuses members that no reader would take`(
        path: FilePath, oid: ObjectID, reason: DirectoryListingError.Reason
    ) {
        #expect(throws: DirectoryListingError(reason: reason, offset: nil, member: 1)) {
            try DirectoryListing([("x", Self.someID), (path, oid)])
        }
    }

    @Test func `refuses a path that is not UTF-8`() throws {
        let path = try #require(FilePath(validating: [0x61, 0xff]))
        #expect(
            throws: DirectoryListingError(reason: .badPath(.notUTF8), offset: nil, member: 0)
        ) { try DirectoryListing([(path, Self.someID)]) }
    }
}
