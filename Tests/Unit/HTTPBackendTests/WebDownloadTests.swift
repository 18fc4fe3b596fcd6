import Basics
import Digests
import HTTPBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What comes of what a web server sends.
@Suite struct WebDownloadTests {
    let fixture: WebFixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try WebFixture() }

    /// From 4 MiB on they are hashed while they arrive, two at a time.
    @Test func `large objects are what they should be, or are not kept`() async throws {
        let contents = (0..<3).map { seed in
            sampleBytes(6_000_001, seed: UInt64(seed)).map { UInt8(ascii: "a") + $0 % 16 }
        }
        let keys = contents.map { ObjectKey(objectID(of: $0)) }
        for (key, content) in zip(keys, contents) {
            let name = key.path.string
            let start = String(decoding: content.prefix(5_000_000), as: UTF8.self)
            server.add(.answerShort(body: start, announced: content.count), times: 1) {
                $0.target.hasSuffix(name)
            }
            var bytes = content
            if key == keys[2] { bytes[6_000_000] ^= 1 }
            let answer = FaultProxy.Reply(200, body: bytes)
            server.add(.serve { _, _ in answer }) {
                $0.target.hasSuffix(name)
            }
        }
        let store = RetryingStore(try fixture.http(), policy: .withoutPauses)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (key, content) in zip(keys, contents).prefix(2) {
                let target = fixture.scratch.path.appending(key.path.lastComponent)
                group.addTask {
                    let count = try await store.get(key, toFileAt: target)
                    let arrived = try readFile(target)
                    #expect(count == 6_000_001 && arrived == content)
                }
            }
            try await group.waitForAll()
        }
        let error = try await fixture.failure {
            _ = try await store.get(keys[2], toFileAt: fixture.target)
        }
        guard case .mismatch = error.reason else { throw error }
    }

    @Test func `what arrives damaged or short is not kept`() async throws {
        server.add(.answerShort(body: "cont", announced: 7), times: 1)
        server.add(.answer(200, body: "contenT"))
        let key = ObjectKey(objectID(of: Array("content".utf8)))
        let store = try fixture.http()
        let target = fixture.scratch.path.appending("target")
        for expected in [true, false] {
            let error = try await fixture.failure {
                _ = try await store.get(key, toFileAt: target)
            }
            #expect(error.isTransient == expected)
            // What is something else is left for the cache to set aside.
            #expect(try readFileIfPresent(target) == (expected ? nil : Array("contenT".utf8)))
        }
    }
}
