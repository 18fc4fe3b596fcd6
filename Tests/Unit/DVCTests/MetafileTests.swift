import Basics
import Digests
import Testing

@testable import DVC

let fileID = "d41d8cd98f00b204e9800998ecf8427e"
let treeID = "d751713988987e9331980363e24189ce.dir"

func metafile(_ text: String) throws(MetafileError) -> Metafile {
    try Metafile(Array(text.utf8))
}

/// The only out of a `.dvc` file whose out has these lines besides its path.
func out(_ lines: String...) throws -> Out {
    let text = "outs:\n- path: data\n" + lines.map { "  \($0)\n" }.joined()
    return try #require(try metafile(text).outs.first)
}

@Suite struct MetafileTests {
    @Test func `reads what dvc add writes`() throws {
        let file = try metafile(
            """
            outs:
            - md5: d751713988987e9331980363e24189ce.dir
              size: 12
              nfiles: 3
              hash: md5
              path: data
            - md5: d41d8cd98f00b204e9800998ecf8427e
              size: 0
              isexec: true
              hash: md5
              path: run.sh
              cache: false
              push: false
              remote: Archive
              desc: a tool
              type: model
              labels: [a, b]
              meta: {anything: [1]}
            """)
        #expect(file.kind == .data)
        #expect(!file.isPartialImport)
        let tree = try #require(file.outs.first)
        #expect(tree.location == .inside("data"))
        #expect(tree.oid == ObjectID(treeID))
        #expect(tree.size == 12 && tree.fileCount == 3 && tree.isDirectory)
        #expect(tree.isCached && tree.isPushable && !tree.isExecutable)
        #expect(tree.remoteName == nil && tree.stage == nil && tree.line == 2)
        let tool = try #require(file.outs.last)
        #expect(tool.oid == ObjectID(fileID))
        #expect(!tool.isCached && !tool.isPushable && tool.isExecutable && !tool.isDirectory)
        #expect(tool.remoteName == "archive" && tool.line == 7)
    }

    @Test(arguments: ["", "# nothing\n", "null\n", "[]\n", "{}\n", "''\n", "0\n", "false\n"])
    func `an empty file has no outs`(text: String) throws {
        #expect(try metafile(text).outs.isEmpty)
    }

    @Test(arguments: ["outs:\n", "outs: []\n", "outs: null\nwdir: null\ndeps:\n"])
    func `null lists are empty`(text: String) throws {
        #expect(try metafile(text).outs.isEmpty)
    }

    @Test func `the hash key tells the generation of the id`() throws {
        #expect(try out("md5: \(fileID)").oid == ObjectID(fileID, scheme: .md5DosToUnix))
        #expect(try out("md5: \(fileID)", "hash: md5").oid == ObjectID(fileID))
        #expect(try out("md5: \(fileID)", "hash: sha256").oid == nil)
        #expect(try out("md5: \(fileID)", "hash: sha256", "nfiles: 2").oid == ObjectID(fileID))
        #expect(try out("md5: \(fileID)", "hash: sha256", "nfiles: 0").oid == nil)
    }

    @Test(arguments: ["md5: ''", "md5:", "size: 3", "etag: abc", "checksum: 123"])
    func `an out may have no id`(line: String) throws {
        #expect(try out(line, "hash: md5").oid == nil)
    }

    @Test func `either the id or the count makes a directory`() throws {
        #expect(try out("md5: \(treeID)").isDirectory)
        let counted = try out("md5: \(fileID)", "nfiles: 2")
        #expect(counted.isDirectory && counted.oid?.isDirectory == false)
        #expect(try !out("md5: \(fileID)", "nfiles: 0").isDirectory)
    }

    @Test(arguments: [
        "cloud: {store: {etag: abc, version_id: v1}}", "version_id: v1",
        "files: [{relpath: a/b, md5: \(fileID), size: 2, cloud: {store: {etag: xyz}}}]",
    ])
    func `versions in the cloud are seen`(line: String) throws {
        #expect(try out(line, "hash: md5").isCloudVersioned)
    }

    @Test(arguments: ["cloud: {}", "version_id: ''", "files: []"])
    func `empty cloud keys mean nothing`(line: String) throws {
        #expect(try !out(line).isCloudVersioned)
    }

    @Test(arguments: [
        ("", "data", OutLocation.inside("data")), ("wdir: ..\n", "data", .inside("../data")),
        ("wdir: a/./b\n", "../../../x//y", .inside("../x/y")), ("wdir: ''\n", ".", .inside("")),
        ("wdir: .\n", "./a/", .inside("a")), ("", "/abs//x/", .outside("/abs/x")),
        ("wdir: /abs\n", "x", .outside("/abs/x")), ("", "s3://b/k", .outside("s3://b/k")),
        ("wdir: ..\n", "remote://r/x", .outside("remote://r/x")), ("", "a:b", .inside("a:b")),
        ("", "sl\\\\ash", .inside("sl\\ash")), ("", "1://x", .inside("1:/x")),
    ])
    func `places outs`(wdir: String, path: String, expected: OutLocation) throws {
        let file = try metafile("\(wdir)outs:\n- path: \"\(path)\"\n")
        #expect(file.outs.first?.location == expected)
    }

    @Test func `an out outside of the repository may have any id`() throws {
        let file = try metafile("outs:\n- path: s3://b/k\n  etag: Ab-1\n  md5: XYZ\n")
        #expect(file.outs.first?.oid == nil)
    }
}
