import Basics
import TestSupport
import Testing

/// Progress for people and for programs, and the trace.
@Suite struct ProgressTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld()
        try world.repository.addDirectory("d", ["x": "12", "sub/y": "345"])
        try world.commit()
    }

    @Test func `the progress file has a line for every object, in Git LFS's grammar`() throws {
        let file = world.sandbox.path("progress file")
        try world.push(
            "-q", "origin", "main", environment: ["DVC_PROGRESS_FILE": file.string]
        ).checked()
        let lines = String(decoding: try readFile(file), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        let total = try world.stored().map { try readFile(world.storage.appending($0)).count }
            .reduce(0, +)
        let pattern = /upload ([0-9]+)\/3 ([0-9]+)\/([0-9]+) (files\/md5\/[0-9a-f.dir\/]+)/
        let fields = try lines.map { try #require($0.wholeMatch(of: pattern), "\(lines)").output }
        #expect(fields.allSatisfy { $0.3 == "\(total)" })
        #expect(fields.last?.1 == "3")
        #expect(fields.last?.2 == "\(total)")
        #expect(try Set(fields.map { String($0.4) }) == Set(world.stored()))
    }

    @Test func `a relative progress file is not written`() throws {
        try world.push("-q", "origin", "main", environment: ["DVC_PROGRESS_FILE": "progress"])
            .checked()
        #expect(!fileExists(world.path.appending("progress")))
    }

    @Test func `a progress file that cannot be written is named`() throws {
        let result = try world.push(
            "-q", "origin", "main", environment: ["DVC_PROGRESS_FILE": "/nowhere/file"])
        #expect(result.errorOutput.contains("'/nowhere/file'"), "\(result)")
    }

    @Test func `the meter looks like Git's, and takes the place of the summary`() throws {
        let result = try world.git(["-c", "dvc.progress=true", "push", "origin", "main"])
            .checked()
        let last = try #require(
            result.errorOutput.split(separator: "\n").first?.split(separator: "\r").last)
        let pattern =
            /Uploading DVC objects: 100% \(3\/3\), [0-9.]+ (bytes|KiB) \| [0-9.]+ (bytes|[KMG]iB)\/s, done\. */
        #expect(last.wholeMatch(of: pattern) != nil, "\(result)")
        #expect(!result.errorOutput.contains("Uploaded"))
    }

    @Test(arguments: ["auto", "false"])
    func `without a terminal there is no meter`(value: String) throws {
        let result = try world.git(["-c", "dvc.progress=\(value)", "push", "origin", "main"])
            .checked()
        #expect(world.ourLines(result).count == 1)
        #expect(result.errorOutput.hasPrefix("Uploaded 3 DVC objects ("))
        #expect(!result.errorOutput.contains("\r"))
    }

    #if os(Linux)
    @Test func `a quiet push uploads without a word`() throws {
        let result = try world.push("-q", "origin", "main").checked()
        #expect(result.errorOutput == "")
        #expect(try world.stored().count == 3)
    }

    @Test func `on a terminal there is one`() throws {
        let result = try world.sandbox.run(
            "script", "-qec", "git push origin main", "/dev/null", in: world.path
        ).checked()
        #expect(result.output.contains("Uploading DVC objects: 100% (3/3)"), "\(result)")
    }
    #endif

    @Test func `quiet is quiet`() throws {
        let result = try world.sandbox.run(
            "git", "-c", "dvc.progress=true", "dvc", "push", "-q", in: world.path
        ).checked()
        #expect(result.output + result.errorOutput == "")
    }

    @Test func `the trace names requests and programs, on standard error or in a file`() throws {
        let shown = try world.push("-q", "origin", "main", environment: ["GIT_DVC_TRACE": "1"])
            .checked()
        let lines = shown.errorOutput.split(separator: "\n").filter { $0.hasPrefix("git-dvc: ") }
        #expect(lines.count { $0.contains(" storage: upload files/md5/") } == 3, "\(shown)")
        #expect(lines.contains { $0.contains(" run ") && $0.contains("rev-list") })
        let line = /git-dvc: [0-9]+\.[0-9]{3} .+/
        #expect(lines.allSatisfy { $0.wholeMatch(of: line) != nil })

        try world.commit("other", as: "a")
        let silent = try world.push("-q", "origin", "main").checked()
        #expect(!silent.errorOutput.contains("git-dvc:"))
        #expect(try world.requests("upload").count == 1)
    }

    @Test(arguments: ["0", "", "relative/file", "/nowhere/file"])
    func `other values of the trace mean none`(value: String) throws {
        let result = try world.push("-q", "origin", "main", environment: ["GIT_DVC_TRACE": value])
            .checked()
        #expect(!result.errorOutput.contains("git-dvc:"))
        #expect(!fileExists(world.path.appending("relative")))
    }
}
