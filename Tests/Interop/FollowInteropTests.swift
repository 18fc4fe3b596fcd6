import Basics
import TestSupport
import Testing

/// Data that follows, and merged metafiles, as real DVC sees them.
@Suite struct FollowInteropTests {
    let sandbox: Sandbox
    let repository: DVCRepository

    private var path: FilePath { repository.path }

    init() throws {
        sandbox = try Sandbox()
        repository = try DVCRepository(in: sandbox)
    }

    /// Makes the branches `main` and `side`, which changed the same directory, and stands on `main`.
    private func diverge() throws {
        try repository.addDirectory("data", ["a": "1", "b": "1", "sub/c": "1"])
        try sandbox.commitAll("base", in: path)
        for (branch, files) in [
            ("side", ["a": "1", "sub/c": "33", "theirs": "1"]),
            ("main", ["a": "2", "b": "1", "mine": "1", "sub/c": "1"]),
        ] {
            try sandbox.git("checkout", "-q", "-B", branch, "main", in: path)
            try sandbox.run("rm", "-r", "data", in: path).checked()
            try repository.addDirectory("data", files)
            try sandbox.commitAll(branch, in: path)
        }
    }

    /// Merges `side`, with `dvc` where Git finds it.
    private func merge() throws -> ProcessResult {
        let folder = FilePath(try Sandbox.realDVC()).parent
        return try sandbox.start(
            "git", ["merge", "--no-edit", "side"], in: path,
            environment: ["PATH": "\(folder):\(sandbox.environment["PATH"] ?? "")"]
        ).wait()
    }

    @Test func `after a checkout with our hooks DVC has nothing to do`() throws {
        try diverge()
        try sandbox.git("dvc", "install", "-q", in: path)
        for branch in ["side", "main"] {
            try sandbox.git("checkout", "-q", branch, in: path)
            #expect(
                try sandbox.dvc("status", in: path).output.contains("up to date"), "\(branch)")
        }
    }

    @Test func `DVC's driver and ours merge to the same file, and DVC is content with it`() throws {
        try diverge()
        try sandbox.write("*.dvc merge=dvc\n", to: "project/.gitattributes")
        try sandbox.commitAll("attributes", in: path)
        let start = try sandbox.gitLine("rev-parse", "HEAD", in: path)
        try sandbox.dvc("install", in: path)
        try merge().checked()
        let theirs = try readFile(path.appending("data.dvc"))
        try sandbox.git("reset", "-q", "--hard", start, in: path)
        try sandbox.git("dvc", "install", "-q", in: path)
        try merge().checked()
        let ours = try readFile(path.appending("data.dvc"))
        #expect(String(decoding: ours, as: UTF8.self) == String(decoding: theirs, as: UTF8.self))
        #expect(try sandbox.dvc("status", in: path).output.contains("up to date"))
        #expect(!fileExists(path.appending("data/b")))
    }

    /// DVC's driver ends with 255, which newer Gits take for a crash.
    @Test(.disabled(if: gitRunsConfiguredHooks))
    func `a conflict is one to both, and leaves the same behind`() throws {
        try diverge()
        try sandbox.write("*.dvc merge=dvc\n", to: "project/.gitattributes")
        try repository.addDirectory("data", ["a": "1", "b": "1", "sub/c": "other"])
        try sandbox.commitAll("other", in: path)
        var seen: [String] = []
        for installer in [["dvc", "install", "-q"], [try Sandbox.realDVC(), "install"]] {
            let program = installer[0] == "dvc" ? "git" : installer[0]
            let words = installer[0] == "dvc" ? installer : Array(installer.dropFirst())
            _ = try sandbox.start(program, words, in: path).wait().checked()
            let result = try merge()
            #expect(result.status == 1)
            #expect(result.errorOutput.contains("sub/c"))
            let stages = try sandbox.git("ls-files", "-u", in: path).output
            seen.append(
                stages + String(decoding: try readFile(path.appending("data.dvc")), as: UTF8.self))
            try sandbox.git("merge", "--abort", in: path)
            if installer[0] == "dvc" { try sandbox.git("dvc", "uninstall", "-q", in: path) }
        }
        #expect(seen[0] == seen[1])
    }
}
