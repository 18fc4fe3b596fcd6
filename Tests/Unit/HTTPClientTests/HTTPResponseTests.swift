import HTTPClient
import Testing

@Suite struct HTTPResponseTests {
    private func response(_ lines: String) -> HTTPResponse {
        HTTPResponse(status: 503, headers: ResponseHeaders(lines.utf8))
    }

    @Test(arguments: [
        ("Retry-After: 7\r\n", Duration.seconds(7)), ("retry-after:0\r\n", .zero),
        ("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", .seconds(10)),
        ("Retry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n", .zero),
        ("Retry-After: -1\r\n", nil), ("Retry-After: soon\r\n", nil), ("X: 7\r\n", nil),
        ("Retry-After: Sun, 06 Nov 1994 08:49:37\r\n", nil),
        ("Retry-After: 99999999999999999999\r\n", nil),
    ])
    func `the time that a server asks for is read`(lines: String, expected: Duration?) {
        // 1994-11-06 08:49:27
        #expect(response(lines).retryAfter(now: 784_111_767) == expected)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", Int64(0)), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
        ("Sat, 21 Nov 2026 00:25:08 GMT", 1_795_220_708),
        ("Mon, 1 Mar 2100 0:0:0 GMT", 4_107_542_400),
    ])
    func `a date is a number of seconds`(text: String, seconds: Int64) {
        #expect(HTTPDate(text)?.secondsSince1970 == seconds)
    }

    @Test(arguments: ["", "GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT"])
    func `what is no date is none`(text: String) {
        #expect(HTTPDate(text) == nil)
    }

    @Test func `a header is found in any case, and only as a whole`() {
        let response = response("X-A: 1\r\nx-a-b: 2\nETag:\t\"q\" \r\nno colon\r\nEmpty:\r\n")
        #expect(response["x-a"] == "1")
        #expect(response["X-A-B"] == "2")
        #expect(response["etag"] == "\"q\"")
        #expect(response["empty"] == "")
        #expect(response["no"] == nil)
    }
}
