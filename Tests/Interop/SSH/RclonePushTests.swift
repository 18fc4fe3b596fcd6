import Basics
import Digests
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git push` and `git dvc` through rclone, and real DVC with the same folder as a local remote.
@Suite struct RclonePushTests {
    @Test func `what git push uploads, real DVC finds as a local remote`() throws {
        let world = try RcloneWorld()
        try world.sandbox.commitAll("data behind rclone", in: world.path)
        let push = try world.sandbox.start(
            "git", ["push", "origin", "main"], in: world.path,
            environment: ["PATH": world.searchPath]
        ).wait()
        #expect(push.succeeded, "\(push)")
        #expect(try world.checkObjects() > 0)
        let verify = try world.ours("verify")
        #expect(verify.succeeded, "\(verify)")
        try world.expectSameForDVC()
    }

    @Test func `what real DVC pushes, git dvc pulls`() throws {
        let world = try RcloneWorld(url: "rclone://uni:")
        try world.use(url: world.folder.string)
        try world.sandbox.dvc("push", "--quiet", in: world.path)
        try world.use(url: "rclone://uni:")
        let before = try FileTree(workingCopy: world.path)
        try world.sandbox.run("rm", "-rf", world.path.appending(".dvc/cache").string).checked()
        let pull = try world.ours("pull", "--force")
        #expect(pull.succeeded, "\(pull)")
        #expect(try FileTree(workingCopy: world.path).difference(from: before) == [])
    }

    @Test func `several sessions make the folders that each of them needs`() throws {
        let world = try RcloneWorld("    jobs = 6")
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        let names = (0..<600).map { "f\($0)" }
        try repository.addDirectory("many", names: names) { Array("content \($0)".utf8) }
        let push = try world.ours("push")
        #expect(push.succeeded, "\(push)")
        #expect(try world.checkObjects() >= 601)
        #expect(try readFile(world.log).split(separator: UInt8(ascii: "\n")).count > 1)
        try world.expectSameForDVC()
    }

    @Test(
        arguments: [
            ("nothere:x", "didn't find section in config file", "'rclone listremotes'"),
            (":nobackend:x", "didn't find backend", "rclone lsd"),
            ("-oops:x", "'-oops' is no name of an rclone remote", "listremotes"),
            (":sftp,ssh=touch canary:x", "has options for rclone in it", "rclone config"),
            ("none", "not of the form", "listremotes"),
        ])
    func `a remote that cannot be is refused in one line`(
        place: String, words: String, hint: String
    ) throws {
        let world = try RcloneWorld(url: "rclone://\(place)")
        let push = try world.ours("push")
        #expect(push.status == 1 || push.status == 255, "\(push)")
        #expect(push.errorOutput.contains(words), "\(push)")
        #expect(push.errorOutput.contains("hint: ") && push.errorOutput.contains(hint), "\(push)")
        #expect(!fileExists(world.path.appending("canary")))
    }

    @Test func `a place that is a file is refused, and nothing is put beside it`() throws {
        let world = try RcloneWorld()
        try createDirectories(world.folder)
        try writeFile(world.folder.appending("file"), [1])
        try world.use(url: "rclone://here:\(world.folder)/file")
        let push = try world.ours("push")
        #expect(!push.succeeded)
        #expect(push.errorOutput.contains("is a file, and a remote must be a folder"), "\(push)")
        #expect(try FileTree(world.folder).entries.count == 1)
    }

    @Test func `a configuration with a password is not asked for it`() throws {
        let world = try RcloneWorld()
        let program = try S3Server.program("rclone")
        try world.sandbox.run(
            "sh", "-c",
            "printf 'pw\\npw\\n' | '\(program)' config encryption set --password-command 'echo pw'"
        ).checked()
        let push = try world.ours("push")
        #expect(!push.succeeded)
        #expect(push.errorOutput.contains("RCLONE_CONFIG_PASS"), "\(push)")
        let opened = try world.sandbox.start(
            "git-dvc", ["push"], in: world.path,
            environment: ["PATH": world.searchPath, "RCLONE_CONFIG_PASS": "pw"]
        ).wait()
        #expect(opened.succeeded, "\(opened)")
    }

    @Test func `without rclone the push is refused, and the hint says what to install`() throws {
        let world = try RcloneWorld()
        try removeFile(world.sandbox.path("bin/rclone"))
        let push = try world.sandbox.start(
            "git-dvc", ["push"], in: world.path,
            environment: ["PATH": "\(try Sandbox.installedPrefix())/bin:/usr/bin:/bin"]
        ).wait()
        #expect(!push.succeeded)
        #expect(push.errorOutput.contains("takes the program rclone"), "\(push)")
        #expect(push.errorOutput.contains("hint: install it ('apt install rclone'"), "\(push)")
    }

    @Test func `rclone that dies in the middle is started again`() throws {
        let world = try RcloneWorld("    jobs = 1")
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        _ = try repository.add(sampleBytes(3_000_000, seed: 7), as: "large.bin")
        // The first two hear a part of what they are told, and then no more.
        try world.wrap(
            """
            n=$(grep -c . '\(world.log)')
            if [ $n -le 2 ]; then
                dd bs=4096 count=$((n * 170)) 2>/dev/null | '\(try S3Server.program("rclone"))' "$@"
                exit 1
            fi
            """)
        let push = try world.ours("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
        #expect(try world.checkObjects() == 1)
        #expect(try readFile(world.log).split(separator: UInt8(ascii: "\n")).count > 2)
    }

    @Test(arguments: [false, true])
    func `kill -9 of either program leaves nothing partial under an object's name`(
        ofRclone: Bool
    ) throws {
        let world = try RcloneWorld("    jobs = 2")
        let repository = DVCRepository(at: world.path, in: world.sandbox, storage: nil)
        for round in 0..<12 {
            _ = try repository.add(
                sampleBytes(4_000_000 + round, seed: UInt64(round + 10)), as: "large.bin")
            let push = try world.sandbox.start(
                "git-dvc", ["push", "large.bin.dvc"], in: world.path,
                environment: ["PATH": world.searchPath])
            // From before the start of rclone to after the rename, spread evenly.
            usleep(UInt32(60_000 + round * 25_000))
            if ofRclone {
                let log = try readFileIfPresent(world.log) ?? []
                for line in log.split(separator: UInt8(ascii: "\n")) {
                    let digits = String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)
                    if let number = Int32(digits) { kill(number, SIGKILL) }
                }
                try removeFile(world.log)
            } else {
                push.send(SIGKILL)
            }
            _ = push.wait()
        }
        try world.checkObjects()
        let push = try world.ours("push", "large.bin.dvc")
        #expect(push.succeeded, "\(push)")
    }
}
