import Basics
import Digests
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc add` when something is in its way: nothing is lost, and nothing half-done stays.
@Suite struct RecordingFailureTests {
    private let sandbox: Sandbox
    private let path: FilePath
    private var cache: FilePath { path.appending(".dvc/cache") }

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        path = try sandbox.makeRepository("project")
        try sandbox.run("git", "dvc", "init", "--quiet", in: path).checked()
    }

    private func write(_ content: String, _ name: String) throws {
        try sandbox.write(Array(content.utf8), to: path.appending(name))
    }

    private func add(_ names: String...) throws -> ProcessResult {
        try sandbox.start("git", ["dvc", "add"] + names, in: path).wait()
    }

    /// All files below the cache, whatever their names.
    private func cached() throws -> [String] {
        guard directoryExists(cache) else { return [] }
        return try sandbox.run("find", cache.string, "-type", "f").checked().outputLines
    }

    private func makeLargeFile(_ name: String) throws {
        // Without blocks: it takes time to read, and none to make.
        try sandbox.run("truncate", "-s", "1G", path.appending(name).string).checked()
    }

    /// Starts to add a file and returns once it is being read.
    private func startAdding(_ name: String) throws -> RunningProcess {
        let process = try sandbox.start("git", ["dvc", "add", name], in: path)
        let place = cache.appending("files/md5")
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if directoryExists(place),
                try directoryEntries(place).contains(where: { $0.hasSuffix(".tmp") })
            {
                break
            }
            sched_yield()
        }
        return process
    }

    @Test func `a file that changes while it is added is not recorded`() throws {
        try makeLargeFile("big")
        let process = try startAdding("big")
        try sandbox.run("sh", "-c", "echo more >>big", in: path).checked()
        let result = process.wait()
        #expect(result.status == 1)
        #expect(
            result.errorOutput.hasPrefix(
                "error: 'big' was changed while it was read; nothing is recorded\nhint: "))
        #expect(!fileExists(path.appending("big.dvc")))
        #expect(!fileExists(path.appending(".gitignore")))
        #expect(try cached() == [])
    }

    @Test func `a file that is replaced while it is added is not recorded`() throws {
        try makeLargeFile("big")
        let process = try startAdding("big")
        try sandbox.run("sh", "-c", "truncate -s 1G other; mv other big", in: path).checked()
        #expect(process.wait().status == 1)
        #expect(try cached() == [])
    }

    @Test func `killed, and then once more`() throws {
        try write("small", "data/a")
        try makeLargeFile("data/big")
        let process = try startAdding("data")
        process.sendToAll(SIGKILL)
        _ = process.wait()
        #expect(!fileExists(path.appending("data.dvc")))
        #expect(try !cached().contains { $0.hasSuffix(".dir") })
        #expect(try add("data").succeeded)
        #expect(fileExists(path.appending("data.dvc")))
        let kept = try cached().filter { !$0.hasSuffix(".tmp") }
        #expect(kept.count == 3)
    }

    @Test func `interrupted, nothing is left`() throws {
        try makeLargeFile("big")
        let process = try startAdding("big")
        process.sendToAll(SIGINT)
        let result = process.wait()
        #expect(result.status == 130 || result.signal == SIGINT, "\(result)")
        #expect(try cached() == [])
        #expect(!fileExists(path.appending("big.dvc")))
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a cache that is full keeps nothing half-written`() throws {
        for (name, size) in [("small", 200_000), ("large", 3 << 20)] {
            try write(String(repeating: "x", count: size), name)
            try createDirectories(cache)
            let result = try sandbox.run(
                "git dvc add \(name); status=$?; find \"$1\" -type f; exit $status",
                mounting: cache, "size=100k", in: path)
            #expect(result.status == 1)
            #expect(result.outputLines == [])
            #expect(result.errorOutput.contains("no space left on device"), "\(result)")
            #expect(result.errorOutput.contains("hint: free some space"))
            #expect(!fileExists(path.appending("\(name).dvc")))
            #expect(try readFile(path.appending(name)).count == size)
        }
    }

    @Test func `without permission`() throws {
        try write("1", "f")
        try write("1", "d/x")
        try sandbox.run("chmod", "000", path.appending("f").string, path.appending("d").string)
            .checked()
        for name in ["f", "d"] {
            let result = try sandbox.runUnprivileged("git", "dvc", "add", name, in: path)
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("/\(name)': permission denied"), "\(result)")
            #expect(!fileExists(path.appending("\(name).dvc")))
        }
        #expect(try cached() == [])
    }

    @Test func `a cache that may not be written to`() throws {
        try write("1", "f")
        try createDirectories(cache.appending("files/md5"))
        try sandbox.run("chmod", "-R", "555", cache.string).checked()
        let result = try sandbox.runUnprivileged("git", "dvc", "add", "f", in: path)
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("permission denied"))
        #expect(!fileExists(path.appending("f.dvc")))
        #expect(!fileExists(path.appending(".gitignore")))
    }

    @Test func `a name that is not UTF-8`() throws {
        try createDirectories(path.appending("d"))
        try writeFile(FilePath(unchecked: path.bytes + Array("/d/caf".utf8) + [0xe9]), [])
        let result = try add("d")
        #expect(result.status == 1)
        #expect(
            result.errorOutput
                == "error: cannot track 'd/caf\\xe9': its name is not UTF-8\nhint: rename it, or name it in '.dvcignore'\n"
        )
        #expect(!fileExists(path.appending("d.dvc")))
    }

    @Test func `links in the way of what is written are not followed`() throws {
        try write("1", "f")
        try write("precious", "../outside")
        #expect(symlink("../outside", path.appending("f.dvc").string) == 0)
        _ = try add("f")
        #expect(try readFile(sandbox.path("outside")) == Array("precious".utf8))
    }

    @Test func `wrong use`() throws {
        try write("1", "f")
        for (words, status) in [
            ([], 254), (["--unknown", "f"], 254), (["-r", "x", "f"], 1),
            (["--to-remote", "f", "g"], 1), (["--to-remote", "f"], 1), (["-o", "x", "f"], 1),
        ] {
            let result = try sandbox.start("git", ["dvc", "add"] + words, in: path).wait()
            #expect(result.status == Int32(status), "\(words)")
            #expect(result.errorOutput.hasPrefix("error: "))
        }
        let outside = try sandbox.makeRepository("plain")
        try sandbox.run("rm", "-rf", outside.appending(".dvc").string).checked()
        for command in ["add", "commit", "remove"] {
            let result = try sandbox.run("git", "dvc", command, "f", in: outside)
            #expect(result.status == 253, "\(result)")
        }
    }

    @Test func `says what is left to do with Git`() throws {
        try write("1", "it's")
        #expect(
            try add("it's").output
                == """

                To track the changes with git, run:

                \tgit add .gitignore 'it'"'"'s.dvc'

                To enable auto staging, run:

                \tgit dvc config core.autostage true

                """)
        #expect(try sandbox.run("git", "dvc", "add", "-q", "it's", in: path).output == "")
    }
}
