import Basics
import TestSupport
import Testing

/// The record of past runs (dvc-compat 5; 11.42, 11.43): what ours pushes is used by real DVC.
@Suite struct RunCacheTests {
    let sandbox: Sandbox
    let project: FilePath

    /// A stage with a list as command, parameters of two files in all kinds, a directory among its
    /// dependencies and outs, and a metric that is not cached.
    init() throws {
        sandbox = try Sandbox(inMemory: true)
        project = try sandbox.makeRepository("project")
        func write(_ text: String, _ name: String) throws {
            try sandbox.write(Array(text.utf8), to: project.appending(name))
        }
        try write(
            """
            lr: 3
            f: 1e-5
            g: 0.1
            big: 100000000000000000000
            n: null
            t: true
            s: "ü 😀 \\" \\\\"
            d: {b: 1, a: [1, 2.5, x], size: 3}
            inf: .inf
            long: \(String(repeating: "words that fill a line ", count: 8))

            """, "params.yaml")
        try write("x = 1\ny = \"z\"\n", "other.toml")
        try write("{\"loss\": 1}\n", "in.txt")
        for name in ["a", "b"] { try write(name, "folder/\(name)") }
        try write(
            """
            stages:
              train:
                cmd:
                - cp in.txt model
                - mkdir -p out && cp folder/a folder/b out/ && cp in.txt metrics.json
                - echo run >>../ran
                deps: [in.txt, folder]
                params:
                - lr
                - f
                - g
                - big
                - n
                - t
                - s
                - d
                - inf
                - long
                - other.toml:
                  - x
                  - y
                outs: [model, out]
                metrics:
                - metrics.json:
                    cache: false

            """, "dvc.yaml")
        try sandbox.dvc("init", "--quiet", in: project)
        try sandbox.dvc("remote", "add", "-q", "-d", "s", "../storage", in: project)
        try sandbox.dvc("repro", "--quiet", in: project)
        try sandbox.commitAll("all", in: project)
    }

    private func ours(_ words: String...) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + words, in: project).wait()
    }

    private func files(_ directory: FilePath) throws -> [String] {
        try sandbox.run("find", ".", "-type", "f", in: directory).checked().outputLines.sorted()
    }

    private var runs: FilePath { sandbox.path("storage/runs") }

    @Test func `the same files as DVC's, and only once`() throws {
        let result = try ours("push", "--run-cache").checked()
        // Two files, the folder's list and its two members, and the entry.
        #expect(result.output == "5 files pushed\n")
        #expect(result.errorOutput == "")
        let entries = try files(project.appending(".dvc/cache/runs"))
        #expect(entries.count == 1)
        #expect(try files(runs) == entries)
        #expect(
            try readFile(runs.appending(entries[0]))
                == readFile(project.appending(".dvc/cache/runs").appending(entries[0])))
        #expect(try ours("push", "--run-cache").checked().output == "Everything is up to date.\n")

        let everything = try files(sandbox.path("storage"))
        try sandbox.run("rm", "-rf", sandbox.path("storage").string).checked()
        try sandbox.run("rm", "-rf", sandbox.home.appending("dvc-site").string).checked()
        try sandbox.dvc("push", "--quiet", "--run-cache", in: project)
        #expect(try files(sandbox.path("storage")) == everything)
    }

    @Test func `DVC uses it instead of running the stage again`() throws {
        try ours("push", "--run-cache").checked()
        try sandbox.git("clone", "--quiet", project.string, "clone", in: sandbox.root)
        let clone = sandbox.path("clone")
        // Without the lock only the run-cache knows that this was run before.
        try sandbox.run("rm", "dvc.lock", in: clone).checked()
        let ran = try readFile(sandbox.path("ran"))
        let result = try sandbox.start(
            Sandbox.realDVC(), ["repro", "--pull"], in: clone
        ).wait().checked()
        #expect(result.output.contains("is cached - skipping run"), "\(result)")
        #expect(try readFile(sandbox.path("ran")) == ran)
        #expect(try readFile(clone.appending("model")) == readFile(project.appending("model")))
    }

    @Test func `without the option it stays, and a dry run only tells`() throws {
        try ours("push").checked()
        #expect(!fileExists(runs))
        let result = try ours("push", "--run-cache", "--dry-run").checked()
        #expect(result.output.hasPrefix("s\truns/"))
        #expect(!fileExists(runs))
    }

    @Test func `an entry that is damaged is not passed on`() throws {
        let cache = project.appending(".dvc/cache/runs")
        let entry = cache.appending(try files(cache)[0])
        try writeFile(entry, Array("cmd: evil\nouts: []\n".utf8))
        try sandbox.write("junk", to: "project/.dvc/cache/runs/note")
        let result = try ours("push", "--run-cache")
        #expect(result.status == 0)
        #expect(result.errorOutput.contains("is not passed on: its content is not what its name"))
        #expect(!fileExists(runs))
        #expect(try ours("push", "-q", "--run-cache").errorOutput == "")
    }

    @Test func `a cloud-versioned remote has none`() throws {
        try sandbox.dvc("remote", "modify", "s", "version_aware", "true", in: project)
        _ = try ours("push", "--run-cache")
        #expect(!fileExists(runs))
    }
}
