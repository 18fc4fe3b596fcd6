import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc status` where things are amiss.
@Suite struct LocalStatusTests {
    private let repository: DVCRepository
    private var sandbox: Sandbox { repository.sandbox }

    init() throws {
        repository = try DVCRepository(in: try Sandbox(inMemory: true), storage: nil)
        try repository.add("one", as: "one")
        try repository.addDirectory("data", ["a": "1", "b/c": "2"])
    }

    private func status(_ arguments: String...) throws -> ProcessResult {
        try sandbox.start("git", ["dvc", "status"] + arguments, in: repository.path).wait()
    }

    private func write(_ text: String, _ name: String) throws {
        try sandbox.write(Array(text.utf8), to: repository.path.appending(name))
    }

    @Test func `nobody needs to be able to write anything`() throws {
        try write("other", "one")
        try sandbox.run("chmod", "-R", "a-w", repository.path.string).checked()
        let result = try sandbox.runUnprivileged("git", "dvc", "status", in: repository.path)
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "one.dvc:\n\tchanged outs:\n\t\tmodified:           one\n")
        #expect(!fileExists(repository.path.appending(".git/dvc/files.db")))
    }

    @Test func `what cannot be read is named, and the rest is compared`() throws {
        try write("other", "one")
        try sandbox.run("chmod", "000", repository.path.appending("data/b").string).checked()
        let result = try sandbox.runUnprivileged("git", "dvc", "status", in: repository.path)
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("modified:           one"))
        #expect(result.errorOutput.contains("data.dvc:"), "\(result)")
        #expect(result.errorOutput.contains("data/b"), "\(result)")
    }

    @Test func `a cache that cannot be read is not called a remote`() throws {
        try sandbox.run("chmod", "000", repository.cache.string).checked()
        let result = try sandbox.runUnprivileged("git", "dvc", "status", in: repository.path)
        #expect(result.status == 1, "\(result)")
        #expect(result.errorOutput.contains(" in the cache: permission denied: '"), "\(result)")
        #expect(!result.errorOutput.contains("remote"), "\(result)")
    }

    @Test func `links that lead nowhere, or in a circle, and names that are no text`() throws {
        let path = repository.path
        try write("other", "one")
        for (name, make) in [
            ("data/loop", ["ln", "-s", "loop", path.appending("data/loop").string]),
            ("data/gone", ["ln", "-s", "nowhere", path.appending("data/gone").string]),
            ("data/fifo", ["mkfifo", path.appending("data/fifo").string]),
        ] {
            try sandbox.start(make[0], Array(make.dropFirst()), in: path).wait().checked()
            let result = try status()
            #expect(result.status == 1, "\(name): \(result)")
            #expect(result.errorOutput.contains(name), "\(result)")
            #expect(result.output.contains("modified:           one"), "\(result)")
            try sandbox.run("rm", path.appending(name).string).checked()
        }
        try sandbox.start("sh", ["-c", "touch \"$(printf 'data/\\377')\""], in: path).wait()
            .checked()
        let result = try status()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("\\xff"), "\(result)")
    }

    @Test func `broken metafiles, templates and locks are named`() throws {
        try write("other", "one")
        for (name, text) in [
            ("dvc.yaml", "stages:\n  a:\n    cmd: ${no}\n"), ("dvc.yaml", "stages: ["),
            ("dvc.yaml", "stages:\n  a: {}\n"), ("bad.dvc", "outs:\n- md5: x\n"),
        ] {
            try write(text, name)
            let result = try status()
            #expect(result.status == 1, "\(result)")
            #expect(result.errorOutput.contains("error: "), "\(result)")
            #expect(result.errorOutput.contains(name), "\(result)")
            #expect(result.output.contains("modified:           one"), "\(result)")
            // With -q as well, and the rest as JSON.
            #expect(try status("-q").status == 1)
            #expect(
                try status("--json").output
                    == #"{"one.dvc": [{"changed outs": {"one": "modified"}}]}"# + "\n")
            try sandbox.run("rm", repository.path.appending(name).string).checked()
        }
        try write("stages:\n  a:\n    cmd: x\n    params: [lr]\n", "dvc.yaml")
        try write(
            "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    params:\n      params.yaml:\n        lr: 1\n",
            "dvc.lock")
        try createDirectories(repository.path.appending("params.yaml"))
        let result = try status()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("params.yaml"), "\(result)")
    }

    @Test func `a dependency that is no path says that it was not looked at`() throws {
        try write("stages:\n  a:\n    cmd: x\n    deps: ['s3://bucket/x']\n", "dvc.yaml")
        let result = try status("a")
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errorOutput.contains("s3://bucket/x"), "\(result)")
    }

    @Test func `DVC's lock is not needed, and none is taken`() throws {
        let lock = repository.path.appending(".dvc/tmp/lock")
        try sandbox.write([], to: lock)
        let held = try OpenFile(reading: lock)
        #expect(flock(held.descriptor, LOCK_EX | LOCK_NB) == 0)
        let result = try status()
        #expect(result.output == "Data and pipelines are up to date.\n", "\(result)")
    }

    @Test func `a file that changed within the clock's tick is read again`() throws {
        for round in 0..<20 {
            try write("\(round % 10)ne", "one")
            #expect(try status("-q").status == 1)
            try write("one", "one")
            #expect(try status("-q").status == 0)
        }
    }

    @Test func `a damaged record of files is made anew`() throws {
        #expect(try status("-q").status == 0)
        try sandbox.write(
            Array("no database".utf8), to: repository.path.appending(".git/dvc/files.db"))
        let result = try status()
        #expect(result.output == "Data and pipelines are up to date.\n", "\(result)")
    }
}
