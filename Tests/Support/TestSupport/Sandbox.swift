package import Basics
internal import Foundation

/// A throw-away world: its own `HOME`, git and DVC settings, and a `PATH` that starts with the
/// programs under test.
///
/// Nothing of the user's or the system's settings reaches a program started here, and everything
/// goes away with the sandbox.
package final class Sandbox: Sendable {
    private let directory: TemporaryDirectory
    package let root: FilePath
    package let home: FilePath
    /// The whole environment of the programs started here.
    package let environment: [String: String]

    /// The prefix with the installed programs, which `Tests/run.sh` names.
    ///
    /// Missing, it is an error, not a reason to skip: a suite that runs nothing proves nothing.
    package static func installedPrefix() throws -> FilePath {
        guard let prefix = ProcessInfo.processInfo.environment["GIT_DVC_TEST_PREFIX"] else {
            throw MissingSetup(variable: "GIT_DVC_TEST_PREFIX")
        }
        return FilePath(prefix)
    }

    /// The checkout of this project that is being tested.
    package static var projectRoot: FilePath {
        // Tests/Support/TestSupport/Sandbox.swift
        FilePath(#filePath).parent.parent.parent.parent
    }

    /// `inMemory`: on a file system in memory, where there is one.
    package init(inMemory: Bool = false) throws {
        let prefix = try Self.installedPrefix()
        directory = try TemporaryDirectory(inMemory: inMemory)
        let root = directory.path
        let home = root.appending("home")
        self.root = root
        self.home = home
        for name in ["home", "tmp"] { try createDirectories(root.appending(name)) }
        let outer = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        environment = [
            "PATH": "\(prefix)/bin:\(outer)",
            "HOME": home.string,
            "TMPDIR": root.appending("tmp").string,
            "XDG_CONFIG_HOME": home.appending(".config").string,
            "XDG_STATE_HOME": home.appending(".local/state").string,
            "XDG_CACHE_HOME": home.appending(".cache").string,
            "XDG_DATA_HOME": home.appending(".local/share").string,
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": home.appending(".gitconfig").string,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CEILING_DIRECTORIES": root.string,
            "DVC_NO_ANALYTICS": "1",
            // Else gcsfs asks over gRPC first what kind of bucket it has, and the emulator never answers.
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
            "DVC_SITE_CACHE_DIR": home.appending("dvc-site").string,
            "DVC_GLOBAL_CONFIG_DIR": home.appending("dvc-global").string,
            "DVC_SYSTEM_CONFIG_DIR": home.appending("dvc-system").string,
        ]
        let settings = """
            [user]
                name = Test
                email = test@example.org
            [init]
                defaultBranch = main
            [protocol "file"]
                allow = always
            [gc]
                auto = 0

            """
        try write(settings, to: "home/.gitconfig")
    }

    /// A path below the sandbox's root.
    package func path(_ relative: String) -> FilePath { root.appending(relative) }

    // MARK: Programs

    /// Starts a program and returns at once.
    ///
    /// It runs in the sandbox's root unless told otherwise; `changes` are variables added to
    /// ``environment``, where `nil` takes one out.
    package func start(
        _ program: String, _ arguments: [String], in directory: FilePath? = nil,
        stdin: [UInt8] = [], environment changes: [String: String?] = [:]
    ) throws -> RunningProcess {
        var variables = environment
        for (name, value) in changes { variables[name] = value }
        return try RunningProcess(
            Self.standIn(for: program), arguments, in: directory ?? root, environment: variables,
            input: stdin,
            scratch: root.appending("tmp"))
    }

    /// Runs a program to its end; a failure is for the caller to judge.
    @discardableResult
    package func run(
        _ program: String, _ arguments: String..., in directory: FilePath? = nil,
        stdin: String = "", environment changes: [String: String?] = [:],
        timeLimit: Duration = .seconds(120)
    ) throws -> ProcessResult {
        try start(
            program, arguments, in: directory, stdin: Array(stdin.utf8), environment: changes
        ).wait(upTo: timeLimit)
    }

    /// Runs git; anything but status 0 is thrown.
    @discardableResult
    package func git(_ arguments: String..., in directory: FilePath) throws -> ProcessResult {
        try start("git", arguments, in: directory).wait().checked()
    }

    /// The first line that git prints, such as an oid.
    package func gitLine(_ arguments: String..., in directory: FilePath) throws -> String {
        let result = try start("git", arguments, in: directory).wait().checked()
        return result.outputLines.first ?? ""
    }

    /// Runs real DVC; anything but status 0 is thrown.
    @discardableResult
    package func dvc(_ arguments: String..., in directory: FilePath) throws -> ProcessResult {
        try start(Self.realDVC(), arguments, in: directory).wait().checked()
    }

    /// The path of real DVC, which `Tests/run.sh` names.
    package static func realDVC() throws -> String {
        guard let path = ProcessInfo.processInfo.environment["DVC"] else {
            throw MissingSetup(variable: "DVC")
        }
        return path
    }

    /// What runs in the place of a program: for real DVC, what has it loaded already
    /// (`Tests/Interop/dvc-server.py`).
    private static func standIn(for program: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        guard let quick = environment["DVC_QUICK"], program == environment["DVC"] else {
            return program
        }
        return quick
    }

    // MARK: Files

    /// Writes a file below the root and creates its folders; returns its path.
    @discardableResult
    package func write(
        _ content: String, to relative: String, mode: Int = 0o644
    ) throws -> FilePath {
        try write(Array(content.utf8), to: path(relative), mode: mode)
    }

    /// Writes a file and creates its folders; returns its path.
    ///
    /// A program is written by another process: what a test that runs beside this one starts just
    /// now would hold a file that we have open, and until it is its own program nobody could run
    /// ours ("Text file busy").
    @discardableResult
    package func write(
        _ content: [UInt8], to path: FilePath, mode: Int = 0o644
    ) throws -> FilePath {
        try createDirectories(path.parent)
        if mode & 0o111 == 0 {
            try writeFile(path, content)
        } else {
            try start(
                "sh", ["-c", "cat >\"$1.new\" && mv -f \"$1.new\" \"$1\"", "sh", path.string],
                stdin: content
            )
            .wait().checked()
        }
        _ = path.withCString { chmod($0, mode_t(mode)) }  // exact, whatever the umask
        return path
    }

    // MARK: Repositories

    /// A new, empty bare repository.
    package func makeBareRepository(_ relative: String) throws -> FilePath {
        try git("init", "--quiet", "--bare", path(relative).string, in: root)
        return path(relative)
    }

    /// A new repository with a working copy, without a commit.
    package func makeRepository(_ relative: String) throws -> FilePath {
        try git("init", "--quiet", path(relative).string, in: root)
        return path(relative)
    }

    /// Commits everything that is in a working copy; returns the commit's oid.
    ///
    /// `time`: in seconds since 1970, where it shall not be now.
    @discardableResult
    package func commitAll(
        _ message: String, in repository: FilePath, at time: Int64? = nil
    ) throws -> String {
        try git("add", "--all", in: repository)
        let date = time.map { "@\($0) +0000" }
        let dates = date == nil ? [:] : ["GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date]
        try start(
            "git", ["commit", "--quiet", "--allow-empty", "--message", message], in: repository,
            environment: dates
        ).wait().checked()
        return try gitLine("rev-parse", "HEAD", in: repository)
    }
}

/// The tests were not started by `Tests/run.sh`.
package struct MissingSetup: Error, CustomStringConvertible {
    package let variable: String
    package var description: String {
        "\(variable) is not set; run the tests with Tests/run.sh (it takes --filter)"
    }
}
