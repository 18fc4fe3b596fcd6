import Basics
import CloudStorage
import Digests
import GCSBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What goes wrong with a service, and what is said and done about it.
@Suite struct GCSRefusalTests {
    let fixture: GCSFixture
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try GCSFixture() }

    @Test(arguments: [
        (
            401, "authError", "the service does not know who asks (HTTP 401 authError): words",
            "gcloud"
        ),
        (
            403, "forbidden", "access to bucket 'data' denied (HTTP 403 forbidden): words",
            "storage.objects.create"
        ),
        (
            403, "quotaExceeded", "a quota of bucket 'data' is used up (HTTP 403 quotaExceeded)",
            "quota"
        ),
        (405, "methodNotAllowed", "the service refused it (HTTP 405 methodNotAllowed): words", ""),
        (411, "required", "the service refused it (HTTP 411 required): words", ""),
        (413, "", "the service refused it (HTTP 413): words", ""),
        (423, "locked", "the service refused it (HTTP 423 locked): words", ""),
        (507, "", "no space left in bucket 'data'", "free some space"),
    ])
    func `a refused upload says why, and what to do`(
        status: Int, reason: String, words: String, remedy: String
    ) async throws {
        server.add(.answer(status, body: GCSFixture.refusal(reason)))
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasPrefix("cannot upload \(key) to remote 'r': \(words)"))
        #expect((error.advice ?? "").contains(remedy))
        #expect(fixture.delays.withLock { $0 }.isEmpty)
        #expect(error.affectsWholeStore == ![405, 411, 413, 423].contains(status))
    }

    @Test(arguments: [
        (500, ""), (502, ""), (503, ""), (504, ""), (429, "rateLimitExceeded"), (408, ""),
        (403, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (409, "conflict"),
    ])
    func `what can get better is tried again`(status: Int, reason: String) async throws {
        server.add(.answer(status, body: GCSFixture.refusal(reason)), times: 3)
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        #expect(try await store.put(fileAt: path, as: key) == 7)
        #expect(
            fixture.delays.withLock { $0 }
                == [.milliseconds(250), .milliseconds(500), .seconds(1)])
    }

    @Test func `the time that a service asks for is waited`() async throws {
        server.add(.answer(503, headers: ["Retry-After": "7"]), times: 1)
        let (path, key) = try fixture.source()
        _ = try await fixture.retrying(try fixture.store()).put(fileAt: path, as: key)
        #expect(fixture.delays.withLock { $0 } == [.seconds(7)])
    }

    @Test(arguments: [1000, 600 << 10])
    func `a reset is tried again`(size: Int) async throws {
        server.add(.reset(afterBody: 500), times: 2) { $0.method != "GET" }
        let (path, key) = try fixture.source([UInt8](repeating: 7, count: size))
        let store = fixture.retrying(try fixture.store())
        #expect(try await store.put(fileAt: path, as: key) == Int64(size))
        #expect(fixture.stub.objects[fixture.name(key)]?.count == size)
    }

    @Test func `what is truncated is got again, what is damaged is an error`() async throws {
        let bytes = [UInt8](repeating: 9, count: 100_000)
        let (_, key) = try fixture.source(bytes)
        fixture.stub.insert(bytes, as: fixture.name(key))
        server.add(.truncate(afterBody: 1000), times: 2)
        let store = fixture.retrying(try fixture.store())
        #expect(try await store.get(key, toFileAt: fixture.target) == 100_000)
        try removeFile(fixture.target)
        server.add(.corrupt)
        let error = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(error.summary.contains("is damaged: it has the MD5"))
        // Left for whoever asked, to be set aside.
        #expect(try readFile(fixture.target).count == 100_000)
    }

    @Test func `pieces that are interrupted are got again, the others are not`() async throws {
        let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let (_, key) = try fixture.source(bytes)
        fixture.stub.insert(bytes, as: fixture.name(key))
        server.add(.truncate(afterBody: 10), times: 1) {
            $0.headers["range"] == "bytes=65536-131071"
        }
        let store = try fixture.store { $0.pieceSize = 64 << 10 }
        #expect(try await store.get(key, toFileAt: fixture.target) == 400_000)
        #expect(try readFile(fixture.target) == bytes)
        #expect(server.requests.count == 8)
        #expect(server.requests.dropFirst().allSatisfy { $0.target.contains("&generation=") })
    }

    @Test func `a bucket that is missing is told from an object that is`() async throws {
        let (path, key) = try fixture.source()
        let store = try fixture.store { $0.bucket = "other" }
        let errors = [
            try await fixture.failure { _ = try await store.size(of: key) },
            try await fixture.failure { _ = try await store.put(fileAt: path, as: key) },
            try await fixture.failure {
                _ = try await store.presence(of: ObjectRun([key.oid, objectIDAfter(key)]))
            },
        ]
        for error in errors {
            #expect(error.summary.contains("bucket 'other' does not exist (HTTP 404"))
        }
        #expect(try await fixture.store().size(of: key) == nil)
    }

    private func objectIDAfter(_ key: ObjectKey) -> ObjectID {
        ObjectID(high: key.oid.high, low: key.oid.low &+ 1)
    }

    /// The emulator says nothing in such answers.
    @Test func `an answer without words is looked into`() async throws {
        server.add(.answer(404))
        let (_, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.contains("bucket 'data' does not exist"))
    }

    @Test(arguments: ["<html>sign in</html>", "", "{}"])
    func `an answer of somebody else is no success`(body: String) async throws {
        server.add(.answer(200, body: body))
        let (path, key) = try fixture.source()
        let store = try fixture.store()
        for request in [
            { _ = try await store.put(fileAt: path, as: key) },
            { _ = try await store.size(of: key) },
        ] as [() async throws -> Void] {
            let error = try await fixture.failure(of: request)
            #expect(error.summary.hasSuffix("the answer is not one of Google Cloud Storage"))
            #expect(error.advice?.contains("proxy") == true)
        }
        let error = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(error.summary.contains("is damaged"))
    }

    @Test func `a redirect is not followed`() async throws {
        server.add(.answer(302, headers: ["Location": "http://evil.example/x"]))
        let (path, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("said to be at 'evil.example', which is not followed"))
    }

    @Test func `words that would steer a terminal do not`() async throws {
        server.add(.answer(403, body: GCSFixture.refusal("forbidden", "\\u009b31m\\u202e")))
        let (path, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasSuffix(": \\u{9b}31m\\u{202e}"))
    }

    // MARK: Tokens

    /// Tokens that last an hour, each with another number.
    private func tokens(_ count: Locked<Int>) -> TokenSource {
        let fetch: @Sendable () -> TokenSource.Loaded = {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return TokenSource.Loaded(AccessToken("t\(number)"), end: GCSFixture.now + 3600)
        }
        return TokenSource.token(now: { GCSFixture.now }, fetch: fetch)
    }

    @Test func `a token that the service does not know any more is renewed once`() async throws {
        fixture.stub.require("t2")
        let count = Locked(0)
        let (path, key) = try fixture.source()
        let store = try fixture.store(as: tokens(count))
        _ = try await store.put(fileAt: path, as: key)
        #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer t1", "Bearer t2"])
        fixture.stub.require("another")
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.contains("HTTP 401"))
        #expect(count.withLock { $0 } == 3)
    }

    @Test func `a token is asked for once, however many requests there are`() async throws {
        let count = Locked(0)
        let store = try fixture.store(as: tokens(count))
        let (_, key) = try fixture.source()
        try await forEachIndexConcurrently(20, limit: 20) { _ in
            _ = try await store.size(of: key)
        }
        #expect(count.withLock { $0 } == 1)
    }
}
