import Basics
import Digests
import HTTPClient
import TestSupport
import Testing

/// Remotes that keep versions of files under their own names: real DVC pushes, ours reads.
@Suite struct S3VersionTests {
    private let world: S3World
    private let proxy: FaultProxy

    private var sandbox: Sandbox { world.sandbox }

    /// A bucket with versions, to which real DVC has pushed a file and a directory.
    init() async throws {
        proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        world = try S3World(.moto, through: proxy)
        let versioning =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        let answer = try await world.bucket.request(
            .put, "", query: "versioning=", body: Array(versioning.utf8))
        try #require(answer.status == 200)
        try world.configure("    version_aware = true")
        try sandbox.run(
            "rm", "-rf", "data", "data.dvc", "weights.bin", "weights.bin.dvc", in: world.path)
        try sandbox.run("find", ".", "-name", "*.dvc", "-type", "f", "-delete", in: world.path)
        try sandbox.run("rm", "-f", "dvc.yaml", "dvc.lock", in: world.path)
    }

    /// Tracks, pushes and commits the content, and returns the commit.
    private func record(_ content: String, push: Bool = true) throws -> String {
        for (name, text) in [
            ("one.txt", content), ("dir/a b", content + "a"), ("dir/sub/\u{e4}", "same"),
        ] {
            try sandbox.write(Array(text.utf8), to: world.path.appending(FilePath(name)))
        }
        try sandbox.dvc("add", "--quiet", "one.txt", "dir", in: world.path)
        if push { try sandbox.dvc("push", "--quiet", in: world.path) }
        try sandbox.commitAll(content, in: world.path)
        return try sandbox.git("rev-parse", "HEAD", in: world.path).outputLines[0]
    }

    private func text(_ path: FilePath) throws -> String {
        String(decoding: try readFile(path), as: UTF8.self)
    }

