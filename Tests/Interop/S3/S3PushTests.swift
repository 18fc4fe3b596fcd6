import Basics
import Digests
import TestSupport
import Testing

/// `git push`, `git dvc` and real DVC with one bucket.
@Suite struct S3PushTests {
    @Test(arguments: S3Server.Program.allCases)
    func `what git push uploads, real DVC pulls`(program: S3Server.Program) throws {
        let world = try S3World(program)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        let clone = try world.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
        let difference = try FileTree(workingCopy: world.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        try world.sandbox.dvc("status", "--cloud", in: clone)
    }

    @Test(arguments: S3Server.Program.allCases)
    func `what real DVC pushes, git dvc pulls`(program: S3Server.Program) throws {
        let world = try S3World(program)
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        try world.sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.succeeded, "\(pull)")
        let difference = try FileTree(workingCopy: world.path)
            .difference(from: FileTree(workingCopy: clone))
        #expect(difference == [])
        let status = try world.repository.tryOurs("status", "--cloud", in: clone)
        #expect(status.succeeded, "\(status)")
    }

    @Test func `both make the same objects`() async throws {
        let ours = try S3World(.moto)
        let theirs = try S3World(.moto)
        let push = try ours.repository.tryOurs("push")
        #expect(push.succeeded, "\(push)")
        try theirs.sandbox.dvc("push", "--quiet", in: theirs.path)
        let made = try await ours.objects()
        #expect(!made.isEmpty)
        #expect(try await made == theirs.objects())
    }

    @Test func `a push with a wrong key is refused in one line, and the refs stay`() throws {
        let world = try S3World(.rcloneWithKeys)
        try world.configure(key: "wrong")
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        let errors = push.errorOutput.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 2, "ours, and git's own: \(push)")
        #expect(errors.first?.contains("on remote 'storage'") == true, "\(push)")
    }

    @Test func `a push to a bucket that is missing is refused, and the refs stay`() throws {
        let world = try S3World(.moto)
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = s3://no-such-bucket/x
                endpointurl = \(world.bucket.url)

            """)
        try world.sandbox.commitAll("another bucket", in: world.path)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.status == 1)
        #expect(try world.repository.remoteRefs().isEmpty)
        #expect(
            push.errorOutput.contains("bucket 'no-such-bucket' does not exist (HTTP 404"),
            "\(push)")
    }

    /// It answers 500 when two first objects make the same folder at once.
    @Test func `first objects that make folders at once all arrive`() async throws {
        let proxy = try FaultProxy(to: S3Server.shared(.rclone).port)
        proxy.add(.answer(500), times: 3) { $0.method == "PUT" }
        proxy.add(.answer(503, headers: ["Retry-After": "0"]), times: 3) { $0.method == "PUT" }
        proxy.add(.reset(), times: 3) { $0.method == "PUT" }
        let world = try S3World(.rclone, through: proxy)
        let push = try world.repository.gitPush("origin", "main")
        #expect(push.succeeded, "\(push)")
        let clone = try world.clone()
        try world.sandbox.dvc("pull", "--quiet", in: clone)
    }

    @Test func `what is truncated or changed on the way does not get into the cache`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        try world.repository.gitPush("origin", "main").checked()
        let weights = objectID(of: Template.binary)
        let key = DVCRepository.key(weights).string
        proxy.add(.truncate(afterBody: 1000), times: 2) { $0.target.hasSuffix(key) }
        let clone = try world.clone()
        #expect(try world.repository.tryOurs("pull", in: clone).succeeded)
        proxy.reset()
        proxy.add(.corrupt) { $0.target.hasSuffix(key) }
        let other = try world.clone("other")
        let pull = try world.repository.tryOurs("pull", in: other)
        #expect(!pull.succeeded)
        #expect(pull.errorOutput.contains("is damaged: it has the MD5"), "\(pull)")
        #expect(!fileExists(other.appending(".dvc/cache").appending(key)))
    }

    // MARK: How many requests

    @Test func `a push asks for no more than real DVC does`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        let theirs = proxy.requests.count
        let again = try S3World(.moto, through: proxy)
        proxy.reset()
        try again.repository.tryOurs("push").checked()
        #expect(proxy.requests.count <= theirs)
        #expect(proxy.requests.count(where: { $0.method == "PUT" }) > 20)
        // Nothing new, and known: nobody is asked.
        proxy.reset()
        try again.repository.tryOurs("push").checked()
        #expect(proxy.requests.isEmpty)
    }

    @Test func `ten changed files of many take few requests`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        let names = (0..<300).map { "f\($0)" }
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        try repository.addDirectory("many", names: names) { Array("content \($0)".utf8) }
        try world.sandbox.commitAll("many", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        try repository.addDirectory("many", names: names) { index in
            Array((index < 10 ? "changed \(index)" : "content \(index)").utf8)
        }
        try world.sandbox.commitAll("ten changed", in: world.path)
        proxy.reset()
        try world.repository.gitPush("origin", "main").checked()
        #expect(proxy.requests.count(where: { $0.method == "PUT" }) == 11)
        #expect(proxy.requests.count <= 13, "\(proxy.requests.map { "\($0.method) \($0.target)" })")
    }
}
