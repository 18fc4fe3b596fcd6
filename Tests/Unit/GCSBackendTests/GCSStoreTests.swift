import Basics
import CloudStorage
import Digests
import GCSBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// The store against a server that plays the service and checks every request.
@Suite struct GCSStoreTests {
    let fixture: GCSFixture
    private var stub: GCSStub { fixture.stub }
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try GCSFixture() }

    @Test(arguments: StoreCheck.all)
    func `a bucket keeps the contract`(check: StoreCheck) async throws {
        try await check.run { _ in
            StoreUnderTest(fixture.retrying(try fixture.store())) { key, bytes in
                fixture.stub.insert(bytes, as: fixture.name(key))
            }
        }
        #expect(stub.complaints == [])
    }

    /// The sizes of the contract's objects, in chunks of a few KiB.
    @Test(arguments: StoreCheck.all)
    func `in chunks and pieces, too`(check: StoreCheck) async throws {
        stub.keepAtMost(50_000)
        try await check.run { _ in
            let store = try fixture.store {
                $0.resumableThreshold = 5000
                $0.chunkSize = 64 << 10
                $0.pieceSize = 64 << 10
            }
            return StoreUnderTest(fixture.retrying(store)) { key, bytes in
                fixture.stub.insert(bytes, as: fixture.name(key))
            }
        }
        #expect(stub.complaints == [])
    }

    @Test(arguments: [10, 300 << 10, 700_000])
    func `every way of sending says what the bytes are, and only makes new objects`(
        size: Int
    ) async throws {
        let (path, key) = try fixture.source(sampleBytes(size))
        let store = try fixture.store { $0.resumableThreshold = 500 << 10 }
        _ = try await store.put(fileAt: path, as: key)
        #expect(stub.objects == [fixture.name(key): sampleBytes(size)])
        #expect(server.requests.first?.target.contains("ifGenerationMatch=0") == true)
        #expect(stub.complaints == [])
    }

    @Test func `who was faster wins when the object is the same, and loses when it is not`()
        async throws
    {
        let bytes = sampleBytes(1000)
        let (path, key) = try fixture.source(bytes)
        stub.insert(bytes, as: fixture.name(key))
        let store = try fixture.store()
        _ = try await store.put(fileAt: path, as: key)
        #expect(server.requests.map(\.method) == ["POST", "GET"])
        stub.insert([1, 2], as: fixture.name(key))
        _ = try await store.put(fileAt: path, as: key)
        #expect(stub.objects[fixture.name(key)] == bytes)
    }

    @Test func `what the service stored otherwise is taken away again`() async throws {
        let (path, key) = try fixture.source()
        server.add(
            .replaceAnswer(
                200, body: #"{"size":"7","generation":"5","md5Hash":"AAAAAAAAAAAAAAAAAAAAAA=="}"#),
            times: 1
        ) { $0.method == "POST" }
        let store = try fixture.store()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("the service stored other bytes than were sent"))
        #expect(error.isTransient)
        #expect(server.requests.last?.method == "DELETE")
        #expect(server.requests.last?.target.hasSuffix("?ifGenerationMatch=5") == true)
        #expect(stub.objects.isEmpty)
    }

    // MARK: Lists

    private func oids(_ count: Int) -> [ObjectID] {
        let step = UInt64.max / UInt64(count + 1)
        return (1...count).map { ObjectID(high: UInt64($0) * step, low: 7) }
    }

    @Test(arguments: [1000, 40, 7])
    func `pages of any size tell what is there`(pageSize: Int) async throws {
        stub.setPageSize(pageSize)
        let oids = oids(300)
        for oid in oids.enumerated() where oid.offset % 3 == 0 {
            stub.insert([0], as: fixture.name(ObjectKey(oid.element)))
        }
        let presence = try await fixture.store().presence(of: ObjectRun(oids[...]))
        #expect(presence == oids.indices.map { $0 % 3 == 0 })
        #expect(server.requests.count < 150)
        #expect(stub.complaints == [])
    }

    @Test func `who may not list is answered for each object`() async throws {
        server.add(.answer(403, body: GCSFixture.refusal("forbidden"))) {
            $0.target.contains("prefix=")
        }
        let oids = oids(3)
        stub.insert([0], as: fixture.name(ObjectKey(oids[1])))
        let presence = try await fixture.store().presence(of: ObjectRun(oids[...]))
        #expect(presence == [false, true, false])
        #expect(server.requests.count { $0.target.contains("prefix=") } == 1)
    }

    // MARK: Versions, legacy objects, the run-cache

    @Test func `a version is asked for by its generation`() async throws {
        let old = Array("old".utf8)
        let generation = stub.insert(old, as: "p \u{e4}/dir/a b#c")
        stub.insert([1], as: "p \u{e4}/dir/a b#c")
        let versions = try #require(try fixture.store().versions)
        let size = try await versions.get(
            FileVersion(path: "dir/a b#c", id: generation), as: ObjectKey(objectID(of: old)),
            toFileAt: fixture.target, observer: nil)
        #expect(size == 3)
        #expect(try readFile(fixture.target) == old)
        #expect(server.requests.last?.target.hasSuffix("generation=\(generation)") == true)
    }

    @Test func `a legacy object is compared with the service's checksum, too`() async throws {
        let (_, key) = try fixture.source(Array("a\r\nb".utf8), scheme: .md5DosToUnix)
        stub.insert(Array("a\r\nb".utf8), as: fixture.name(key))
        // The same name, but not the bytes that the service has.
        server.add(
            .answer(
                200, headers: ["x-goog-hash": "crc32c=AAAAAA=="], body: "a\nb"), times: 1)
        let store = try fixture.store()
        let error = try await fixture.failure {
            _ = try await store.get(key, toFileAt: fixture.target)
        }
        #expect(error.summary.contains("not those that the service sent"))
        #expect(error.isTransient)
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
        #expect(try await cache.contents(of: name, limit: 10) == [1, 2, 3])
        #expect(stub.objects["p \u{e4}/runs/ab/\(hex)/\(hex)"] == [1, 2, 3])
        fixture.server.add(.corrupt, times: 1)
        #expect(try await cache.contents(of: name, limit: 10) == [1, 2, 3])
    }
}
