import AzureBackend
import CloudStorage
import HTTPClient
import TestSupport
import Testing

/// Signatures with an account's key.
@Suite struct SharedKeyTests {
    private static let date = [
        HTTPHeader("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"),
        HTTPHeader("x-ms-version", "2021-12-02"),
    ]

    /// Source: Microsoft, "Authorize with Shared Key", the example of "Get Container Metadata".
    @Test func `the published example is the text to sign`() {
        let request = AzureUnsignedRequest(
            "GET", path: "/mycontainer",
            query: [("restype", "container"), ("comp", "metadata"), ("timeout", "20")],
            headers: [
                HTTPHeader("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"),
                HTTPHeader("x-ms-version", "2015-02-21"),
            ])
        #expect(
            request.stringToSign(for: "myaccount")
                == "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
                + "x-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\n"
                + "restype:container\ntimeout:20")
    }

    /// Source: the same page: several values of one parameter, and headers in any order and case.
    @Test func `parameters and headers are sorted`() {
        let request = AzureUnsignedRequest(
            "GET", path: "/mycontainer",
            query: [
                ("restype", "container"), ("comp", "list"), ("include", "snapshots"),
                ("include", "metadata"), ("include", "uncommittedblobs"),
            ], headers: [HTTPHeader("X-MS-b", "2"), HTTPHeader("x-ms-a", "1")])
        #expect(
            request.stringToSign(for: "myaccount").hasSuffix(
                "x-ms-a:1\nx-ms-b:2\n/myaccount/mycontainer\ncomp:list\n"
                    + "include:metadata,snapshots,uncommittedblobs\nrestype:container"))
    }

    /// Made with azure-storage-blob 12.31, `SharedKeyCredentialPolicy`, and the key of the emulators.
    @Test(arguments: [
        (
            AzureUnsignedRequest(
                "GET", path: "/mycontainer",
                query: [("restype", "container"), ("comp", "metadata"), ("timeout", "20")],
                headers: date), "zQ0X+A8/OXX93pS/9wuhFZcRArkR+PSGtL1CCJEMX5c="
        ),
        (
            AzureUnsignedRequest(
                "PUT", path: "/mycontainer/a%20b/c",
                headers: date + [
                    HTTPHeader("content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="),
                    HTTPHeader("content-type", "application/octet-stream"),
                    HTTPHeader("x-ms-blob-type", "BlockBlob"), HTTPHeader("if-none-match", "*"),
                ], bodyCount: 11), "1pfF3QSAN2gfOWEY1akD++KJ1Lw0pV5/RTSW39wSsXE="
        ),
        (
            AzureUnsignedRequest(
                "PUT", path: "/devstoreaccount1/mycontainer/x",
                query: [("comp", "block"), ("blockid", "AAAAAA==")], headers: date, bodyCount: 3),
            "7e4JmYlaDFl8KLT+PIilTOoF7c7cWhdyfTl1k5Ij/Qg="
        ),
        (
            AzureUnsignedRequest(
                "GET", path: "/mycontainer/x",
                headers: date + [
                    HTTPHeader("x-ms-range", "bytes=0-9"), HTTPHeader("if-match", "\"0x1\""),
                ]), "KAydmigZ97dezgw98s9hPAwVnoV9j0CErsUid9shdPk="
        ),
        (
            AzureUnsignedRequest("HEAD", path: "/mycontainer/x", headers: date),
            "2Bo66/F0rFsYXnTWpWR2XaPUh8YJjIX4EHwPrvcCSmQ="
        ),
    ])
    func `signatures are those of Microsoft's own library`(
        request: AzureUnsignedRequest, signature: String
    ) throws {
        let key = try #require(SharedKey(account: "devstoreaccount1", key: AzureStub.key))
        #expect(
            key.authorization(for: request)
                == HTTPHeader("authorization", "SharedKey devstoreaccount1:\(signature)"))
        #expect(!"\(key) \(String(reflecting: key))".contains("Eby8"))
    }

    @Test(arguments: [
        (
            "DefaultEndpointsProtocol=https;AccountName=a1;AccountKey=AAAA;EndpointSuffix=core.windows.net",
            "https://a1.blob.core.windows.net"
        ),
        ("AccountName=a1;AccountKey=AAAA==;", "https://a1.blob.core.windows.net"),
        (
            "BlobEndpoint=https://x.example/;SharedAccessSignature=sv=1&sig=a%3D",
            "https://x.example"
        ),
        (
            "AccountName=a1;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:10000/a1",
            "http://127.0.0.1:10000/a1"
        ),
        ("UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1"),
    ])
    func `a connection string says where the account is`(text: String, url: String) throws {
        #expect(try AzureConnectionString(text).endpoint.url == url)
    }

    @Test(arguments: [
        "", "x", "AccountKey=AAAA", "AccountName=a/b;AccountKey=AAAA",
        "AccountName=a1;AccountKey=!", "AccountName=a1;BlobEndpoint=ftp://x",
    ])
    func `a text that is no connection string is refused, and not quoted`(text: String) {
        do {
            _ = try AzureConnectionString(text)
            Issue.record("nothing was thrown")
        } catch {
            #expect(!"\(error)".contains("AAAA"))
        }
    }

    @Test func `a signature is taken with and without a question mark`() {
        for text in ["?sv=1&sig=a%2B", "sv=1&sig=a%2B", " sv=1&sig=a%2B\n"] {
            #expect(AzureAccess.query(ofSignature: text) == "sv=1&sig=a%2B")
        }
    }

    @Test(arguments: [
        ("azure://data/a/b", "data", "a/b"), ("azure://data", "data", ""), ("azure://", "", ""),
        ("azure:///x/", "", "x"),
    ])
    func `a URL names container and prefix`(url: String, container: String, prefix: String) {
        let place = AzureConfiguration.place(ofURL: url)
        #expect(place.container == container && place.prefix == prefix)
    }

    @Test(arguments: [
        ("data", true), ("$root", true), ("ab", false), ("Data", false), ("a b", false),
        ("", false),
        ("a/b", false), ("-a-", true),
    ])
    func `a name is one of a container, or not`(name: String, isContainer: Bool) {
        #expect(AzureConfiguration.isContainer(name) == isContainer)
    }
}
