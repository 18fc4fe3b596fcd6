import Basics
import Testing

@testable import DVC

@Suite struct DVCRemoteTests {
    private func remote(_ options: String, local: String = "") throws -> DVCRemote {
        try DVCConfigTests.config(repo: "['remote \"a\"']\n\(options)\n", local: local)
            .remote(named: "A")
    }

    @Test(
        arguments: [
            ("/x/../y/", .directory("/y")), ("../../store", .directory("/store")),
            ("rel", .directory("/r/.dvc/rel")), ("my-x://y", .directory("/r/.dvc/my-x:/y")),
            ("s3://B/p", .url(scheme: "s3", text: "s3://B/p")),
            ("SSH://h/p", .url(scheme: "ssh", text: "SSH://h/p")),
            ("azure://", .url(scheme: "azure", text: "azure://")),
            (#""/p, #q""#, .directory("/p, #q")), ("", .directory("/r/.dvc")),
        ] as [(String, RemoteLocation)])
    func `understands the URL`(url: String, location: RemoteLocation) throws {
        #expect(try remote("url = \(url)").location == location)
    }

    @Test(
        arguments: [
            ("url = file:///x", .fileURL, 2), ("url = foo:///x", .unsupportedScheme("foo"), 2),
            ("url = 1x://x", .unsupportedScheme("1x"), 2),
            ("url = remote://a/x", .remoteLoop("a"), 2),
            ("url = remote://nope/x", .noSuchRemote("nope"), 2),
        ] as [(String, ConfigError.Reason, Int)])
    func `says why there is no such place`(
        options: String, reason: ConfigError.Reason, line: Int
    ) {
        #expect(throws: ConfigError(reason: reason, file: ".dvc/config", line: line)) {
            try remote(options)
        }
    }

    @Test func `a remote without a URL is an error only when it is asked for`() throws {
        let config = try DVCConfigTests.config(
            repo: "['remote \"b\"']\nurl = /b\n", local: "['remote \"a\"']\npassword = x\n")
        #expect(try config.remote(named: "b").location == .directory("/b"))
        #expect(throws: ConfigError(reason: .missingURL(remote: "a"), file: nil, line: nil)) {
            try config.remote(named: "a")
        }
        #expect(throws: ConfigError(reason: .noSuchRemote("c"), file: nil, line: nil)) {
            try config.remote(named: "C")
        }
    }

    @Test func `references are followed and inherit options, two levels deep`() throws {
        let config = try DVCConfigTests.config(
            repo: """
                ['remote "base"']
                url = ssh://h/top
                user = root
                port = 2222
                ['remote "middle"']
                url = remote://Base/mid
                user = bob
                ['remote "leaf"']
                url = remote://middle//x/y?q
                """, local: "['remote \"leaf\"']\nuser = me\n")
        let leaf = try config.remote(named: "leaf")
        #expect(leaf.location == .url(scheme: "ssh", text: "ssh://h/top/mid/x/y"))
        #expect(leaf.text(of: "user") == "me")
        #expect(leaf.level(of: "user") == .local)
        #expect(leaf.text(of: "port") == "2222")
        #expect(leaf.canonicalURL == "ssh://me@h:2222/top/mid/x/y")
    }

    @Test func `a chain of references without end is refused`() throws {
        let text = (0..<5000).map { "['remote \"r\($0)\"']\nurl = remote://r\($0 + 1)/x\n" }
        let config = try DVCConfigTests.config(repo: text.joined())
        #expect(
            throws: ConfigError(reason: .remoteLoop("r100"), file: ".dvc/config", line: 202)
        ) { try config.remote(named: "r0") }
    }

    @Test func `an option that the final URL does not know is an error`() {
        #expect(throws: ConfigError.self) {
            try remote("url = remote://b/x\nregion = x\n['remote \"b\"']\nurl = /b")
        }
    }

    @Test func `reads the options that all remotes have`() throws {
        let some = try remote(
            "url = /a\njobs = ' 1_0 '\nverify = TRUE\nshared = group\ntype = copy")
        #expect(some.jobs == 10)
        #expect(some.isShared)
        #expect(some.linkTypes == [.copy])
        #expect(!some.isCloudVersioned)
        #expect(try remote("url = s3://b\nworktree = True").isCloudVersioned)
        #expect(try remote("url = s3://b\nversion_aware = true").isCloudVersioned)
        #expect(try remote("url = ssh://h/\nkeyfile = k").text(of: "keyfile") == "/r/.dvc/k")
    }

    @Test(arguments: [
        ("/a/../b/", "file:///b"), ("ssh://User:pw@Host:22/P//", "ssh://User@host/P"),
        ("ssh://[2001:DB8::1]:22/p", "ssh://[2001:db8::1]/p"),
        ("ssh://[2001:DB8::1]/p", "ssh://[2001:db8::1]/p"), ("HTTPS://H:443/", "https://h"),
        ("https://H:8443/a?token=s", "https://h:8443/a"), ("https://u:p@ss@h/", "https://u@h"),
        ("s3://Bucket/p/", "s3://Bucket/p"), ("s3://key:secret@b/p", "s3://b/p"),
        ("gdrive://FolderID/x", "gdrive://FolderID/x"),
        (
            "s3://b\nendpointurl = https://K:s@Minio.local:443/",
            "s3://b#endpoint=https://K@minio.local"
        ),
        ("azure://c\naccount_name = acc\naccount_key = s", "azure://c#account=acc"),
        ("ssh://u@h/p\nuser = v\nport = 22\npassword = s", "ssh://v@h/p"),
        (
            "azure://c\nconnection_string = AccountName=n;AccountKey=s==;EndpointSuffix=e",
            "azure://c#account=AccountName=n;EndpointSuffix=e"
        ),
    ])
    func `has one spelling without secrets`(options: String, canonical: String) throws {
        #expect(try remote("url = \(options)").canonicalURL == canonical)
    }
}
