import Basics
import TestSupport
import Testing

@testable import Git

/// What Git 2.39 writes, line by line.
@Suite struct FetchHeadTests {
    private let directory: TemporaryDirectory
    private let oid = "968b0c8e037274c8ce1433fc87c4bcc362cd0240"

    init() throws { directory = try TemporaryDirectory() }

    private func entries(_ text: String) throws -> [FetchHead.Entry] {
        try writeFile(directory.path.appending("FETCH_HEAD"), Array(text.utf8))
        return try FetchHead(in: directory.path).entries
    }

    @Test func `names, urls and what a pull would merge are read`() throws {
        let found = try entries(
            """
            \(oid)\t\tbranch 'main' of /home/a of b
            \(oid)\tnot-for-merge\ttag 'v1' of host:c
            \(oid)\tnot-for-merge\t'refs/exps/12/34/n' of https://host/d
            \(oid)\t\thttps://host/d

            """)
        #expect(found.map(\.name) == ["branch 'main'", "tag 'v1'", "'refs/exps/12/34/n'", ""])
        #expect(
            found.map(\.url) == ["/home/a of b", "host:c", "https://host/d", "https://host/d"])
        #expect(found.map(\.isForMerge) == [true, false, false, true])
        #expect(found.allSatisfy { "\($0.oid)" == oid })
    }

    @Test(arguments: ["", "\n", "abc\t\tx\n", "\(String(repeating: "z", count: 40))\t\tx\n", "x"])
    func `what is no entry is passed over`(text: String) throws {
        #expect(try entries(text) == [])
        #expect(try entries("\(oid)\tfor-merge\tx\n") == [])
        #expect(try entries("\(oid)\tx\n") == [])
    }

    @Test func `a fetch is unseen until it is marked, and the next one again`() throws {
        #expect(!FetchHead.isUnseen(in: directory.path))
        _ = try entries("")
        #expect(!FetchHead.isUnseen(in: directory.path), "nothing came")
        _ = try entries("\(oid)\t\tx\n")
        #expect(FetchHead.isUnseen(in: directory.path))
        try FetchHead.markSeen(in: directory.path)
        #expect(!FetchHead.isUnseen(in: directory.path))
    }
}
