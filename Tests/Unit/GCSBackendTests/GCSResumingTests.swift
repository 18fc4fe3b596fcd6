import Basics
import Digests
import GCSBackend
import Storage
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Large uploads: chunks, interruptions, another run that goes on.
@Suite struct GCSResumingTests {
    let fixture: GCSFixture
    private var stub: GCSStub { fixture.stub }
    private var server: FaultProxy { fixture.server }
    private let bytes = sampleBytes(300_000)

    init() throws { fixture = try GCSFixture() }

    private func store() throws -> GCSStore {
        try fixture.store {
            $0.resumableThreshold = 1000
            $0.chunkSize = 64 << 10
            $0.sessions = UploadSessions(in: fixture.scratch.path.appending("dvc/uploads"))
        }
    }

    private var sessionFiles: [FilePath] {
        (try? directoryEntries(fixture.scratch.path.appending("dvc/uploads"))) ?? []
    }

    private static let isChunk: @Sendable (FaultProxy.Request) -> Bool = {
        $0.method == "PUT" && $0.headers["content-range"]?.hasPrefix("bytes */") == false
    }

    private var chunks: [String] {
        server.requests.filter(Self.isChunk).compactMap { $0.headers["content-range"] }
    }

    @Test(arguments: [nil, 50_000, 1])
    func `chunks make the object, even when the service keeps only a part of each`(
        kept: Int?
    ) async throws {
        let bytes = kept == 1 ? sampleBytes(1100) : bytes
        stub.keepAtMost(kept.map { max($0, 100) })
        let (path, key) = try fixture.source(bytes)
        let moved = Locked<Int64>(0)
        let size = try await store().put(fileAt: path, as: key) { count in
            moved.withLock { $0 += count }
        }
        #expect(size == Int64(bytes.count))
        #expect(moved.withLock { $0 } == size)
        #expect(stub.objects[fixture.name(key)] == bytes)
        #expect(stub.complaints == [])
        #expect(sessionFiles.isEmpty)
    }

    @Test(arguments: [0, 10_000])
    func `an interrupted chunk goes on where it ended`(taken: Int) async throws {
        server.add(.reset(afterBody: taken), times: 3, when: Self.isChunk)
        let (path, key) = try fixture.source(bytes)
        let moved = Locked<Int64>(0)
        let size = try await store().put(fileAt: path, as: key) { count in
            moved.withLock { $0 += count }
        }
        #expect(moved.withLock { $0 } == size)
        #expect(stub.objects[fixture.name(key)] == bytes)
        #expect(server.requests.count { $0.method == "POST" } == 1)
        #expect(stub.complaints == [])
    }

    /// The chunk arrived, but its answer did not.
    @Test func `what arrived without an answer is not sent again`() async throws {
        server.add(.replaceAnswer(503), times: 1) {
            $0.headers["content-range"] == "bytes 65536-131071/300000"
        }
        server.add(.replaceAnswer(503), times: 1) {
            $0.headers["content-range"]?.hasSuffix("-299999/300000") == true
        }
        let (path, key) = try fixture.source(bytes)
        // The condition does not hold any more for the object that is there: it is the same.
        _ = try await store().put(fileAt: path, as: key)
        #expect(stub.objects[fixture.name(key)] == bytes)
        #expect(Set(chunks).count == chunks.count)
    }

