import Basics
import Digests
import HTTPClient
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Uploads in parts that end in the middle, and the runs after them.
@Suite struct S3InterruptionTests {
    /// A repository with one file of so many parts, which are small here.
    private func world(
        parts: Int, through proxy: FaultProxy
    ) throws -> (world: S3World, oid: ObjectID) {
        let world = try S3World(.moto, through: proxy)
        try world.sandbox.write(
            """
            [default]
            s3 =
              multipart_threshold = 256KiB
              multipart_chunksize = 128KB

            """, to: "home/.aws/config")
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        let content = sampleBytes(parts * 128 << 10 - 5)
        let oid = try repository.add(content, as: "large.bin")
        try world.sandbox.commitAll("large", in: world.path)
        return (world, oid)
    }

    private func parts(_ proxy: FaultProxy) -> [Int] {
        proxy.requests.compactMap { request in
            guard request.method == "PUT",
                let number = request.target.firstRange(of: "partNumber=")
            else { return nil }
            return Int(request.target[number.upperBound...].prefix { $0.isNumber })
        }
    }

    @Test func `kill -9 in the middle of fifty uploads loses no part that had arrived`()
        async throws
    {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, _) = try world(parts: 12, through: proxy)
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        for round in 0..<50 {
            // A large file of its own for every round: the last one is stored by now.
            let content = sampleBytes(12 * 128 << 10 - round, seed: UInt64(round + 10))
            let oid = try repository.add(content, as: "large.bin")
            let key = DVCRepository.key(oid).string
            let stalled = round % 12 + 1
            proxy.reset()
            proxy.add(.stall) {
                $0.target.contains(key) && $0.target.contains("partNumber=\(stalled)&")
            }
            let push = try world.sandbox.start("git", ["dvc", "push"], in: world.path)
            // Holds its thread on purpose: a task that is put aside comes back when the tests before
            // it in the queue have had their turn, and the push would have given up by then.
            let deadline = ContinuousClock.now + .seconds(50)
            while !parts(proxy).contains(stalled) {
                usleep(5000)
                guard parts(proxy).contains(stalled) || ContinuousClock.now < deadline else {
                    Issue.record("part \(stalled) never came: \(push.errorOutputSoFar)")
                    push.sendToAll(SIGKILL)
                    return
                }
            }
            push.sendToAll(SIGKILL)
            #expect(push.wait().signal == SIGKILL)
            // Up to three others may have been under way with it.
            let before = parts(proxy).count - 4
            proxy.reset()
            let again = try world.repository.tryOurs("push")
            #expect(again.succeeded, "\(again)")
            #expect(parts(proxy).count <= 12 - before, "round \(round)")
            let stored = try await world.bucket.request(
                .get, "\(world.bucket.prefix)/\(key)"
            ).body
            #expect(objectID(of: stored) == oid)
        }
        let pending = try await world.bucket.request(.get, "", query: "uploads=").body
        #expect(!String(decoding: pending, as: UTF8.self).contains("<UploadId>"))
    }

    @Test func `a part that fails is sent again, and only that`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, oid) = try world(parts: 8, through: proxy)
        proxy.add(.answer(503), times: 2) { $0.target.contains("partNumber=3&") }
        proxy.add(.reset(afterBody: 1000), times: 1) { $0.target.contains("partNumber=5&") }
        let push = try world.repository.tryOurs("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
        #expect(parts(proxy).sorted() == [1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8])
        let key = "\(world.bucket.prefix)/\(DVCRepository.key(oid))"
        #expect(objectID(of: try await world.bucket.request(.get, key).body) == oid)
    }

    @Test func `an answer that is lost does not fail the upload`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, oid) = try world(parts: 3, through: proxy)
        proxy.add(.replaceAnswer(503), times: 1) {
            $0.method == "POST" && $0.target.contains("uploadId=")
        }
        let push = try world.repository.tryOurs("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
        let key = "\(world.bucket.prefix)/\(DVCRepository.key(oid))"
        #expect(objectID(of: try await world.bucket.request(.get, key).body) == oid)
    }

    /// As a service says it that has begun to answer before it was done.
    @Test func `an error behind a status of success is one`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, oid) = try world(parts: 3, through: proxy)
        proxy.add(
            .answer(200, body: "<Error><Code>InternalError</Code><Message>m</Message></Error>"),
            times: 2
        ) { $0.method == "POST" && $0.target.contains("uploadId=") }
        let push = try world.repository.tryOurs("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
        let key = "\(world.bucket.prefix)/\(DVCRepository.key(oid))"
        #expect(objectID(of: try await world.bucket.request(.get, key).body) == oid)
    }

    @Test func `damaged content is taken back`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, oid) = try world(parts: 6, through: proxy)
        let object = world.path.appending(".dvc/cache").appending(DVCRepository.key(oid))
        var content = try readFile(object)
        content[content.count - 1] ^= 1
        try removeFile(object)
        try world.sandbox.write(content, to: object, mode: 0o444)
        let push = try world.repository.tryOurs("push", "large.bin.dvc")
        #expect(!push.succeeded)
        #expect(push.errorOutput.contains("the file in the cache is damaged"), "\(push)")
        #expect(
            try await !world.bucket.keys().contains { $0.hasSuffix(DVCRepository.key(oid).string) })
        let pending = try await world.bucket.request(.get, "", query: "uploads=").body
        #expect(!String(decoding: pending, as: UTF8.self).contains("<UploadId>"))
    }

    @Test func `a large object comes down in pieces, of which those that fail come again`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let (world, oid) = try world(parts: 9, through: proxy)
        try world.repository.gitPush("origin", "main").checked()
        let key = DVCRepository.key(oid).string
        let clone = try world.clone()
        proxy.reset()
        proxy.add(.truncate(afterBody: 100), times: 3) {
            $0.target.hasSuffix(key) && $0.headers["range"]?.hasPrefix("bytes=0-") == false
        }
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        #expect(objectID(of: try readFile(clone.appending("large.bin"))) == oid)
        #expect(proxy.requests.count(where: { $0.target.hasSuffix(key) }) == 12)
    }
}
