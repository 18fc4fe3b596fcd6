import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// A server with TLS, whose certificate nobody trusts by itself.
@Suite struct S3SecurityTests {
    let server: S3Server
    let scratch: ScratchDirectory

    init() throws {
        server = try S3Server(.rcloneWithKeys, speaksTLS: true)
        scratch = try ScratchDirectory()
    }

    private func store(
        _ verification: Peer.Verification, on loop: TransferLoop = TransferLoop()
    ) throws -> S3Store {
        var configuration = S3Configuration(
            name: "storage", bucket: try server.makeBucket(), prefix: "p")
        configuration.endpoint = server.url
        configuration.peer.verification = verification
        return try S3Store(
            configuration, on: loop, as: S3Bucket.identity, clock: S3Bucket.clock)
    }

    @Test func `a certificate that nobody vouches for ends everything`() async throws {
        let store = try store(.system)
        let key = ObjectKey(objectID(of: [1]))
        do {
            _ = try await store.size(of: key)
            Issue.record("it was trusted")
        } catch let error as StoreError {
            #expect(error.affectsWholeStore && !error.isTransient)
            #expect(
                error.summary.contains("no secure connection to '127.0.0.1:\(server.port)'"),
                "\(error.summary)")
            #expect(error.advice?.contains("ssl_verify") == true)
        }
    }

    @Test func `with its authority, or without looking, it is used`() async throws {
        let certificate = try #require(server.certificate)
        for verification in [Peer.Verification.authorities(path: certificate.string), .none] {
            let store = try store(verification)
            for size in [10, 900_000, 3 << 20] {
                let bytes = sampleBytes(size)
                let key = ObjectKey(objectID(of: bytes))
                let path = try scratch.write(bytes, to: "source")
                #expect(try await store.put(fileAt: path, as: key) == Int64(size))
                #expect(try await store.contents(of: key, limit: size) == bytes)
            }
        }
    }

    @Test func `many small requests share one connection where the server can`() async throws {
        let lines = Locked<[String]>([])
        var settings = TransferLoop.Settings()
        settings.trace = { line in lines.withLock { $0.append(line) } }
        let store = try store(.none, on: TransferLoop(settings))
        for index in 0..<20 {
            _ = try await store.size(of: ObjectKey(ObjectID(high: UInt64(index), low: 0)))
        }
        let connections = lines.withLock { $0 }.count { $0.contains("new connection") }
        // A busy server may close one that was idle for a moment.
        #expect((1...2).contains(connections))
        // And neither the keys nor what was signed with them is in the trace.
        let text = lines.withLock { $0.joined() }
        #expect(!text.contains(S3Server.accessKey) && !text.contains(S3Server.secretKey))
        #expect(!text.contains("Signature"))
    }
}
