import HTTPClient
import Testing

@testable import S3Backend

@Suite struct S3AddressTests {
    private func address(
        _ bucket: String, region: String? = nil,
        _ change: (inout S3Configuration) -> Void = { _ in }
    ) -> S3Address? {
        var configuration = S3Configuration(name: "r", bucket: bucket, prefix: "")
        change(&configuration)
        return S3Address(configuration, region: region)
    }

    private func place(_ address: S3Address?) -> String? {
        address.map { "\($0.scheme)://\($0.host)\($0.path)" }
    }

    @Test(arguments: [
        ("data", nil, "https://data.s3.us-east-1.amazonaws.com"),
        ("data", "eu-central-1", "https://data.s3.eu-central-1.amazonaws.com"),
        ("data", "cn-north-1", "https://data.s3.cn-north-1.amazonaws.com.cn"),
        ("my.data", nil, "https://s3.us-east-1.amazonaws.com/my.data"),
        ("Data", nil, "https://s3.us-east-1.amazonaws.com/Data"),
        ("da_ta", nil, "https://s3.us-east-1.amazonaws.com/da_ta"),
        ("ab", nil, "https://s3.us-east-1.amazonaws.com/ab"),
        ("data-", nil, "https://s3.us-east-1.amazonaws.com/data-"),
    ])
    func `at AWS the bucket is in the host where its name allows it`(
        bucket: String, region: String?, expected: String
    ) {
        #expect(place(address(bucket, region: region)) == expected)
    }

    @Test func `without TLS dots are no obstacle, but a bucket like an address is`() {
        #expect(
            place(address("my.data") { $0.usesTLS = false })
                == "http://my.data.s3.us-east-1.amazonaws.com")
        #expect(
            place(address("192.168.1.1") { $0.usesTLS = false })
                == "http://s3.us-east-1.amazonaws.com/192.168.1.1")
    }

    @Test(arguments: [
        ("https://minio.example.org", "https://minio.example.org/data"),
        ("HTTPS://Minio.Example.org:443/", "https://minio.example.org/data"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/data"),
        ("http://[::1]:9000/s3/", "http://[::1]:9000/s3/data"),
        ("https://user:pw@minio.example.org", "https://minio.example.org/data"),
    ])
    func `at another endpoint it is in the path`(endpoint: String, expected: String) {
        #expect(place(address("data") { $0.endpoint = endpoint }) == expected)
    }

    @Test func `both can be asked for`() {
        #expect(
            place(
                address("data") {
                    $0.endpoint = "https://r2.example.org"
                    $0.addressing = .virtualHost
                }) == "https://data.r2.example.org")
        #expect(
            place(address("data") { $0.addressing = .path })
                == "https://s3.us-east-1.amazonaws.com/data")
    }

    @Test(arguments: [
        "minio.example.org", "ftp://minio.example.org", "https://", "", "https://a b",
        "https://a\r\nb", "file:///etc", "https://h%00/",
    ])
    func `an endpoint that is no URL of HTTP is none`(endpoint: String) {
        #expect(address("data") { $0.endpoint = endpoint } == nil)
    }

    @Test(arguments: ["", ".", "..", "a/b"])
    func `what can be no bucket is none`(bucket: String) {
        #expect(address(bucket) == nil)
    }

    @Test func `a region that would change the host is none`() {
        #expect(address("data", region: "evil.example.org/") == nil)
    }

    @Test(arguments: [
        ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""),
        ("s3://bucket/a/b/", "bucket", "a/b"), ("s3://key:secret@bucket/p", "bucket", "p"),
        ("s3://bucket/ä b%20?x", "bucket", "ä b%20?x"),
    ])
    func `a URL names a bucket and a prefix`(url: String, bucket: String, prefix: String) {
        let configuration = S3Configuration(name: "r", url: url)
        #expect(configuration.bucket == bucket)
        #expect(configuration.prefix == prefix)
    }

    @Test func `a key of the customer's is sent with its MD5`() {
        let key = S3Configuration.encryptionKeyHeaders(
            key: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", algorithm: "AES256")
        #expect(
            key?.map(\.value) == [
                "AES256", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "hRasmdxgYDKV3nvbahU1MA==",
            ])
        #expect(S3Configuration.encryptionKeyHeaders(key: "not base64!", algorithm: "") == nil)
        #expect(S3Configuration.encryptionKeyHeaders(key: "", algorithm: "") == nil)
    }
}
