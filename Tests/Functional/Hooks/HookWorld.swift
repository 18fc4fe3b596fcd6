import Basics
import Digests
import Synchronization
import TestSupport

/// A repository with commits of every kind that the hook tells apart, and stub programs.
final class HookWorld: Sendable {
    static var script: FilePath { Sandbox.projectRoot.appending("hooks/pre-push") }

    let sandbox: Sandbox
    let repository: FilePath
    /// Where the stubs are, and where they note what they were given.
    let stubFolder: FilePath
    private let processID = Mutex<Int32>(0)
    var lastProcessID: Int32 { processID.withLock { $0 } }

    /// A commit without DVC.
    let plain: String
    /// `.dvc/config` at the top.
    let tracked: String
    /// An annotated tag of ``tracked``.
    let tag: String
    /// A DVC repository in a folder whose name git quotes.
    let below: String
    /// Only a `dvc.lock`, some levels down.
    let pipeline: String
    /// Names that come close: `x.dvc/`, `my-dvc.lock`, `dvc.lock.txt`, `a.dvc`.
    let lookalike: String

    init() throws {
        let sandbox = try Sandbox()
        let repository = try sandbox.makeRepository("repo")
        self.sandbox = sandbox
        self.repository = repository
        stubFolder = sandbox.path("stub folder, with blanks")
        try createDirectories(stubFolder)

        func commit(_ names: String...) throws -> String {
            try sandbox.git("rm", "-r", "--quiet", "--ignore-unmatch", ".", in: repository)
            for name in names { try sandbox.write([], to: repository.appending(name)) }
            return try sandbox.commitAll("commit", in: repository)
        }
        plain = try commit("code.c")
        tracked = try commit(".dvc/config", "code.c", "z")
        try sandbox.git("tag", "--annotate", "--message=v1", "v1", in: repository)
        tag = try sandbox.gitLine("rev-parse", "v1", in: repository)
        below = try commit("a/\u{fc} \"q\"/.dvc/config", "code.c")
        pipeline = try commit("a/b/dvc.lock", "code.c")
        lookalike = try commit("x.dvc/file", "my-dvc.lock", "dvc.lock.txt", "a.dvc", "b/.dvcignore")
    }

    /// Puts the script in place as `git dvc install` does.
    func installHook(program: String) throws {
        let text = String(decoding: try readFile(Self.script), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let edited = lines.map { $0.hasPrefix("program=") ? "program='\(program)'" : $0 }
        try sandbox.write(
            Array(edited.joined(separator: "\n").utf8), to: hook, mode: 0o755)
    }

    private var hook: FilePath { repository.appending(".git/hooks/pre-push") }

    /// Creates the stub for dvc-hooks; it notes process id, arguments and standard input.
    func stub(exit status: Int) throws -> String {
        let path = stubFolder.appending("dvc-hooks")
        try sandbox.write(
            Array(
                """
                #!/bin/sh
                echo $$ >'\(stubFolder)/program.pid'
                printf '%s\\n' "$@" >'\(stubFolder)/program.arguments'
                /bin/cat >'\(stubFolder)/program.stdin'
                exit \(status)

                """.utf8), to: path, mode: 0o755)
        return path.string
    }

    /// Creates the hook of somebody else beside ours.
    func chain(exit status: Int, reads: Bool = true, mode: Int = 0o755) throws {
        try sandbox.write(
            Array(
                """
                #!/bin/sh
                printf '%s\\n' "$@" >'\(stubFolder)/chained.arguments'
                \(reads ? "cat >'\(stubFolder)/chained.stdin'" : ":")
                exit \(status)

                """.utf8), to: FilePath("\(hook).git-dvc-chained"), mode: mode)
    }

    /// Puts programs of our name where a careless search would find them.
    func plant() throws {
        for folder in ["", "sub/"] {
            try sandbox.write(
                Array("#!/bin/sh\n: >'\(repository)/planted-ran'\n".utf8),
                to: repository.appending("\(folder)dvc-hooks"), mode: 0o755)
        }
    }

    func seen(_ name: String) throws -> String {
        String(decoding: try readFile(stubFolder.appending(name)), as: UTF8.self)
    }

    /// Runs the hook as git does: at the top of the working copy, by its relative path.
    ///
    /// `path` is what comes first in `PATH`.
    func push(
        shell: [String] = ["sh"], refs: String, path: String = "",
        environment: [String: String] = [:]
    ) throws -> ProcessResult {
        var changes: [String: String?] = environment.mapValues { $0 }
        // The system's folders only: the programs under test must not be found by chance.
        changes["PATH"] = "\(path):/usr/bin:/bin"
        let process = try sandbox.start(
            shell[0],
            Array(shell.dropFirst()) + [".git/hooks/pre-push", "origin name", "https://x/?a b"],
            in: repository, stdin: Array(refs.utf8), environment: changes)
        processID.withLock { $0 = process.processID }
        return process.wait()
    }
}
