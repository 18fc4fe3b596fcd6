import Basics
import CloudStorage
import Digests
import GCSBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// `git push`, `git dvc` and real DVC with one bucket of `gcp-storage-emulator`.
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

        /// The working copy of a clone must be that of the repository.
        func expectSame(_ clone: FilePath) throws {
            let difference = try FileTree(workingCopy: path)
                .difference(from: FileTree(workingCopy: clone))
            #expect(difference == [])
        }
    }

    @Test func `what git push uploads, real DVC pulls`() throws {
        let world = try World()
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        let clone = try world.repository.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        try world.expectSame(clone)
        try world.sandbox.dvc("status", "--cloud", in: clone)
        let verify = try world.repository.tryOurs("verify")
        #expect(verify.succeeded, "\(verify)")
    }

    @Test func `what real DVC pushes, git dvc pulls`() throws {
        let world = try World()
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        // The emulator cuts a carriage return off the end of what gcsfs sends in one request.
        let oid = objectID(of: Template.binary)
        try world.server.put(
            Template.binary, as: "pre fix/\u{e4}/\(oid.storagePath)", in: world.bucket)
        try world.sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.repository.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        try world.expectSame(clone)
        let status = try world.repository.tryOurs("status", "--cloud", in: clone)
        #expect(status.succeeded && status.output.contains("in sync"), "\(status)")
    }

    @Test func `both make the same objects, and the same run-cache`() throws {
        let ours = try World()
        let theirs = try World()
        for world in [ours, theirs] {
            try world.sandbox.write([1], to: world.path.appending("input"))
            try world.sandbox.dvc(
                "stage", "add", "--quiet", "--run", "-n", "made", "-d", "input", "-o", "made",
                "cp input made", in: world.path)
        }
        let push = try ours.repository.tryOurs("push", "--run-cache")
        #expect(push.succeeded, "\(push)")
        try theirs.sandbox.dvc("push", "--quiet", "--run-cache", in: theirs.path)
        let made = try ours.server.objects(in: ours.bucket)
        #expect(made.keys.contains { $0.contains("/runs/") })
        // Entries of the run-cache have times in them.
        #expect(try made.keys.sorted() == theirs.server.objects(in: theirs.bucket).keys.sorted())
    }

    @Test func `STORAGE_EMULATOR_HOST names the server for both`() throws {
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

    @Test func `a push asks for no more than real DVC does`() throws {
        let proxy = try FaultProxy(to: GCSServer.forAll().port)
        let world = try World(through: proxy)
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        let theirs = proxy.requests.count
        let again = try World(through: proxy)
        proxy.reset()
        try again.repository.tryOurs("push").checked()
        #expect(proxy.requests.count <= theirs)
        #expect(proxy.requests.count(where: { $0.method == "POST" }) > 20)
        // Nothing new, and known: nobody is asked.
        proxy.reset()
        try again.repository.tryOurs("push").checked()
        #expect(proxy.requests.isEmpty)
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

    /// The sizes of the contract's objects, in chunks and pieces of a few KiB.
    @Test(arguments: StoreCheck.all)
    func `in chunks and pieces, too`(check: StoreCheck) async throws {
        try await keepsContract(check) {
            $0.resumableThreshold = 5000
            $0.chunkSize = 64 << 10
            $0.pieceSize = 64 << 10
        }
    }

    private func keepsContract(
        _ check: StoreCheck, _ change: @escaping @Sendable (inout GCSConfiguration) -> Void
    ) async throws {
        let loop = TransferLoop()
        try await check.run { _ in
            let server = try GCSServer.forAll()
            let bucket = try server.makeBucket()
            let policy = RetryingStore.Policy.withoutPauses
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
