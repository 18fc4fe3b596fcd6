import HTTPClient
import S3Backend
import Testing

/// Examples with known signatures that AWS published.
@Suite struct SignatureVectorTests {
    // MARK: aws-sig-v4-test-suite

    private static let suiteCredentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    struct Vector: Sendable {
        var name: String
        var request: UnsignedRequest
        var signature: String

        init(
            _ name: String, _ method: String = "GET", _ path: String = "/", query: String = "",
            headers: [HTTPHeader] = [], body: String = "", gives signature: String
        ) {
            self.name = name
            request = UnsignedRequest(
                method, host: "example.amazonaws.com", path: path, query: query, headers: headers,
                payload: PayloadHash(of: Array(body.utf8)))
            self.signature = signature
        }
    }

    private static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

    /// Source: aws-sig-v4-test-suite, the folders of these names.
    static let vectors = [
        Vector("get-vanilla", gives: vanilla),
        Vector("get-relative", "GET", "/example/..", gives: vanilla),
        Vector("get-slash", "GET", "//", gives: vanilla),
        Vector("get-slash-dot-slash", "GET", "/./", gives: vanilla),
        Vector(
            "get-slashes", "GET", "//example//",
            gives: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        Vector(
            "get-utf8", "GET", "/\u{1234}",
            gives: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            "get-vanilla-query-order-key-case", query: "Param2=value2&Param1=value1",
            gives: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            "get-vanilla-utf8-query", query: "%E1%88%B4=bar",
            gives: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            "get-header-value-trim",
            headers: [
                HTTPHeader("My-Header1", " value1"), HTTPHeader("My-Header2", " \"a   b   c\""),
            ],
            gives: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            "get-header-key-duplicate",
            headers: ["value2", "value2", "value1"].map { HTTPHeader("My-Header1", $0) },
            gives: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Vector(
            "post-vanilla", "POST",
            gives: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            "post-vanilla-query", "POST", query: "Param1=value1",
            gives: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            "post-x-www-form-urlencoded", "POST",
            headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            gives: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]

    @Test(arguments: vectors)
    func `signs the test suite's requests`(vector: Vector) throws {
        let signer = RequestSigner(service: "service", region: "us-east-1")
        let time = try #require(AWSTime("2015-08-30T12:36:00Z"))
        let headers = signer.headers(for: vector.request, as: Self.suiteCredentials, at: time)
        let authorization = try #require(headers.last)
        #expect(authorization.value.hasSuffix("Signature=\(vector.signature)"), "\(vector.name)")
    }

    // MARK: The examples of S3's documentation

    private static let credentials = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    private static let host = "examplebucket.s3.amazonaws.com"
    private let signer = RequestSigner(service: "s3", region: "us-east-1")

    /// Source: Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header".
    static let examples: [(UnsignedRequest, String)] = [
        (
            UnsignedRequest(
                "GET", host: host, path: "/test.txt", headers: [HTTPHeader("Range", "bytes=0-9")]),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        (
            UnsignedRequest(
                "PUT", host: host, path: "/test%24file.text",
                headers: [
                    HTTPHeader("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                    HTTPHeader("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ], payload: PayloadHash(of: Array("Welcome to Amazon S3.".utf8))),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        (
            UnsignedRequest("GET", host: host, path: "/", query: "lifecycle"),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        (
            UnsignedRequest("GET", host: host, path: "", query: "max-keys=2&prefix=J"),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test(arguments: examples)
    func `signs the examples of S3`(request: UnsignedRequest, signature: String) throws {
        let time = try #require(AWSTime("2013-05-24T00:00:00Z"))
        let headers = signer.headers(for: request, as: Self.credentials, at: time)
        #expect(headers.last?.value.hasSuffix(signature) == true)
        #expect(
            headers.last?.value.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            ) == true)
        #expect(headers.first == HTTPHeader("x-amz-date", "20130524T000000Z"))
        #expect(
            headers[1] == HTTPHeader("x-amz-content-sha256", request.payload.headerValue))
    }

    /// Source: Amazon S3 API reference, "Authenticating Requests: Using Query Parameters".
    @Test func `signs a URL as the example of S3`() throws {
        let query = signer.presignedQuery(
            for: UnsignedRequest("GET", host: Self.host, path: "/test.txt"), as: Self.credentials,
            at: try #require(AWSTime("2013-05-24T00:00:00Z")), lifetime: 86400)
        #expect(
            query == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
    }
}