    @Test func `every commit gets its own versions back`() throws {
        let commits = try ["first", "second"].map { try record($0) }
        let metafile = try text(world.path.appending("dir.dvc"))
        #expect(metafile.contains("version_id:") && metafile.contains("cloud:"))
        try sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        for (commit, content) in zip(commits, ["first", "second"]) {
            try sandbox.git("checkout", "--quiet", commit, in: clone)
            try sandbox.run("rm", "-rf", ".dvc/cache", "dir", "one.txt", in: clone)
            proxy.reset()
            let dry = try world.repository.tryOurs("pull", "--dry-run", in: clone)
            #expect(dry.succeeded && dry.output.contains("would fetch one.txt"), "\(dry)")
            #expect(proxy.requests.isEmpty && !fileExists(clone.appending("one.txt")))
            let pull = try world.repository.tryOurs("pull", in: clone)
            #expect(pull.succeeded, "\(pull)")
            #expect(try text(clone.appending("one.txt")) == content)
            #expect(try text(clone.appending("dir/a b")) == content + "a")
            #expect(try text(clone.appending("dir/sub/\u{e4}")) == "same")
            #expect(proxy.requests.count == 3)
            #expect(
                proxy.requests.allSatisfy {
                    $0.method == "GET" && $0.target.contains("?versionId=")
                })
            // Real DVC finds everything as it would have left it, and has nothing to get.
            let status = try world.repository.tryDVC("status", "--json", in: clone)
            #expect(status.output.contains("{}"), "\(status)")
            let checkout = try world.repository.tryDVC("checkout", in: clone).checked()
            #expect(!checkout.output.contains("\t"), "\(checkout)")
        }
    }

    @Test func `a part of a directory comes alone`() throws {
        _ = try record("first")
        try sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        func pull(_ path: String) throws -> (result: ProcessResult, requests: Int) {
            proxy.reset()
            let result = try world.repository.tryOurs("pull", path, in: clone)
            return (result, proxy.requests.count)
        }
        let file = try pull("dir/a b")
        #expect(file.result.succeeded && file.requests == 1, "\(file)")
        #expect(try text(clone.appending("dir/a b")) == "firsta")
        #expect(!fileExists(clone.appending("dir/sub")) && !fileExists(clone.appending("one.txt")))
        let folder = try pull("dir/sub")
        #expect(folder.result.succeeded && folder.requests == 1, "\(folder)")
        #expect(try text(clone.appending("dir/sub/\u{e4}")) == "same")
        let none = try pull("dir/none")
        #expect(!none.result.succeeded && none.requests == 0, "\(none)")
        let rest = try world.repository.tryOurs("pull", in: clone)
        #expect(rest.succeeded && fileExists(clone.appending("one.txt")), "\(rest)")
    }

    @Test func `an experiment gets its versions, too`() throws {
        let base = try record("first")
        try sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let commit = try record("second")
        let ref = "refs/exps/\(base.prefix(2))/\(base.dropFirst(2))/tried"
        try sandbox.git(
            "push", "--quiet", "--no-verify", "origin", "\(commit):\(ref)", in: world.path)
        let clone = try world.clone()
        let pull = try world.repository.tryOurs("exp", "pull", "origin", "tried", in: clone)
        #expect(pull.succeeded && pull.errorOutput == "", "\(pull)")
        proxy.reset()
        let apply = try world.repository.tryOurs("exp", "apply", "tried", in: clone)
        #expect(apply.succeeded && apply.errorOutput == "", "\(apply)")
        #expect(try text(clone.appending("one.txt")) == "second")
        #expect(try text(clone.appending("dir/a b")) == "seconda")
        #expect(proxy.requests.isEmpty, "all of it was in the cache")
    }

    @Test func `a push is refused, with the way to do it`() throws {
        _ = try record("first", push: false)
        let refused = try world.repository.gitPush("origin", "main")
        #expect(!refused.succeeded)
        #expect(refused.errorOutput.contains("belongs on a cloud-versioned remote"), "\(refused)")
        #expect(refused.errorOutput.contains("run 'dvc push', commit the metafiles"))
        #expect(try world.repository.remoteRefs().isEmpty)
    }

    @Test func `what was never pushed is named, and the rest comes`() throws {
        _ = try record("first")
        _ = try record("changed", push: false)
        try sandbox.run(
            "git", "push", "--quiet", "origin", "main", in: world.path,
            environment: ["DVC_SKIP_PUSH": "1"]
        ).checked()
        let clone = try world.clone()
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.status == 1)
        for path in ["one.txt", "dir/a b"] {
            #expect(
                pull.errorOutput.contains(
                    "error: '\(path)' has no version on remote 'storage': its metafile names none"),
                "\(pull)")
        }
        #expect(pull.errorOutput.contains("hint: run 'dvc push' where the data is"))
        let cached = try sandbox.run("find", ".dvc/cache/files", "-type", "f", in: clone)
            .outputLines
        #expect(
            cached == [
                ".dvc/cache/files/md5/\(DVCRepository.key(objectID(of: Array("same".utf8))).string.dropFirst("files/md5/".count))"
            ])
    }

    @Test func `versions that are gone or damaged are named`() throws {
        _ = try record("first")
        try sandbox.git("push", "--quiet", "--no-verify", "origin", "main", in: world.path)
        let clone = try world.clone()
        proxy.add(.answer(404, body: "<Error><Code>NoSuchVersion</Code></Error>")) {
            $0.target.contains("/one.txt?")
        }
        proxy.add(.corrupt) { $0.target.contains("/a%20b?") }
        let pull = try world.repository.tryOurs("pull", in: clone)
        #expect(pull.status == 1)
        #expect(pull.errorOutput.contains("error: 'one.txt' "), "\(pull)")
        #expect(pull.errorOutput.contains("is damaged: it has the MD5"), "\(pull)")
        #expect(!fileExists(clone.appending("one.txt")))
    }
}
