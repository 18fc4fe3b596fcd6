import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What a service that refuses is taken to mean.
@Suite struct S3RefusalTests {
    let fixture: S3Fixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try S3Fixture() }

    @Test(arguments: [
        (
            403, "InvalidAccessKeyId", "the service does not know the access key",
            "check the access key of remote 'r'"
        ),
        (
            403, "SignatureDoesNotMatch", "the secret key is not the one of the access key",
            "check the secret key of remote 'r'"
        ),
        (
            400, "ExpiredToken", "the session token has expired or is not valid",
            "get new credentials for remote 'r', such as with 'aws sso login'"
        ),
        (403, "AccessDenied", "access to bucket 'data' denied: words", "s3:PutObject"),
        (
            404, "NoSuchBucket", "bucket 'data' does not exist",
            "check the url of remote 'r', or create the bucket"
        ),
        (507, "XMinioStorageFull", "no space left in bucket 'data'", "free some space"),
        (501, "NotImplemented", "the service refused it (HTTP 501 NotImplemented): words", ""),
    ])
    func `a refused upload says why, and what to do`(
        status: Int, code: String, words: String, remedy: String
    ) async throws {
        server.add(.answer(status, body: S3Fixture.refusal(code)))
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasPrefix("cannot upload \(key) to remote 'r': \(words)"))
        #expect((error.advice ?? "").contains(remedy))
        #expect(!error.isTransient)
        #expect(fixture.delays.withLock { $0 }.isEmpty)
        #expect(error.affectsWholeStore == ![501].contains(status))
    }

    @Test(arguments: [
        (500, "InternalError"), (502, ""), (503, "SlowDown"), (503, ""), (504, ""), (429, ""),
        (409, "OperationAborted"), (400, "RequestTimeout"), (400, "BadDigest"),
    ])
    func `what can get better is tried again`(status: Int, code: String) async throws {
        server.add(.answer(status, body: code.isEmpty ? "" : S3Fixture.refusal(code)), times: 3)
        server.add(.answer(200))
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        #expect(try await store.put(fileAt: path, as: key) == 7)
        #expect(
            fixture.delays.withLock { $0 }
                == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(server.requests.map(\.method) == ["PUT", "PUT", "PUT", "PUT"])
    }

    @Test func `a service that stays busy is not asked for ever`() async throws {
        server.add(.answer(503, body: S3Fixture.refusal("SlowDown", "reduce your rate")))
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(
            error.summary
                == "cannot upload \(key) to remote 'r': the service is busy: HTTP 503 SlowDown: "
                + "reduce your rate")
        #expect(server.requests.count == 8)
    }

    @Test func `the time that a service asks for is waited`() async throws {
        server.add(.answer(503, headers: ["Retry-After": "7"]), times: 1)
        server.add(.answer(200))
        let (path, key) = try fixture.source()
        _ = try await fixture.retrying(try fixture.store()).put(fileAt: path, as: key)
        #expect(fixture.delays.withLock { $0 } == [.seconds(7)])
    }

    @Test func `a bucket that is missing is told from an object that is`() async throws {
        server.add(.answer(404, body: S3Fixture.refusal("NoSuchKey"))) { $0.isAboutObject }
        server.add(.answer(404, body: S3Fixture.refusal("NoSuchBucket")))
        let (_, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.hasSuffix("bucket 'data' does not exist (HTTP 404 NoSuchBucket)"))
        let missing = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(missing.reason == .missing)
    }

    @Test func `a bucket that is there is not looked for again`() async throws {
        server.add(.answer(404)) { $0.isAboutObject }
        server.add(.answer(200, body: "<ListBucketResult/>"))
        let (_, key) = try fixture.source()
        let store = try fixture.store()
        for _ in 1...3 { #expect(try await store.size(of: key) == nil) }
        #expect(server.requests.map(\.method) == ["GET", "HEAD", "HEAD"])
    }

    @Test func `the first look finds the object, too`() async throws {
        let (_, key) = try fixture.source()
        server.add(
            .answer(
                200,
                body: "<ListBucketResult><Contents><Key>p/\(key)</Key><Size>7</Size></Contents>"
                    + "</ListBucketResult>"))
        #expect(try await fixture.store().size(of: key) == 7)
        #expect(server.requests.map(\.method) == ["GET"])
    }

    @Test func `a key that is refused is known from the first answer`() async throws {
        server.add(.answer(403, body: S3Fixture.refusal("InvalidAccessKeyId")))
        let (_, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.contains("does not know the access key"))
        #expect(server.requests.map(\.method) == ["GET"])
    }

    /// An answer to HEAD has no words.
    @Test func `the reason for a refused look is asked for`() async throws {
        server.add(.answer(403, body: S3Fixture.refusal("AccessDenied", "not you")))
        let (_, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.contains("access to bucket 'data' denied: not you"))
        #expect(server.requests.map(\.method) == ["GET", "HEAD", "GET"])
    }

    @Test func `who may not list is answered for each object`() async throws {
        server.add(.answer(403, body: S3Fixture.refusal("AccessDenied"))) { $0.method == "GET" }
        server.add(.answer(200)) { $0.target.hasSuffix("1") }
        server.add(.answer(404)) { $0.isAboutObject }
        server.add(.answer(200))
        let oids = [
            try #require(ObjectID("00000000000000000000000000000001")),
            try #require(ObjectID("00000000000000000000000000000002")),
        ]
        let presence = try await fixture.store().presence(of: ObjectRun(oids[...]))
        #expect(presence == [true, false])
        #expect(server.requests.count { $0.method == "GET" } == 1)
    }

    @Test(arguments: ["<html>", "not XML", "", "<!DOCTYPE a><ListBucketResult/>"])
    func `a list that is none is no answer`(body: String) async throws {
        server.add(.answer(200, body: body), when: { $0.method == "GET" })
        server.add(.answer(404)) { $0.isAboutObject }
        server.add(.answer(200))
        let oids = [
            try #require(ObjectID("00000000000000000000000000000001")),
            try #require(ObjectID("00000000000000000000000000000002")),
        ]
        #expect(try await fixture.store().presence(of: ObjectRun(oids[...])) == [false, false])
    }

    @Test func `words that would steer a terminal do not`() async throws {
        server.add(.answer(403, body: S3Fixture.refusal("AccessDenied", "&#x9b;31m&#x202e;")))
        let (path, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasSuffix("denied: \\u{9b}31m\\u{202e} (HTTP 403 AccessDenied)"))
    }
}

extension FaultProxy.Request {
    /// Whether the path is an object's, not the bucket's.
    fileprivate var isAboutObject: Bool { target.contains("/files/md5/") }
}
