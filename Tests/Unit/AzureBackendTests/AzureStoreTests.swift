import AzureBackend
import Basics
import CloudStorage
import Digests
import Storage
import StoreConformance
import TestSupport
import Testing

/// The store against a server that plays the service and checks every request.
@Suite struct AzureStoreTests {
    let fixture: AzureFixture
    private var stub: AzureStub { fixture.stub }
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try AzureFixture() }

    @Test(arguments: StoreCheck.all)
    func `a container keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            StoreUnderTest(fixture.retrying(try fixture.store())) { key, bytes in
                fixture.stub.insert(bytes, as: fixture.name(key))
            }
        }
        #expect(stub.complaints == [])
    }

    /// The sizes of the contract's objects, in blocks and pieces of a few KiB.
    @Test(arguments: StoreCheck.all)
    func `in blocks and pieces, too`(check: StoreCheck) async throws {
        try await check.run { _ in
            let store = try fixture.store {
                $0.blockThreshold = 5000
                $0.blockSize = 64 << 10
            }
            return StoreUnderTest(fixture.retrying(store)) { key, bytes in
                fixture.stub.insert(bytes, as: fixture.name(key))
            }
        }
        #expect(stub.complaints == [])
    }

    @Test(arguments: [10, 300 << 10, 700_000])
    func `every way of sending carries an MD5, and only makes new objects`(size: Int) async throws {
        let (path, key) = try fixture.source(sampleBytes(size))
        let store = try fixture.store {
            $0.blockThreshold = 500 << 10
            $0.blockSize = 256 << 10
        }
        _ = try await store.put(fileAt: path, as: key)
        #expect(stub.blobs == [fixture.name(key): sampleBytes(size)])
        let puts = server.requests.filter { $0.method == "PUT" }
        #expect(puts.allSatisfy { $0.headers["content-md5"] != nil })
        #expect(puts.last?.headers["if-none-match"] == "*")
        #expect(stub.complaints == [])
    }

    @Test(arguments: [1000, 300_000])
    func `who was faster wins when the object is the same, and loses when it is not`(
        size: Int
    ) async throws {
        let bytes = sampleBytes(size)
        let (path, key) = try fixture.source(bytes)
        stub.insert(bytes, as: fixture.name(key))
        let store = try fixture.store {
            $0.blockThreshold = 100_000
            $0.blockSize = 64 << 10
        }
        _ = try await store.put(fileAt: path, as: key)
        #expect(server.requests.last?.method == "HEAD")
        stub.insert([1, 2], as: fixture.name(key))
        _ = try await store.put(fileAt: path, as: key)
        #expect(stub.blobs[fixture.name(key)] == bytes)
    }

    @Test func `blocks that an earlier run sent are not sent again`() async throws {
        let bytes = sampleBytes(300_000)
        let (path, key) = try fixture.source(bytes)
        let store = try fixture.store {
            $0.blockThreshold = 1
            $0.blockSize = 64 << 10
        }
        server.add(.answer(403, body: AzureFixture.refusal("AuthorizationFailure")), times: 1) {
            $0.target.hasSuffix("comp=blocklist") && $0.method == "PUT"
        }
        _ = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(stub.blockCount == 5)
        #expect(stub.blobs.isEmpty)
        server.reset()
        let moved = Locked<Int64>(0)
        _ = try await store.put(fileAt: path, as: key) { count in moved.withLock { $0 += count } }
        #expect(!server.requests.contains { $0.target.contains("comp=block&") })
        #expect(moved.withLock { $0 } == 300_000)
        #expect(stub.blobs[fixture.name(key)] == bytes)
    }

    /// All ids of an object are of one length.
    @Test func `blocks that another program sent are no obstacle`() async throws {
        let bytes = sampleBytes(300_000)
        let (path, key) = try fixture.source(bytes)
        let store = try fixture.store {
            $0.blockThreshold = 1
            $0.blockSize = 64 << 10
        }
        server.add(
            .answer(
                200,
                body: "<BlockList><UncommittedBlocks><Block><Name>MDAwMDAwMQ==</Name>"
                    + "<Size>65536</Size></Block></UncommittedBlocks></BlockList>"), times: 1
        ) { $0.target.contains("blocklisttype") }
        _ = try await store.put(fileAt: path, as: key)
        #expect(
            server.requests.count { $0.target.contains("blockid=") } == 5)
        #expect(
            server.requests.contains { $0.target.contains("blockid=MDAwMDAwMA") }, "7 bytes each")
        #expect(stub.blobs[fixture.name(key)] == bytes)
    }

    @Test(arguments: [HashScheme.md5, .md5DosToUnix])
    func `content that is not its name does not become an object`(
        scheme: HashScheme
    ) async throws {
        let (path, _) = try fixture.source(sampleBytes(300_000))
        let key = ObjectKey(ObjectID(high: 1, low: 2, scheme: scheme))
        let store = try fixture.store {
            $0.blockThreshold = 1
            $0.blockSize = 64 << 10
        }
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        guard case .mismatch = error.reason else {
            Issue.record("\(error)")
            return
        }
        #expect(stub.blobs.isEmpty)
    }

    // MARK: Lists

    private func oids(_ count: Int) -> [ObjectID] {
        let step = UInt64.max / UInt64(count + 1)
        return (1...count).map { ObjectID(high: UInt64($0) * step, low: 7) }
    }

    @Test(arguments: [5000, 40, 7])
    func `pages of any size tell what is there`(pageSize: Int) async throws {
        stub.setPageSize(pageSize)
        let oids = oids(600)
        for oid in oids.enumerated() where oid.offset % 3 == 0 {
            stub.insert([0], as: fixture.name(ObjectKey(oid.element)))
        }
        let presence = try await fixture.store().presence(of: ObjectRun(oids[...]))
        #expect(presence == oids.indices.map { $0 % 3 == 0 })
        #expect(server.requests.count < 600)
        #expect(stub.complaints == [])
    }

    @Test(arguments: [(403, "AuthorizationPermissionMismatch"), (404, "ResourceNotFound")])
    func `who may not list is answered for each object`(status: Int, code: String) async throws {
        server.add(.answer(status, body: AzureFixture.refusal(code))) {
            $0.target.contains("comp=list")
        }
        let oids = oids(3)
        stub.insert([0], as: fixture.name(ObjectKey(oids[1])))
        let presence = try await fixture.store().presence(of: ObjectRun(oids[...]))
        #expect(presence == [false, true, false])
        #expect(server.requests.count { $0.target.contains("comp=list") } == 1)
    }

    // MARK: Versions, legacy objects, the run-cache

    @Test func `a version is asked for by its id`() async throws {
        let old = Array("old".utf8)
        let version = stub.insert(old, as: "p \u{e4}/dir/a b#c")
        stub.insert([1], as: "p \u{e4}/dir/a b#c")
        let versions = try #require(try fixture.store().versions)
        let size = try await versions.get(
            FileVersion(path: "dir/a b#c", id: version), as: ObjectKey(objectID(of: old)),
            toFileAt: fixture.target, observer: nil)
        #expect(size == 3)
        #expect(try readFile(fixture.target) == old)
        #expect(stub.complaints == [])
    }

    @Test func `a legacy object is compared with the service's checksum, too`() async throws {
        let (_, key) = try fixture.source(Array("a\r\nb".utf8), scheme: .md5DosToUnix)
        stub.insert(Array("a\r\nb".utf8), as: fixture.name(key))
        // The same name, but not the bytes that the service has.
        server.add(
            .answer(200, headers: ["Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="], body: "a\nb"),
            times: 1)
        let store = try fixture.store()
        let error = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(error.summary.contains("not those that the service sent"))
        #expect(!fileExists(fixture.target))
        #expect(try await store.get(key, toFileAt: fixture.target) == 4)
    }

    @Test func `the run-cache is written, listed and read, and its bytes are checked`() async throws
    {
        let hex = String(repeating: "ab", count: 32)
        let name = try #require(RunCacheName(key: hex, value: hex))
        let cache = try #require(try fixture.store().runCache)
        #expect(try await cache.runs() == [])
        try await cache.put([1, 2, 3], as: name)
        stub.insert([0], as: "p \u{e4}/runs/ab/other")
        #expect(try await cache.runs() == [name])
        server.add(.corrupt, times: 1)
        #expect(try await cache.contents(of: name, limit: 10) == [1, 2, 3])
        #expect(stub.blobs["p \u{e4}/runs/ab/\(hex)/\(hex)"] == [1, 2, 3])
        #expect(stub.complaints == [])
    }

    // MARK: What opens the container

    @Test func `a signature goes with every request, and a token is renewed once`() async throws {
        let (path, key) = try fixture.source()
        stub.open(by: .signature("a+b="))
        let signed = try fixture.store(by: .signature("sv=2021&sig=a%2Bb%3D"))
        _ = try await signed.put(fileAt: path, as: key)
        #expect(try await signed.size(of: key) == 7)
        stub.open(by: .token("t2"))
        let count = Locked(0)
        let fetch: @Sendable () -> TokenSource.Loaded = {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return TokenSource.Loaded(AccessToken("t\(number)"), end: AzureFixture.now + 3600)
        }
        let tokens = TokenSource.token(now: { AzureFixture.now }, fetch: fetch)
        let store = try fixture.store(by: .token(tokens))
        #expect(try await store.size(of: key) == 7)
        #expect(count.withLock { $0 } == 2)
        stub.open(by: .anybody)
        #expect(try await fixture.store(by: .anonymous).size(of: key) == 7)
        #expect(stub.complaints == [])
    }
}
