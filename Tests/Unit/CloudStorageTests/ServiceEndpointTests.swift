import CloudStorage
import Testing

@Suite struct ServiceEndpointTests {
    @Test(
        arguments: [
            ("https://Storage.Example", "https://storage.example"),
            ("https://h:443/", "https://h"), ("http://h:80/a/b//", "http://h/a/b"),
            ("http://user:secret@127.0.0.1:9000/x?y#z", "http://127.0.0.1:9000/x"),
            ("https://[::1]:9000", "https://[::1]:9000"), ("ftp://h", nil), ("h", nil),
            ("https://", nil), ("https://a b", nil), ("https://h\r\nX: y", nil), ("", nil),
            ("https://h:443:443/a", nil), ("https://h:x", nil), ("https://h:0", nil),
            ("https://h:65536", nil), ("https://h:", "https://h"), ("https://-h", nil),
            ("https://[::1", nil), ("https://[]", nil), ("https://[::1]x", nil),
            ("https://::1", nil), ("https://[::1]:443", "https://[::1]"),
        ] as [(String, String?)])
    func `a URL says where a service is`(text: String, url: String?) {
        #expect(ServiceEndpoint(text)?.url == url)
    }

    @Test(arguments: [
        ("http://127.0.0.1:1", true), ("http://localhost", true), ("https://[::1]:2", true),
        ("http://127.0.0.1.evil.example", false), ("https://h", false),
        ("http://localhost.example", false),
    ])
    func `only this machine is this machine`(text: String, isLoopback: Bool) {
        #expect(ServiceEndpoint(text)?.isLoopback == isLoopback)
    }
}
