import Basics
import CloudStorage
import Digests
import GCSBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// `git push` and `git dvc` with a bucket of `gcp-storage-emulator`.
@Suite struct GCSTests {
    /// A repository that real DVC made, whose data remote is a bucket.
    private struct World {
        let repository: InteropRepository
        let server: GCSServer
        let bucket: String
        var sandbox: Sandbox { repository.sandbox }
        var path: FilePath { repository.path }

        /// `proxy`: what stands before the server.
        init(through proxy: FaultProxy? = nil, _ lines: String = "") throws {
            repository = try InteropRepository()
            server = try GCSServer.forAll()
            bucket = try server.makeBucket()
            try configure(url: proxy?.url ?? server.url, lines)
            try sandbox.commitAll("data in a bucket", in: path)
        }

        func configure(url: String, bucket: String? = nil, _ lines: String = "") throws {
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = gs://\(bucket ?? self.bucket)/pre fix/\u{e4}
                    endpointurl = \(url)
                    allow_anonymous_login = true
                    \(lines)

                """)
        }

    }

    @Test func `STORAGE_EMULATOR_HOST names the server`() throws {
        let world = try World()
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = gs://\(world.bucket)/x

            """)
        try world.sandbox.commitAll("no endpoint", in: world.path)
        let variables = ["STORAGE_EMULATOR_HOST": "127.0.0.1:\(world.server.port)"]
        let push = try world.sandbox.start(
            "git", ["push", "origin", "main"], in: world.path, environment: variables
        ).wait()
        #expect(push.succeeded, "\(push)")
        let names = try world.server.objects(in: world.bucket).keys
        #expect(names.contains { $0.hasPrefix("x/files/md5/") })
    }

    @Test func `a bucket that is missing is refused in one line, and the refs stay`() throws {
        let world = try World()
        try world.configure(url: world.server.url, bucket: "no-such-bucket")
        try world.sandbox.commitAll("another bucket", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(
            push.errorOutput.contains("bucket 'no-such-bucket' does not exist (HTTP 404"),
            "\(push)")
    }

    @Test func `a server that is gone refuses the push, in one line, and the refs stay`() throws {
        let world = try World()
        try world.configure(url: "http://127.0.0.1:\(try LoopbackSocket.freePort())")
        try world.sandbox.commitAll("gone", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(push.errorOutput.contains("cannot connect to '127.0.0.1:"), "\(push)")
    }

    @Test func `what fails on the way is tried again, what is damaged stays out`() throws {
        let proxy = try FaultProxy(to: GCSServer.forAll().port)
        let world = try World(through: proxy)
        proxy.add(.answer(503, headers: ["Retry-After": "0"]), times: 3) { $0.method == "POST" }
        proxy.add(.reset(), times: 3) { $0.method == "POST" }
        try world.repository.gitPush("origin", "main").checked()
        let key = percentEncoded(
            "pre fix/\u{e4}/\(DVCRepository.key(objectID(of: Template.binary)))")
        proxy.add(.truncate(afterBody: 1000), times: 2) { $0.target.contains(key) }
        let clone = try world.repository.clone()
        #expect(try world.repository.tryOurs("pull", in: clone).succeeded)
        proxy.reset()
        proxy.add(.corrupt) { $0.target.contains(key) && $0.target.contains("alt=media") }
        let other = try world.repository.clone("other")
        let pull = try world.repository.tryOurs("pull", in: other)
        #expect(!pull.succeeded)
        #expect(pull.errorOutput.contains("is damaged: it has the MD5"), "\(pull)")
    }

    @Test func `credentials go to no server that the repository names`() throws {
        let world = try World()
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = gs://\(world.bucket)/x
                endpointurl = https://evil.example

            """)
        try world.sandbox.commitAll("redirected", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(
            push.errorOutput.contains("your credentials are not sent to 'evil.example'"), "\(push)")
    }

    @Test func `a push is refused to a cloud-versioned remote`() throws {
        let world = try World("version_aware = true")
        let refused = try world.repository.gitPush("origin", "main")
        #expect(!refused.succeeded)
        #expect(refused.errorOutput.contains("cloud-versioned"), "\(refused)")
    }

    // MARK: The store alone

    @Test(arguments: StoreCheck.all)
    func `a bucket keeps the contract`(check: StoreCheck) async throws {
        try await keepsContract(check) { _ in }
    }

    private func keepsContract(
        _ check: StoreCheck, _ change: @escaping @Sendable (inout GCSConfiguration) -> Void
    ) async throws {
        let loop = TransferLoop()
        try await check.run { _ in
            let server = try GCSServer.forAll()
            let bucket = try server.makeBucket()
            var policy = RetryingStore.Policy()
            policy.sleep = { _ in await Task.yield() }
            var configuration = GCSConfiguration(
                name: "storage", bucket: bucket, prefix: "pre fix",
                endpoint: try #require(ServiceEndpoint(server.url)))
            configuration.retry = policy
            change(&configuration)
            let store = GCSStore(
                configuration, on: loop, as: .anonymous, systemTime: { 1_790_000_000 })
            return StoreUnderTest(RetryingStore(store, policy: policy)) { key, bytes in
                try server.put(bytes, as: "pre fix/\(key)", in: bucket)
            }
        }
    }
}
