package import Basics

/// The `git` program, with the environment in which it is run.
package struct GitProgram: Sendable {
    package let path: FilePath
    package internal(set) var environment: Environment
    package let trace: Trace

    /// Variables that would change what our own plumbing means.
    private static let misleading = [
        "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS",
    ]

    /// Looks for `git` on `PATH`.
    package init(environment: Environment, trace: Trace = .off) throws(GitError) {
        guard let path = environment.program(named: "git") else { throw .notFound }
        var environment = environment
        for name in Self.misleading { environment[name] = nil }
        environment["LC_MESSAGES"] = "C"
        // What is pushed is what is stored, not what replace refs and grafts make of it. The file
        // must not exist: Git has advice about grafts for everybody who has one.
        environment["GIT_NO_REPLACE_OBJECTS"] = "1"
        environment["GIT_GRAFT_FILE"] = "/dev/null/grafts"
        environment["GIT_OPTIONAL_LOCKS"] = "0"
        self.path = path
        self.environment = environment
        self.trace = trace
    }

    /// The same with absolute paths in those of Git's variables that are set.
    fileprivate func settled(gitDirectory: FilePath, workTree: FilePath?) -> GitProgram {
        var program = self
        if environment["GIT_DIR"] != nil { program.environment["GIT_DIR"] = gitDirectory.string }
        if environment["GIT_WORK_TREE"] != nil {
            program.environment["GIT_WORK_TREE"] = workTree?.string
        }
        return program
    }

    package func command(_ arguments: [String]) -> Command {
        let command = Command(path, arguments, environment: environment)
        trace.log("run \(command.line)")
        return command
    }

    /// A command that another program of ours has begun.
    func begun(_ arguments: [String]) -> Command {
        Command(path, arguments, environment: environment)
    }

    /// What `git version` answers; `nil` when that cannot be understood.
    package func version() throws(SubprocessError) -> GitVersion? {
        let answer = try command(["version"]).outputIfSuccessful()
        return GitVersion(answer: String(decoding: answer, as: UTF8.self))
    }

    /// Throws when this Git is older than what the suite is tested with.
    package func requireSupportedVersion() throws {
        guard let version = try version() else { return }
        if version < .oldestSupported { throw GitError.tooOld(version: version.description) }
    }
}

