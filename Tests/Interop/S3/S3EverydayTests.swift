import Basics
import Digests
import TestSupport
import Testing

/// What works with directories works with buckets: the run-cache, several remotes, full disks, `-j`.
@Suite struct S3EverydayTests {
    /// A world with a stage that real DVC has run.
    private func worldWithRun() throws -> S3World {
        let world = try S3World(.moto)
        try world.sandbox.write("in\n", to: "project/in.txt")
        try world.sandbox.dvc(
            "stage", "add", "--quiet", "-n", "copy", "-d", "in.txt", "-o", "out.txt",
            "cp in.txt out.txt && echo run >>../ran", in: world.path)
        try world.sandbox.dvc("repro", "--quiet", "copy", in: world.path)
        try world.sandbox.commitAll("stage", in: world.path)
        return world
    }

    private func runs(_ world: S3World) async throws -> [String: [UInt8]] {
        try await world.objects().filter { $0.key.contains("/runs/") }
    }

    @Test func `the run-cache in a bucket is the one that real DVC makes and uses`() async throws {
        let ours = try worldWithRun()
        try ours.repository.tryOurs("push", "--run-cache").checked()
        let made = try await runs(ours)
        #expect(made.count == 1)
        let again = try ours.repository.tryOurs("push", "--run-cache").checked()
        #expect(again.output == "Everything is up to date.\n")
        // The same place and content as of DVC.
        let theirs = try S3Bucket(.moto, prefix: ours.bucket.prefix)
        let config = ours.path.appending(".dvc/config")
        let text = String(decoding: try readFile(config), as: UTF8.self)
        try ours.sandbox.write(
            Array(text.replacing(ours.bucket.name, with: theirs.name).utf8), to: config)
        try ours.sandbox.dvc("push", "--quiet", "--run-cache", in: ours.path)
        #expect(try await theirs.keys().filter { $0.contains("/runs/") } == made.keys.sorted())
        try ours.sandbox.git("checkout", "--quiet", ".dvc/config", in: ours.path)
        // Without the lock only the run-cache knows that this was run before.
        try ours.sandbox.git(
            "push", "--quiet", "--no-verify", "origin", "main", in: ours.path)
        let clone = try ours.clone()
        try ours.sandbox.run("rm", "dvc.lock", in: clone).checked()
        let ran = try readFile(ours.sandbox.path("ran"))
        let result = try ours.repository.tryDVC("repro", "--pull", "copy", in: clone).checked()
        #expect(result.output.contains("is cached - skipping run"), "\(result)")
        #expect(try readFile(ours.sandbox.path("ran")) == ran)
    }

    @Test func `an entry of the run-cache that fails is named`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        try world.sandbox.write("in\n", to: "project/in.txt")
        try world.sandbox.dvc(
            "stage", "add", "--quiet", "-n", "copy", "-d", "in.txt", "-o", "out.txt",
            "cp in.txt out.txt", in: world.path)
        try world.sandbox.dvc("repro", "--quiet", "copy", in: world.path)
        proxy.add(.answer(403, body: "<Error><Code>AccessDenied</Code></Error>")) {
            $0.method == "PUT" && $0.target.contains("/runs/")
        }
        let push = try world.repository.tryOurs("push", "--run-cache")
        #expect(push.status == 1)
        #expect(push.errorOutput.contains("error: cannot upload runs/"), "\(push)")
        #expect(push.errorOutput.contains("on remote 'storage': access to bucket"), "\(push)")
    }

    @Test func `one push brings data to several buckets`() async throws {
        let world = try S3World(.moto)
        let other = try S3Bucket(.rcloneWithKeys)
        try world.configure(
            """
            ['remote "other"']
                url = s3://\(other.name)/\(other.prefix)
                endpointurl = \(other.url)
                access_key_id = \(S3Server.accessKey)
                secret_access_key = \(S3Server.secretKey)
            """)
        // One out belongs to the other bucket, the rest to the default one.
        let metafile = world.path.appending("weights.bin.dvc")
        let text = String(decoding: try readFile(metafile), as: UTF8.self)
        try world.sandbox.write(
            Array(
                text.replacing("  path: weights.bin", with: "  path: weights.bin\n  remote: other")
                    .utf8),
            to: metafile)
        try world.sandbox.commitAll("two buckets", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        #expect(try await other.keys().count == 1)
        #expect(try await world.bucket.keys().count > 10)
        let pull = try world.repository.tryDVC("pull", in: try world.clone())
        #expect(pull.succeeded, "\(pull)")
        // And all that belongs to no other, to both: the first one to fail would stop nobody.
        try world.repository.tryOurs("push", "-r", "storage", "-r", "other").checked()
        let others = Set(try await other.names())
        #expect(try await world.bucket.names().allSatisfy(others.contains))
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a disk that is full while objects arrive keeps nothing half-written`() throws {
        let world = try S3World(.moto)
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        let oid = try repository.add(sampleText(400 << 10), as: "large.bin")
        try world.sandbox.commitAll("large", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        let clone = try world.clone()
        let cache = clone.appending(".dvc/cache")
        try createDirectories(cache)
        let result = try world.sandbox.run(
            "git dvc pull; status=$?; find \"$1\" -name '*.tmp' -o -name '\(oid.description.dropFirst(2))'; "
                + "exit $status",
            mounting: cache, "size=256k", in: clone)
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains("no space left on device: '"), "\(result)")
        // Whichever came first to the end of the space.
        #expect(result.errorOutput.contains("error: cannot download files/md5/"), "\(result)")
        #expect(result.errorOutput.contains(" from remote 'storage': no space"), "\(result)")
        #expect(result.errorOutput.contains("hint: free some space"), "\(result)")
        #expect(!result.output.contains(".tmp"), "\(result)")
        #expect(!result.output.contains("\(oid.description.dropFirst(2))"), "\(result)")
        try world.repository.tryOurs("pull", in: clone).checked()
        #expect(objectID(of: try readFile(clone.appending("large.bin"))) == oid)
    }

    @Test func `-j bounds whatever is asked`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        // Without lists every object is a question of its own.
        proxy.add(.answer(403, body: "<Error><Code>AccessDenied</Code></Error>")) {
            $0.target.contains("list-type=")
        }
        for command in [["push"], ["status", "-c"], ["push", "--check-members"], ["verify"]] {
            let result = try world.sandbox.start(
                "git", ["dvc"] + command + ["-j", "1"], in: world.path
            ).wait()
            #expect(result.succeeded, "\(result)")
        }
        #expect(proxy.requests.count(where: { $0.method == "HEAD" }) > 20)
        #expect(proxy.mostInFlight == 1)
    }

    @Test func `a bucket that asks to slow down gets everything all the same`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        proxy.add(
            .answer(
                503, headers: ["Retry-After": "0"],
                body: "<Error><Code>SlowDown</Code><Message>reduce your rate</Message></Error>"),
            times: 12
        ) { $0.method == "PUT" }
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        try world.sandbox.dvc("pull", "--quiet", in: try world.clone())
    }
}

extension S3Bucket {
    /// All keys without the prefix.
    fileprivate func names() async throws -> [Substring] {
        try await keys().map { $0.dropFirst(prefix.count + 1) }
    }
}

private func sampleText(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) }
}
