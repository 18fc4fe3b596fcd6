import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// "Only if there is no such object": in one request, and at the end of an upload in parts.
@Suite struct S3ConditionTests {
    let fixture: S3Fixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try S3Fixture() }

    private static let isCompletion: @Sendable (FaultProxy.Request) -> Bool = {
        $0.method == "POST" && $0.target.contains("uploadId=")
    }

    private var conditions: [String?] {
        server.requests.filter(Self.isCompletion).map { $0.headers["if-none-match"] }
    }

    /// Answers to everything but the end of an upload.
    private func playsParts() {
        server.add(.answer(200, body: "<ListMultipartUploadsResult/>")) {
            $0.method == "GET" && $0.target.contains("uploads=")
        }
        server.add(
            .answer(200, body: "<I><UploadId>u</UploadId></I>")
        ) { $0.method == "POST" && $0.target.contains("uploads=") }
        server.add(.answer(200, headers: ["ETag": "\"t\""])) { $0.method == "PUT" }
        server.add(.answer(204)) { $0.method == "DELETE" }
    }

    private func put(_ bytes: [UInt8]) async throws {
        let store = try fixture.store {
            $0.multipartThreshold = 1
            $0.partSize = 300 << 10
        }
        let (path, key) = try fixture.source(bytes)
        _ = try await store.put(fileAt: path, as: key)
    }

    private let bytes = sampleBytes(300 << 10)

    @Test func `the end of an upload in parts has the condition`() async throws {
        server.add(.answer(200, body: "<CompleteMultipartUploadResult/>"), when: Self.isCompletion)
        playsParts()
        try await put(bytes)
        #expect(conditions == ["*"])
        // What decides about the object must not be changed on the way.
        let completion = server.requests.first(where: Self.isCompletion)
        #expect(completion?.headers["authorization"]?.contains("if-none-match") == true)
    }

    @Test(arguments: [
        (412, ""), (412, "PreconditionFailed"), (200, "PreconditionFailed"),
    ])
    func `who was faster wins, and the parts are taken back`(
        status: Int, code: String
    ) async throws {
        server.add(
            .answer(status, body: code.isEmpty ? "" : S3Fixture.refusal(code)), times: 1,
            when: Self.isCompletion)
        server.add(
            .answer(
                200,
                body: "<ListBucketResult><Contents><Key>\(key)</Key><Size>\(bytes.count)</Size>"
                    + "</Contents></ListBucketResult>")
        ) { $0.target.contains("list-type=2") }
        server.add(.raw("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")) {
            $0.method == "HEAD"
        }
        playsParts()
        try await put(bytes)
        #expect(conditions == ["*"])
        #expect(server.requests.count(where: { $0.method == "DELETE" }) == 1)
    }

    private var key: String { "p/\(ObjectKey(objectID(of: bytes)))" }

    @Test func `another object in its place is replaced`() async throws {
        server.add(.answer(412), times: 1, when: Self.isCompletion)
        server.add(.answer(200, body: "<CompleteMultipartUploadResult/>"), when: Self.isCompletion)
        server.add(.raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")) { $0.method == "HEAD" }
        server.add(.answer(200, body: "<ListBucketResult/>")) { $0.target.contains("list-type=2") }
        playsParts()
        try await put(bytes)
        #expect(conditions == ["*", nil])
        #expect(!server.requests.contains { $0.method == "DELETE" })
    }

    @Test(arguments: [(501, ""), (400, "NotImplemented")])
    func `a service that does not know it is not asked that again`(
        status: Int, code: String
    ) async throws {
        server.add(
            .answer(status, body: code.isEmpty ? "" : S3Fixture.refusal(code)), times: 1
        ) { $0.headers["if-none-match"] != nil }
        server.add(.answer(200, body: "<CompleteMultipartUploadResult/>"), when: Self.isCompletion)
        playsParts()
        try await put(bytes)
        #expect(conditions == ["*", nil])
    }

    @Test func `two at once are a conflict, which passes`() async throws {
        server.add(
            .answer(409, body: S3Fixture.refusal("ConditionalRequestConflict")), times: 2,
            when: Self.isCompletion)
        server.add(.answer(200, body: "<CompleteMultipartUploadResult/>"), when: Self.isCompletion)
        playsParts()
        try await put(bytes)
        #expect(conditions == ["*", "*", "*"])
    }

    @Test func `a file that becomes shorter while it is sent is no object`() async throws {
        let (path, key) = try fixture.source(sampleBytes(900 << 10))
        let shorten: @Sendable () -> Void = { _ = truncate(path.string, 100) }
        let store = try fixture.store {
            $0.multipartThreshold = 1
            $0.partSize = 300 << 10
        }
        server.add(.answer(200, headers: ["ETag": "\"t\""])) { request in
            if request.target.contains("partNumber=1&") { shorten() }
            return request.method == "PUT"
        }
        server.add(.answer(200, body: "<CompleteMultipartUploadResult/>"), when: Self.isCompletion)
        playsParts()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("while it was sent"))
        #expect(!server.requests.contains(where: Self.isCompletion))
        #expect(!error.affectsWholeStore && !error.isTransient)
    }
}