/// A repository, as `git rev-parse` describes it.
package struct GitRepository: Sendable {
    package let git: GitProgram
    /// Absolute; in a linked worktree the worktree's own directory below the common one.
    package let gitDirectory: FilePath
    /// Absolute; shared by all worktrees.
    package let commonDirectory: FilePath
    /// Absolute top of the working tree; `nil` in a bare repository.
    package let workTree: FilePath?
    /// The oid of the tree without entries, in this repository's object format.
    package let emptyTree: GitOID
    /// The commit that was checked out when the repository was found; `nil` as well when that was not
    /// asked for.
    let headWhenFound: GitOID?

    /// Finds the repository that `directory` is in, obeying `GIT_DIR` and the like.
    ///
    /// `findsHead`: asks in the same breath for the commit that is checked out. Throws ``GitError``,
    /// `SubprocessError`, `SystemError`.
    package init(at directory: FilePath, git: GitProgram, findsHead: Bool = false) throws {
        let command = git.command(Self.question(at: directory, findsHead: findsHead))
        try self.init(
            at: directory, git: git, findsHead: findsHead, answering: try command.begin())
    }

    /// The arguments that ask Git where the repository is.
    static func question(at directory: FilePath, findsHead: Bool) -> [String] {
        let arguments = [
            "-C", directory.string, "rev-parse", "--absolute-git-dir", "--git-common-dir",
            "--is-bare-repository", "--show-object-format", "--is-inside-work-tree",
            "--show-cdup",
        ]
        // With `--revs-only` a branch without commits is no error, and gives no line.
        return arguments + (findsHead ? ["--revs-only", "HEAD^{commit}"] : [])
    }

    /// Understands what Git answers to ``question(at:findsHead:)``.
    init(
        at directory: FilePath, git: GitProgram, findsHead: Bool,
        answering running: consuming RunningCommand
    ) throws {
        let command = running.command
        let result = try running.finish()
        guard result.status.isSuccess else {
            if result.status == .exited(128) {
                throw GitError.notARepository(words: result.lastWords.droppingFatal)
            }
            throw SubprocessError(command, .ended(result.status), lastWords: result.lastWords)
        }
        let lines = result.output.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        )
        .map { FilePath(String(decoding: $0, as: UTF8.self)) }
        guard lines.count >= 6, let gitDirectory = lines[0].resolved ?? Optional(lines[0]) else {
            throw SubprocessError(command, .unexpectedOutput("\(lines.count) lines"))
        }
        self.gitDirectory = gitDirectory
        let common = directory.appending(lines[1])
        self.commonDirectory = common.resolved ?? common.normalized
        emptyTree = Self.emptyTree(hasLongNames: lines[3] == "sha256")
        headWhenFound = findsHead && lines.count > 6 ? GitOID(lines[6].string) : nil
        if lines[4] == "true" {
            let top = directory.appending(lines[5])
            self.workTree = top.resolved ?? top.normalized
        } else {
            self.workTree =
                lines[2] == "true"
                ? nil : try Self.distantWorkTree(of: gitDirectory, from: directory, git)
        }
        // Hooks get relative paths here, which would mean something else after `-C`.
        self.git = git.settled(gitDirectory: gitDirectory, workTree: workTree)
    }

    /// The same without asking Git; its configuration must describe such a one.
    package init(_ plain: PlainRepository, git: GitProgram) {
        self.git = git
        gitDirectory = plain.gitDirectory
        commonDirectory = plain.gitDirectory
        workTree = plain.top
        emptyTree = Self.emptyTree(hasLongNames: false)
        headWhenFound = plain.head
    }

    /// Git knows these two by heart; they need not be in the object store.
    private static func emptyTree(hasLongNames: Bool) -> GitOID {
        GitOID(
            unchecked: hasLongNames
                ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
                : "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    }

    /// The top of a working tree in which `directory` is not: `--work-tree` and `core.worktree` can
    /// put it anywhere, and whoever stands in `.git` itself has one all the same.
    private static func distantWorkTree(
        of gitDirectory: FilePath, from directory: FilePath, _ git: GitProgram
    ) throws -> FilePath? {
        let answer = try git.command(["-C", directory.string, "rev-parse", "--show-toplevel"]).run()
        if answer.status.isSuccess {
            return FilePath(String(decoding: answer.output.dropLast(), as: UTF8.self))
        }
        return gitDirectory.lastComponent == ".git" ? gitDirectory.parent : nil
    }

    /// A command in this repository, whatever directory the process is in.
    package func command(_ arguments: [String]) -> Command {
        // The top of the work tree, so that pathspecs and relative paths mean the same everywhere.
        git.command(["-C", (workTree ?? gitDirectory).string] + arguments)
    }

    /// The standard output of a command that must succeed.
    package func output(_ arguments: [String], input: [UInt8] = []) throws(SubprocessError)
        -> [UInt8]
    {
        try command(arguments).outputIfSuccessful(input: input)
    }

    /// A path inside the Git directory, as Git resolves it: `hooks` obeys `core.hooksPath`.
    package func path(of name: String) throws(SubprocessError) -> FilePath {
        let answer = try output(["rev-parse", "--git-path", name])
        let path = FilePath(String(decoding: answer.dropLast(), as: UTF8.self))
        return (workTree ?? gitDirectory).appending(path)
    }
}

extension String {
    /// Git's message without its `fatal: `, to be shown after our own `error: `.
    fileprivate var droppingFatal: String { hasPrefix("fatal: ") ? String(dropFirst(7)) : self }
}
