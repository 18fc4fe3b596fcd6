import AzureBackend
import Basics
import CloudStorage
import Digests
import Storage
import StoreConformance
import TestSupport
import Testing

/// What goes wrong with a service, and what is said and done about it.
@Suite struct AzureRefusalTests {
    let fixture: AzureFixture
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try AzureFixture() }

    @Test(arguments: [
        (401, "NoAuthenticationInformation", "the service wants to know who asks", "az login"),
        (
            403, "AuthenticationFailed", "the service does not accept the key, signature or token",
            "account_key"
        ),
        (
            403, "AuthorizationPermissionMismatch", "access to container 'data' denied",
            "Storage Blob Data Contributor"
        ),
        (
            404, "ContainerNotFound", "container 'data' does not exist",
            "az storage container create --name data"
        ),
        (
            413, "RequestBodyTooLarge",
            "the service refused it (HTTP 413 RequestBodyTooLarge): words", ""
        ),
        (
            405, "UnsupportedHttpVerb",
            "the service refused it (HTTP 405 UnsupportedHttpVerb): words", ""
        ),
        (
            409, "BlobImmutableDueToPolicy",
            "the service refused it (HTTP 409 BlobImmutableDueToPolicy): words", ""
        ),
        (
            411, "MissingContentLengthHeader",
            "the service refused it (HTTP 411 MissingContentLengthHeader): words", ""
        ),
        (423, "", "the service refused it (HTTP 423): words", ""),
        (507, "", "no space left in container 'data'", "free some space"),
        (302, "", "the service is said to be somewhere else", "account_name"),
    ])
    func `a refused upload says why, and what to do`(
        status: Int, code: String, words: String, remedy: String
    ) async throws {
        server.add(.answer(status, body: AzureFixture.refusal(code)))
        let (path, key) = try fixture.source()
        let store = fixture.retrying(try fixture.store())
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasPrefix("cannot upload \(key) to remote 'r': \(words)"))
        #expect((error.advice ?? "").contains(remedy))
        #expect(!error.summary.contains("RequestId"))
        #expect(fixture.delays.withLock { $0 }.isEmpty)
        #expect(error.affectsWholeStore == ![405, 409, 411, 413, 423].contains(status))
    }

    @Test(arguments: [
        (500, "OperationTimedOut"), (503, "ServerBusy"), (429, ""), (502, ""), (504, ""), (408, ""),
        (400, "Md5Mismatch"), (409, "ContainerBeingDeleted"),
    ])
    func `what can get better is tried again`(status: Int, code: String) async throws {
        server.add(.answer(status, body: AzureFixture.refusal(code)), times: 3)
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

    @Test func `a key that is wrong is found, and a clock too`() async throws {
        let wrong = try #require(SharedKey(account: AzureStub.account, key: "AAAA"))
        let (path, key) = try fixture.source()
        let store = try fixture.store(by: .sharedKey(wrong))
        for request in [
            { _ = try await store.put(fileAt: path, as: key) },
            { _ = try await store.size(of: key) },
            {
                _ = try await store.presence(
                    of: ObjectRun([key.oid, ObjectID(high: .max, low: 0)]))
            },
        ] as [() async throws -> Void] {
            let error = try await fixture.failure(of: request)
            #expect(error.summary.contains("does not accept the key"), "\(error.summary)")
        }
        server.add(
            .answer(
                403, headers: ["Date": "Sun, 06 Nov 1994 08:49:37 GMT"],
                body: AzureFixture.refusal("AuthenticationFailed")))
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("the clock of this machine"))
    }

    @Test func `a container that is missing is told from an object that is`() async throws {
        let (path, key) = try fixture.source()
        let store = try fixture.store { $0.container = "other" }
        for request in [
            { _ = try await store.size(of: key) },
            { _ = try await store.put(fileAt: path, as: key) },
            {
                _ = try await store.presence(
                    of: ObjectRun([key.oid, ObjectID(high: .max, low: 0)]))
            },
        ] as [() async throws -> Void] {
            let error = try await fixture.failure(of: request)
            #expect(error.summary.contains("container 'other' does not exist (HTTP 404"))
        }
        #expect(try await fixture.store().size(of: key) == nil)
    }

    @Test(arguments: [1000, 600 << 10])
    func `a reset is tried again`(size: Int) async throws {
        server.add(.reset(afterBody: 500), times: 2) { $0.method == "PUT" }
        let (path, key) = try fixture.source([UInt8](repeating: 7, count: size))
        let store = fixture.retrying(try fixture.store())
        #expect(try await store.put(fileAt: path, as: key) == Int64(size))
        #expect(fixture.stub.blobs[fixture.name(key)]?.count == size)
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

    @Test func `an object that is replaced meanwhile is not mixed`() async throws {
        let bytes = [UInt8](repeating: 9, count: 200_000)
        let (_, key) = try fixture.source(bytes)
        fixture.stub.insert(bytes, as: fixture.name(key))
        let store = try fixture.store { $0.blockSize = 64 << 10 }
        #expect(try await store.get(key, toFileAt: fixture.target) == 200_000)
        #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-match"] != nil })
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
            #expect(error.summary.hasSuffix("the answer is not one of Azure Blob Storage"))
        }
    }

    @Test func `words that would steer a terminal do not`() async throws {
        server.add(.answer(403, body: AzureFixture.refusal("X", "&#x9b;31m&#x202e;")))
        let (path, key) = try fixture.source()
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.hasSuffix(": \\u{9b}31m\\u{202e}"))
    }
}
