import Basics
import Digests
import Testing

@testable import DVC

/// What metafiles say of data on cloud-versioned remotes.
@Suite struct OutVersionsTests {
    private static let one = "26ab0db90d72e28ad0ba1e22ee510510"
    private static let two = "b026324c6904b2a9cb4b88d6d61c81d1"

    private func versions(_ text: String) throws -> OutVersions? {
        try Metafile(Array(text.utf8)).outs.first?.versions
    }

    @Test func `a directory has the versions of its members, and a list`() throws {
        let versions = try #require(
            try versions(
                """
                outs:
                - hash: md5
                  path: d
                  files:
                  - relpath: s/2
                    md5: \(Self.one)
                    size: 2
                    cloud:
                      r: {etag: \(Self.one), version_id: v2}
                  - relpath: "1"
                    md5: \(Self.two)
                """))
        let oids = try [Self.one, Self.two].map { try #require(ObjectID($0)) }
        #expect(
            versions.files == [
                .init(path: "s/2", oid: oids[0], version: "v2"),
                .init(path: "1", oid: oids[1], version: nil),
            ])
        #expect(
            versions.listing?.objectID()
                == (try DirectoryListing([("1", oids[1]), ("s/2", oids[0])]).objectID()))
    }

    @Test(
        arguments: [
            ("cloud: {r: {version_id: v}}", "v"), ("cloud: {r: {etag: abc}}", nil),
            ("version_id: own", "own"),
        ] as [(String, String?)])
    func `a file has one of its own`(line: String, version: String?) throws {
        let text = "outs:\n- hash: md5\n  path: f\n  md5: \(Self.one)\n  \(line)\n"
        let file = try #require(try versions(text)?.files.first)
        #expect(file.version == version)
        #expect(file.path.isEmpty && file.oid.description == Self.one)
        #expect(try versions(text)?.listing == nil)
    }

    @Test func `data of DVC 2 keeps its kind of id`() throws {
        let text = "outs:\n- path: f\n  md5: \(Self.one)\n  cloud: {r: {version_id: v}}\n"
        #expect(try versions(text)?.files.first?.oid.scheme == .md5DosToUnix)
    }

    @Test(arguments: [
        "hash: md5\n  md5: \(one)", "hash: etag\n  etag: abc\n  cloud: {r: {version_id: v}}",
        "hash: md5\n  files:\n  - {relpath: ../x, md5: \(one), cloud: {r: {version_id: v}}}",
        "hash: md5\n  files:\n  - {relpath: .git/../../x, md5: \(one)}",
        "hash: md5\n  files:\n  - {relpath: /x, md5: \(one)}",
        "hash: md5\n  files:\n  - {relpath: x, etag: abc, cloud: {r: {version_id: v}}}",
        "hash: md5\n  files:\n  - {relpath: x, md5: \(one)}\n  - {relpath: x, md5: \(two)}",
    ])
    func `other data has none, nor has what cannot be placed`(lines: String) throws {
        #expect(try versions("outs:\n- path: d\n  \(lines)\n") == nil)
    }
}
