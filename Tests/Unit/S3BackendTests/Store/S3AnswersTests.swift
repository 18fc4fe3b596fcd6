import Basics
import CloudStorage
import Digests
import Testing

@testable import S3Backend

@Suite struct S3AnswersTests {
    @Test func `a refusal has a code and words`() {
        let body = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is \
            wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region>\
            <RequestId>1</RequestId></Error>
            """
        let refusal = S3Refusal(Array(body.utf8))
        #expect(refusal?.code == "AuthorizationHeaderMalformed")
        #expect(refusal?.region == "eu-central-1")
        #expect(refusal?.message.hasPrefix("the region") == true)
    }

    @Test(arguments: ["", "<html><body>Error</body></html>", "<Error><Code>A", "{}", "<a/>"])
    func `what is no refusal is none`(body: String) {
        #expect(S3Refusal(Array(body.utf8)) == nil)
    }

    @Test func `a page of keys is read, with what follows`() throws {
        let body = """
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>\
            <Prefix>a%20b/</Prefix><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
            <Contents><Key>a%20b/%C3%A4+1</Key><Owner><ID>Key</ID></Owner></Contents>\
            <Contents><Key>c</Key></Contents><CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>\
            <NextContinuationToken>1/&amp;=</NextContinuationToken></ListBucketResult>
            """
        let listing = try S3Listing(Array(body.utf8))
        #expect(listing.keys == ["a b/ä 1", "c"])
        #expect(listing.continuation == "1/&=")
    }

    @Test func `the last page has nothing that follows`() throws {
        let body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
        let listing = try S3Listing(Array(body.utf8))
        #expect(listing.keys.isEmpty && listing.continuation == nil)
    }

    @Test func `another document is no list`() {
        #expect(throws: (any Error).self) { try S3Listing(Array("<html/>".utf8)) }
    }

    @Test func `parts are read`() throws {
        let body = """
            <ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2\
            </NextPartNumberMarker><Part><PartNumber>1</PartNumber><ETag>"a"</ETag><Size>5</Size>\
            </Part><Part><PartNumber>2</PartNumber><ETag>"b"</ETag><Size>6</Size></Part>\
            </ListPartsResult>
            """
        let (parts, next) = try S3Part.page(Array(body.utf8))
        #expect(
            parts == [
                S3Part(number: 1, size: 5, tag: "\"a\""), S3Part(number: 2, size: 6, tag: "\"b\""),
            ])
        #expect(next == 2)
    }

    @Test(
        arguments: [
            ("bytes 0-99/1000", [0, 100, 1000]),
            ("bytes 5-5/6", [5, 6, 6]),
            ("bytes 0-99/*", nil), ("bytes */0", nil), ("bytes 9-8/10", nil),
            ("bytes 0-10/10", nil),
            ("items 0-1/2", nil), ("bytes -1-2/3", nil), ("", nil),
            ("bytes 0-99999999999999999999/1", nil),
        ] as [(String, [Int64]?)])
    func `a range of content is read`(text: String, expected: [Int64]?) {
        #expect(ContentRange(text).map { [$0.start, $0.end, $0.total] } == expected)
    }

    @Test(
        arguments: [
            (0, 8, 1), (1, 8, 1), (8, 8, 1), (9, 8, 2), (64 << 20, 32 << 20, 2),
            ((64 << 20) + 1, 32 << 20, 3), (5 << 40, 32 << 20, 9987),
        ] as [(Int64, Int64, Int)])
    func `a large object has no more parts than a service takes`(
        size: Int64, wanted: Int64, count: Int
    ) {
        let plan = PartPlan(size: size, wanted: wanted, mostParts: 10_000)
        #expect(plan.count == count)
        #expect(plan.count <= 10_000)
        #expect(plan.range(plan.count - 1).upperBound == size)
        #expect(plan.range(0).lowerBound == 0)
    }

    @Test(arguments: [
        ("files/md5/ab/cdef0123456789abcdef0123456789", true),
        ("files/md5/ab/cdef0123456789abcdef0123456789.dir", true),
        ("ab/cdef0123456789abcdef0123456789", true), ("files/md5/ab/cdef", false),
        ("files/md5/ab_cdef0123456789abcdef0123456789", false), ("", false),
        ("files/md5/AB/cdef0123456789abcdef0123456789", false), ("runs/ab/cd/ef", false),
        ("files/md5/ab/cdef0123456789abcdef0123456789.tmp", false),
    ])
    func `a path that is an object's names it`(path: String, isObject: Bool) {
        let oid = ObjectID(storagePath: path.utf8)
        #expect(oid?.storagePath.string == (isObject ? path : nil))
    }
}
