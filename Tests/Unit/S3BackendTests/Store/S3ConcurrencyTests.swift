import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// How many requests a bucket gets at a time.
@Suite struct S3ConcurrencyTests {
    let fixture: S3Fixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try S3Fixture() }

    private func oids(_ count: Int) -> [ObjectID] {
        (0..<count).map { ObjectID(high: UInt64($0) << 40, low: 1) }
    }

    @Test(arguments: [1, 3])
    func `questions about single objects are bounded`(jobs: Int) async throws {
        server.add(.answer(403, body: S3Fixture.refusal("AccessDenied"))) { $0.method == "GET" }
        server.add(.answer(404)) { $0.target.contains("/files/md5/") }
        server.add(.answer(200))
        let store = try fixture.store { $0.concurrency = jobs }
        let presence = try await store.presence(of: ObjectRun(oids(60)[...]))
        #expect(presence == Array(repeating: false, count: 60))
        #expect(server.requests.count >= 60)
        #expect(server.mostInFlight <= jobs)
    }

    @Test(arguments: [1, 2])
    func `so are the parts of large objects, up and down`(jobs: Int) async throws {
        let moto = try FaultProxy()
        moto.add(.answer(200, body: "<ListMultipartUploadsResult/>")) {
            $0.method == "GET" && $0.target.contains("uploads=")
        }
        moto.add(
            .answer(
                200,
                body: "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                    + "</InitiateMultipartUploadResult>")
        ) { $0.method == "POST" && $0.target.contains("uploads=") }
        moto.add(.answer(200, headers: ["ETag": "\"t\""])) { $0.method == "PUT" }
        moto.add(.answer(200, body: "<CompleteMultipartUploadResult/>"))
        let store = try fixture.store {
            $0.endpoint = moto.url
            $0.concurrency = jobs
            $0.multipartThreshold = 1
            $0.partSize = 64 << 10
        }
        let sources = try (0..<3).map { seed in
            try fixture.source(sampleBytes(300 << 10, seed: UInt64(seed + 1)))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (path, key) in sources {
                group.addTask { _ = try await store.put(fileAt: path, as: key) }
            }
            try await group.waitForAll()
        }
        #expect(moto.requests.count(where: { $0.method == "PUT" }) == 15)
        #expect(moto.mostInFlight <= jobs)
    }

    @Test(arguments: [(503, "SlowDown", ""), (429, "", ""), (400, "SlowDown", ""), (503, "", "9")])
    func `a service that is overloaded gets fewer at a time from all`(
        status: Int, code: String, pause: String
    ) async throws {
        server.add(
            .answer(
                status, headers: pause.isEmpty ? [:] : ["Retry-After": pause],
                body: code.isEmpty ? "" : S3Fixture.refusal(code)), times: 3)
        server.add(.answer(404)) { $0.target.contains("/files/md5/") }
        server.add(.answer(200))
        let store = try fixture.store { $0.concurrency = 8 }
        let limits = Locked<[Int]>([])
        for oid in oids(3) {
            _ = try? await store.size(of: ObjectKey(oid))
            limits.withLock { $0.append(store.concurrencyLimit) }
        }
        #expect(limits.withLock { $0 } == [4, 2, 1])
        for oid in oids(20) { _ = try await store.size(of: ObjectKey(oid)) }
        #expect(store.concurrencyLimit > 1)
        // Nobody else asked before the pause was over.
        #expect(
            fixture.delays.withLock { $0 } == (pause.isEmpty ? [] : [9, 9, 9].map { .seconds($0) }))
    }

    @Test func `so does one that does not answer in time`() async throws {
        server.add(.stall, times: 1)
        server.add(.answer(200))
        let store = try fixture.store {
            $0.concurrency = 8
            $0.peer.activityTimeout = .milliseconds(300)
        }
        let (path, key) = try fixture.source()
        await #expect(throws: StoreError.self) { _ = try await store.put(fileAt: path, as: key) }
        #expect(store.concurrencyLimit == 4)
    }
}
