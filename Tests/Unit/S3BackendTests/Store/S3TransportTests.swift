import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// Connections that break, stall and lie.
@Suite struct S3TransportTests {
    let fixture: S3Fixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try S3Fixture() }

    @Test func `nobody listening is final, and names the place`() async throws {
        let port = try LoopbackSocket.freePort()
        let store = fixture.retrying(
            try fixture.store { $0.endpoint = "http://127.0.0.1:\(port)" })
        let (_, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(
            error.summary
                == "cannot look up \(key) on remote 'r': cannot connect to '127.0.0.1:\(port)': "
                + "connection refused")
        #expect(error.affectsWholeStore)
        #expect(fixture.delays.withLock { $0 }.isEmpty)
    }

    @Test func `a name without an address is final, and names it`() async throws {
        let store = fixture.retrying(
            try fixture.store { $0.endpoint = "https://no-such-host.invalid" })
        let (_, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.summary.hasSuffix("the host 'no-such-host.invalid' cannot be found"))
        #expect(error.affectsWholeStore)
    }

    @Test func `what worked a moment ago is tried again`() async throws {
        server.add(.answer(200))
        let store = fixture.retrying(try fixture.store())
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        server.stop()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.isTransient)
        #expect(fixture.delays.withLock { $0 }.count == 7)
    }

    @Test(arguments: [0, 300_000])
    func `a reset in the middle is tried again`(afterBody: Int) async throws {
        server.add(.reset(afterBody: afterBody), times: 2)
        server.add(.answer(200))
        let store = fixture.retrying(try fixture.store())
        let bytes = sampleBytes(900_000)
        let (path, key) = try fixture.source(bytes)
        let told = Locked<Int64>(0)
        let size = try await store.put(fileAt: path, as: key) { bytes in
            told.withLock { $0 += bytes }
        }
        #expect(size == 900_000)
        #expect(told.withLock { $0 } == 900_000)
    }

    @Test func `a peer that stalls is not waited for`() async throws {
        server.add(.stall, times: 1)
        server.add(.answer(200))
        let impatient = try fixture.store { $0.peer.activityTimeout = .seconds(1) }
        let store = fixture.retrying(impatient)
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        #expect(server.requests.count == 2)
    }

    @Test func `a body that ends too early is tried again`() async throws {
        server.add(.answerShort(body: "cont", announced: 7), times: 2)
        server.add(.answer(200, body: "content"))
        let store = fixture.retrying(try fixture.store())
        let (_, key) = try fixture.source()
        #expect(try await store.get(key, toFileAt: fixture.target) == 7)
        #expect(try readFile(fixture.target) == Array("content".utf8))
    }

    @Test func `a body that is another is not handed out`() async throws {
        server.add(.answer(200, body: "contenu"))
        let store = fixture.retrying(try fixture.store())
        let (_, key) = try fixture.source()
        let error = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(error.reason == .mismatch(found: objectID(of: Array("contenu".utf8))))
        // What arrived is left for the cache to set aside.
        #expect(try readFile(fixture.target) == Array("contenu".utf8))
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [
        "bytes 0-6/8", "bytes 1-7/8", "bytes 0-99/100", "nonsense", "bytes 0-6/3",
    ])
    func `a range that was not asked for is not believed`(range: String) async throws {
        server.add(.answer(206, headers: ["Content-Range": range], body: "content"), times: 1)
        server.add(.answer(416))
        let store = try fixture.store()
        let (_, key) = try fixture.source()
        await #expect(throws: StoreError.self) {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(!fileExists(fixture.target))
    }

    @Test func `content that is not what its name says is not sent`() async throws {
        server.add(.answer(200))
        for size in [10, 900_000] {
            let (path, key) = try fixture.source(sampleBytes(size))
            _ = try fixture.scratch.write(sampleBytes(size, seed: 2), to: "source/\(key.oid)")
            let store = try fixture.store()
            let error = try await fixture.failure {
                _ = try await store.put(fileAt: path, as: key)
            }
            #expect(error.reason == .mismatch(found: objectID(of: sampleBytes(size, seed: 2))))
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `what is sent carries its own MD5, also of a legacy object`() async throws {
        server.add(.answer(200))
        let store = try fixture.store()
        let crlf = Array("one\r\ntwo\r\n".utf8)
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let (path, key) = try fixture.source(crlf, scheme: scheme)
            _ = try await store.put(fileAt: path, as: key)
        }
        let sums = server.requests.map { $0.headers["content-md5"] }
        #expect(sums == ["TgPdXwX2jKT4lB/YDGPgsg==", "TgPdXwX2jKT4lB/YDGPgsg=="])
        #expect(server.requests.map(\.target.count) == [51, 41])
    }

    @Test func `options become headers of the objects they are about`() async throws {
        server.add(.answer(200))
        let store = try fixture.store {
            $0.objectHeaders = [HTTPHeader("x-amz-acl", "bucket-owner-full-control")]
            $0.encryptionKeyHeaders = [HTTPHeader("x-amz-server-side-encryption-customer-key", "k")]
        }
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        _ = try await store.size(of: key)
        let seen = server.requests.map {
            [
                $0.headers["x-amz-acl"],
                $0.headers["x-amz-server-side-encryption-customer-key"],
            ]
        }
        #expect(seen == [["bucket-owner-full-control", "k"], [nil, "k"]])
        // What decides about access must not be changed on the way.
        #expect(server.requests[0].headers["authorization"]?.contains("x-amz-acl") == true)
    }

    @Test(arguments: ["a b", "ä/ö", "50%", "a+b", "q?x=1", "#1", "..", "\u{1}", "a//b"])
    func `a prefix is spelled as it is, whatever is in it`(prefix: String) async throws {
        server.add(.answer(200))
        let store = try fixture.store { $0.prefix = prefix }
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        let encoded = percentEncoded(prefix, keepingSlashes: true)
        #expect(server.requests.map(\.target) == ["/data/\(encoded)/\(key)"])
    }
}
