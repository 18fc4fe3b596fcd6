import CloudStorage
import Digests
import GCSBackend
import Testing

/// What the service says, and what is said in its place.
@Suite struct GCSAnswersTests {
    @Test func `an object's fields are read`() throws {
        let object = try GCSObject(
            Array(
                #"{"size":"7","generation":"1700000000000001","md5Hash":"mgNk4ucZXG4YNgeiyrjqAw==","crc32c":"n03x6A=="}"#
                    .utf8))
        #expect(object.size == 7)
        #expect(object.generation == "1700000000000001")
        #expect(object.md5?.description == "9a0364e2e7195c6e183607a2cab8ea03")
        #expect(object.crc32c == 0x9f4d_f1e8)
    }

    @Test(arguments: [
        #"{"size":"-1"}"#, #"{"size":"x"}"#, #"{"size":"99999999999999999999"}"#, "{}",
        #"{"generation":"1&x=2","md5Hash":"AAAA","crc32c":"AAAAAAAA"}"#,
    ])
    func `fields that make no sense are none`(text: String) throws {
        let object = try GCSObject(Array(text.utf8))
        #expect(object.size == nil && object.generation == nil)
        #expect(object.md5 == nil && object.crc32c == nil)
    }

    @Test(arguments: ["", "<html></html>", "[]", #"{"size":7}"#, "{"])
    func `what is no object is none`(text: String) {
        #expect(throws: AnswerProblem.self) { try GCSObject(Array(text.utf8)) }
    }

    @Test func `a page of names is read`() throws {
        let listing = try GCSListing(
            Array(
                #"{"kind":"storage#objects","items":[{"name":"a/b","size":"3"},{"name":"c d"}],"nextPageToken":"t"}"#
                    .utf8))
        #expect(listing.names == ["a/b", "c d"])
        #expect(listing.firstSize == 3)
        #expect(listing.continuation == "t")
        let last = try GCSListing(Array(#"{"kind":"storage#objects","nextPageToken":""}"#.utf8))
        #expect(last.names.isEmpty && last.continuation == nil)
    }

    @Test(arguments: ["{}", "[]", "<html>", "", #"{"items":[{"size":"1"}]}"#])
    func `a list that is none is no answer`(text: String) {
        #expect(throws: AnswerProblem.self) { try GCSListing(Array(text.utf8)) }
    }

    @Test(arguments: [
        (
            #"{"error":{"code":403,"message":"no","errors":[{"reason":"forbidden"}]}}"#,
            "forbidden", "no"
        ),
        (#"{"error":{"message":"m","status":"PERMISSION_DENIED"}}"#, "PERMISSION_DENIED", "m"),
        ("No such object: b/k", "", "No such object: b/k"), ("<html>no</html>", "", ""),
        ("{", "", ""), ("", "", ""),
    ])
    func `a refusal is read in both forms`(text: String, reason: String, message: String) {
        let refusal = GCSRefusal(Array(text.utf8))
        #expect(refusal.reason == reason)
        #expect(refusal.message == message)
    }

    @Test(
        arguments: [
            ("crc32c=n03x6A==,md5=mgNk4ucZXG4YNgeiyrjqAw==", true, 0x9f4d_f1e8),
            ("crc32c=n03x6A==", false, 0x9f4d_f1e8),
            (" md5=mgNk4ucZXG4YNgeiyrjqAw== , crc32c=x", true, nil), ("md5=,crc32c=", false, nil),
            ("", false, nil),
        ] as [(String, Bool, UInt32?)])
    func `checksums are read from the header`(text: String, hasMD5: Bool, crc32c: UInt32?) {
        let hashes = GCSHashes(text)
        #expect((hashes.md5 != nil) == hasMD5)
        #expect(hashes.crc32c == crc32c)
    }

    @Test(arguments: [
        ("gs://bucket/a/b", "bucket", "a/b"), ("gs://bucket", "bucket", ""),
        ("gs://bucket//a b/\u{e4}/", "bucket", "a b/\u{e4}"),
    ])
    func `a URL names bucket and prefix`(url: String, bucket: String, prefix: String) throws {
        let endpoint = try #require(ServiceEndpoint("https://storage.googleapis.com"))
        let configuration = GCSConfiguration(name: "r", url: url, endpoint: endpoint)
        #expect(configuration?.bucket == bucket)
        #expect(configuration?.prefix == prefix)
    }

    @Test(arguments: ["gs:///a", "gs://", "gs://a b/c", "gs://ab", "gs://user@bucket/x"])
    func `a URL without a bucket is refused`(url: String) throws {
        let endpoint = try #require(ServiceEndpoint("https://storage.googleapis.com"))
        #expect(GCSConfiguration(name: "r", url: url, endpoint: endpoint) == nil)
    }
}
