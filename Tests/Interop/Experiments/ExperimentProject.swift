import Basics
import Synchronization
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A project with experiments that real DVC made: working copy, Git remote and data remote, all its own.
///
/// `exp-a` and `exp-b` were run from the commit that is checked out, which is published with its data;
/// `older` from the one before it.
final class ExperimentProject: Sendable {
    let sandbox: Sandbox
    var path: FilePath { sandbox.path("lab/project") }
    var bare: FilePath { sandbox.path("lab/bare.git") }
    var storage: FilePath { sandbox.path("lab/storage") }

    init() throws {
        let template = try Self.template()
        sandbox = try Sandbox(inMemory: true)
        try sandbox.run("cp", "-a", template.string, sandbox.path("lab").string).checked()
        try Self.setRemote(of: sandbox)
    }

    /// Names the data remote outside of the repositories: a relative URL in a commit is not where it
    /// seems to DVC (dvc-compat 4.9), and an absolute one would not survive the copy.
    private static func setRemote(of sandbox: Sandbox) throws {
        try sandbox.write(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = \(sandbox.path("lab/storage"))

            """, to: "home/dvc-global/config")
    }

    /// A clone of the Git remote, without data.
    func clone(_ name: String) throws -> FilePath {
        let path = sandbox.path("lab/\(name)")
        try sandbox.git("clone", "-q", "../lab/bare.git", path.string, in: sandbox.path("lab"))
        return path
    }

    func ours(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try sandbox.start("git", ["dvc"] + arguments, in: directory ?? path).wait()
    }

    func theirs(_ arguments: String..., in directory: FilePath? = nil) throws -> ProcessResult {
        try sandbox.start(Sandbox.realDVC(), arguments, in: directory ?? path).wait()
    }

    func content(_ name: String, in directory: FilePath) throws -> String {
        String(decoding: try readFileIfPresent(directory.appending(name)) ?? [], as: UTF8.self)
    }

    // MARK: Made once

    private static let made = Mutex<Result<FilePath, any Error>?>(nil)
    private static let sandbox = Mutex<Sandbox?>(nil)

    private static func template() throws -> FilePath {
        try made.withLock { made in
            if let made { return try made.get() }
            let result = Result { try make() }
            made = result
            return try result.get()
        }
    }

    private static func make() throws -> FilePath {
        let sandbox = try Sandbox(inMemory: true)
        _ = try sandbox.makeBareRepository("lab/bare.git")
        let project = try sandbox.makeRepository("lab/project")
        func write(_ text: String, _ name: String) throws {
            try sandbox.write(Array(text.utf8), to: project.appending(name))
        }
        try sandbox.dvc("init", "--quiet", in: project)
        try setRemote(of: sandbox)
        try write("lr: 1\n", "params.yaml")
        try write(
            "mkdir -p out; cp params.yaml out/model\n"
                + "sed 's/lr: //; s/^/{\"acc\": /; s/$/}/' params.yaml >metrics.json\n", "train.sh")
        try write(
            """
            stages:
              train:
                cmd: sh train.sh
                deps:
                - train.sh
                params:
                - lr
                outs:
                - out
                metrics:
                - metrics.json:
                    cache: false

            """, "dvc.yaml")
        try write("/out\n", ".gitignore")
        try sandbox.dvc("repro", "--quiet", in: project)
        // Long before the second: in which order DVC shows commits of one second depends on their ids.
        try sandbox.commitAll("first", in: project, at: 1_700_000_000)
        func run(_ name: String, _ rate: Int) throws {
            try sandbox.dvc(
                "exp", "run", "--quiet", "--name", name, "-S", "lr=\(rate)", in: project)
            try sandbox.git("checkout", "-q", ".", in: project)
        }
        try run("older", 9)
        try write("more\n", "notes.txt")
        try sandbox.commitAll("second", in: project)
        try run("exp-a", 2)
        try run("exp-b", 3)
        try sandbox.dvc("checkout", "--quiet", "--force", in: project)
        try sandbox.dvc("push", "--quiet", in: project)
        try sandbox.git("remote", "add", "origin", "../bare.git", in: project)
        try sandbox.git("push", "-q", "-u", "origin", "main", in: project)
        // A static property is never destroyed, and the directory would stay.
        Self.sandbox.withLock { $0 = sandbox }
        atexit { ExperimentProject.sandbox.withLock { $0 = nil } }
        return sandbox.path("lab")
    }
}
