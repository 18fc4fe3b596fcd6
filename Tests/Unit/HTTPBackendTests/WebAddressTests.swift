import Basics
import Testing

@testable import HTTPBackend

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("http://host", "http://host/files/md5/a"),
        ("https://Host:8443/", "https://host:8443/files/md5/a"),
        ("HTTP://host/a b/\u{e4}/%20%", "http://host/a%20b/%C3%A4/%20%/files/md5/a"),
        ("http://us%40er:p%3Aw@host/x//", "http://host/x/files/md5/a"),
        ("http://[::1]:80/x", "http://[::1]:80/x/files/md5/a"),
    ])
    func `objects lie below the root`(url: String, expected: String) throws {
        let address = try #require(WebAddress(url))
        #expect(address.url(of: "files/md5/a") == expected)
        #expect(address.url(of: "a b%\u{e4}") == address.root + "/a%20b%25%C3%A4")
        #expect(address.url(of: "") == address.root)
    }

    @Test(arguments: [
        "", "http://", "http:///x", "http://:80", "ftp://host", "host/x", "http://host/x?a=b",
        "http://host/#x", "http://user@/x", "http://user:pa/word@host/x", "http://host:70000/",
        "http://-host/x", "http://user@-host/x", "http://ho st/x", "http://host%0a/x",
        "http://ho\u{7f}st/x", "http://ho\nst/x",
    ])
    func `what has no place for objects is refused`(url: String) {
        #expect(WebAddress(url) == nil)
    }

    @Test func `the folders above the root are known`() throws {
        let address = try #require(WebAddress("http://u@host:1/a b//c/d/"))
        #expect(address.parents == ["http://host:1/a%20b//c", "http://host:1/a%20b"])
        #expect(try #require(WebAddress("http://host/a")).parents == [])
        #expect(try #require(WebAddress("http://host")).parents == [])
    }

    @Test func `who is named is known, and not part of the URL`() throws {
        let address = try #require(WebAddress("https://us%40er:p%3Aw@host:1/x"))
        #expect(address.user == "us@er")
        #expect(address.password == "p:w")
        #expect(address.scheme == "https")
        #expect(address.host == "host:1")
        #expect(try #require(WebAddress("http://user@host")).password == nil)
    }

    @Test(
        arguments: [
            ("http://other/y", "http://other/y"), ("/y", "https://host:1/y"),
            ("//other/y", "https://other/y"), ("HTTPS://o", "HTTPS://o"), ("y", nil), ("", nil),
            ("ftp://other/y", nil), ("javascript:x", nil),
        ] as [(String, String?)])
    func `redirects lead somewhere or nowhere`(location: String, target: String?) {
        #expect(redirectTarget(location, from: "https://host:1/a/b?c") == target)
    }
}

@Suite struct MultiStatusTests {
    private func members(_ body: String) throws -> [MultiStatus.Member] {
        try MultiStatus(Array(body.utf8)).members
    }

    @Test func `names, folders and sizes, whatever the prefixes are`() throws {
        let body = """
            <?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:x="other">
            <d:response><d:href>/dav/files/</d:href><d:propstat><d:prop>
              <d:resourcetype><d:collection/></d:resourcetype></d:prop></d:propstat></d:response>
            <d:response><d:href> http://h/dav/files/a%20%C3%A4 </d:href><d:propstat><d:prop>
              <d:resourcetype/><d:getcontentlength>12</d:getcontentlength></d:prop>
              <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
            <d:response><d:href>/dav/files/x</d:href></d:response></d:multistatus>
            """
        #expect(
            try members(body) == [
                .init(name: "files", isCollection: true, size: nil),
                .init(name: "a \u{e4}", isCollection: false, size: 12),
                .init(name: "x", isCollection: false, size: nil),
            ])
    }

    @Test func `a name that no file can have is none`() throws {
        let body =
            "<D:multistatus xmlns:D='DAV:'><D:response><D:href>/a%00b</D:href></D:response>"
            + "<D:response><D:href>/</D:href></D:response></D:multistatus>"
        #expect(try members(body).map(\.name) == ["", ""])
    }

    @Test(arguments: ["", "<html>", "<!DOCTYPE x><x/>", "not xml"])
    func `anything else is refused`(body: String) {
        #expect(throws: (any Error).self) { try members(body) }
    }
}