    @Test func `another run sends only the rest`() async throws {
        server.add(.answer(403, body: GCSFixture.refusal("forbidden"))) {
            $0.headers["content-range"] == "bytes 196608-262143/300000"
        }
        let (path, key) = try fixture.source(bytes)
        let error = try await fixture.failure {
            _ = try await store().put(fileAt: path, as: key)
        }
        #expect(error.summary.contains("denied"))
        #expect(sessionFiles.count == 1)
        let status = try #require(
            try fileStatus(
                fixture.scratch.path.appending("dvc/uploads").appending(sessionFiles[0])))
        #expect(status.st_mode & 0o777 == 0o600)
        server.reset()
        let moved = Locked<Int64>(0)
        _ = try await store().put(fileAt: path, as: key) { count in
            moved.withLock { $0 += count }
        }
        #expect(chunks == ["bytes 196608-262143/300000", "bytes 262144-299999/300000"])
        #expect(moved.withLock { $0 } == 300_000)
        #expect(!server.requests.contains { $0.method == "POST" })
        #expect(stub.objects[fixture.name(key)] == bytes)
        #expect(sessionFiles.isEmpty)
    }

    @Test func `an upload that the service forgot starts anew`() async throws {
        server.add(.answer(403, body: GCSFixture.refusal("forbidden"))) {
            $0.headers["content-range"] == "bytes 65536-131071/300000"
        }
        let (path, key) = try fixture.source(bytes)
        _ = try await fixture.failure { _ = try await store().put(fileAt: path, as: key) }
        server.reset()
        stub.forgetSessions()
        _ = try await store().put(fileAt: path, as: key)
        #expect(stub.objects[fixture.name(key)] == bytes)
        // In the middle of a run, too.
        let other = try fixture.source(sampleBytes(200_000, seed: 5))
        server.add(.answer(410), times: 1) {
            $0.headers["content-range"] == "bytes 65536-131071/200000"
        }
        _ = try await store().put(fileAt: other.path, as: other.key)
        #expect(stub.objects[fixture.name(other.key)]?.count == 200_000)
    }

    @Test func `a service that always forgets is not asked for ever`() async throws {
        server.add(.answer(404), when: Self.isChunk)
        let (path, key) = try fixture.source(bytes)
        let error = try await fixture.failure {
            _ = try await store().put(fileAt: path, as: key)
        }
        #expect(error.summary.contains("forgot the upload of this object again and again"))
        #expect(server.requests.count { $0.method == "POST" } == 3)
    }

    @Test(arguments: ["http://127.0.0.1:1/upload?upload_id=1", "not a URL", ""])
    func `nothing is sent to where a service says if that is somewhere else`(
        location: String
    ) async throws {
        server.add(.answer(200, headers: ["Location": location])) { $0.method == "POST" }
        let (path, key) = try fixture.source(bytes)
        let error = try await fixture.failure {
            _ = try await store().put(fileAt: path, as: key)
        }
        #expect(error.summary.contains("not one of Google Cloud Storage"))
        #expect(chunks == [])
    }

    /// The last chunk is never sent, so there is no object.
    @Test(arguments: [HashScheme.md5, .md5DosToUnix])
    func `content that is not its name does not become an object`(
        scheme: HashScheme
    ) async throws {
        let (path, _) = try fixture.source(bytes)
        let key = ObjectKey(ObjectID(high: 1, low: 2, scheme: scheme))
        let error = try await fixture.failure {
            _ = try await store().put(fileAt: path, as: key)
        }
        guard case .mismatch = error.reason else {
            Issue.record("\(error)")
            return
        }
        #expect(stub.objects.isEmpty)
        #expect(!chunks.contains { $0.hasSuffix("-299999/300000") })
        #expect(stub.sessionCount == 0)
        #expect(sessionFiles.isEmpty)
    }

    @Test func `a legacy object's bytes are compared at the end`() async throws {
        let bytes = Array(String(repeating: "a\r\n", count: 1000).utf8)
        let (path, key) = try fixture.source(bytes, scheme: .md5DosToUnix)
        _ = try await store().put(fileAt: path, as: key)
        #expect(stub.objects[fixture.name(key)] == bytes)
    }

    @Test func `somebody who was faster is as good`() async throws {
        let (path, key) = try fixture.source(bytes)
        stub.insert(bytes, as: fixture.name(key))
        _ = try await store().put(fileAt: path, as: key)
        #expect(stub.objects[fixture.name(key)] == bytes)
    }
}
