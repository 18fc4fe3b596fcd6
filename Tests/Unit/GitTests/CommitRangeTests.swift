import Testing

@testable import Git

@Suite struct CommitRangeTests {
    private let one = GitOID(String(repeating: "1", count: 40))
    private let two = GitOID(String(repeating: "2", count: 40))

    private func range(to remote: String, url: String = "https://host/x") -> CommitRange {
        CommitRange(
            of: [
                RefUpdate(localName: "a", newOID: one, remoteRef: "refs/a", oldOID: two),
                RefUpdate(localName: "(delete)", newOID: nil, remoteRef: "refs/b", oldOID: two),
            ], to: PushedRemote(argument: remote, url: url))
    }

    @Test(arguments: ["origin", "up/stream", "a-b_c.d", "größe", "-x", "a@b"])
    func `a remote's tracking refs are left out`(name: String) {
        #expect(
            range(to: name).revisionArguments == [
                "--ignore-missing", "--stdin", "--not", "--glob=refs/remotes/\(name)/*",
            ])
    }

    @Test(arguments: [
        "/srv/repo.git", "./repo", "../repo", ".", "..", "a/../b", "a//b", "repo/", "",
        "https://host/x", "git@host:x", "file:///srv/x", "ssh://host/x", "C:\\repo", "C:/repo",
        "a b", ".hidden", "host:\u{301}x", "up/feature",
    ])
    func `a URL or a path has no tracking refs`(url: String) {
        #expect(range(to: url, url: url).revisionArguments == ["--ignore-missing", "--stdin"])
    }

    @Test(arguments: ["or*gin", "orig?n", "[a-z]", "dir\\repo", "a:b", "a b"])
    func `what a pattern would take for a wildcard is no name`(name: String) {
        #expect(range(to: name).revisionArguments == ["--ignore-missing", "--stdin"])
    }

    @Test func `tips and what they are counted from are read from standard input`() throws {
        let range = range(to: "origin")
        #expect(range.tips == [try #require(one)])
        let input = String(decoding: range.revisionInput, as: UTF8.self)
        #expect(
            input == """
                \(String(repeating: "1", count: 40))
                ^\(String(repeating: "2", count: 40))
                ^\(String(repeating: "2", count: 40))

                """)
    }
}
