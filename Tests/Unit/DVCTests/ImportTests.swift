import Basics
import Testing

@testable import DVC

@Suite struct ImportTests {
    private static let repository =
        "deps:\n- path: d\n  repo: {url: https://x/y.git, rev: v1, rev_lock: 12ab, remote: {a: b}}\n"
    private static let url = "deps:\n- {path: s3://b/k, etag: '\"x-1\"', size: 3}\n"
    private static let database =
        "deps:\n- db: {connection: pg, query: SELECT 1, file_format: csv}\n"
    private static let identified = "outs:\n- {path: data, md5: \(fileID), hash: md5}\n"
    private static let partial = "outs:\n- {path: data, hash: md5}\n"

    @Test(arguments: [
        (repository + identified, Metafile.Kind.repositoryImport, false),
        (url + identified, .urlImport, false),
        (database + identified, .databaseImport, false),
        (repository + partial, .repositoryImport, true),
        (url + partial, .urlImport, true),
        (url + "outs:\n- {path: data, files: [{relpath: a, md5: \(fileID)}]}\n", .urlImport, false),
        (identified, .data, false),
        (partial, .data, false),
    ])
    func `one dependency and one out make an import`(
        text: String, kind: Metafile.Kind, isPartial: Bool
    ) throws {
        let file = try metafile("md5: \(fileID)\nfrozen: true\nwdir: .\n\(text)")
        #expect(file.kind == kind)
        #expect(file.isPartialImport == isPartial)
        #expect(file.outs.first?.location == .inside("data"))
    }

    @Test func `more outs or dependencies make no import`() throws {
        let two = Self.repository + Self.identified + "- {path: other}\n"
        #expect(try metafile(two).kind == .data)
        let deps = Self.repository + "- {path: other}\n" + Self.partial
        let file = try metafile(deps)
        #expect(file.kind == .data && !file.isPartialImport)
    }
}
