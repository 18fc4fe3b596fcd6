package import Basics
internal import Git
package import Planning
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Why no DVC repository was made.
package struct InitError: UserFacingError {
    package enum Reason: Sendable {
        case notGit
        case belowTop(FilePath)
        case ignored
        case exists
        case notADirectory
        case leftOut(DVCRootsNearby)
    }

    package let directory: FilePath
    package let reason: Reason

    package var summary: String {
        let cause =
            switch reason {
            case .notGit: "it is in no Git repository"
            case .belowTop(let top): "it is not the top of the Git repository, which is '\(top)'"
            case .ignored: "Git ignores '.dvc' there"
            case .exists: "'.dvc' exists"
            case .notADirectory: "'.dvc' is there and no directory"
            case .leftOut: "Git tracks its '.dvc', which is not in the sparse checkout"
            }
        return "cannot make a DVC repository in '\(directory)': \(cause)"
    }

    package var advice: String? {
        switch reason {
        case .notGit: "run 'git init' first"
        case .belowTop: "run it there, or make a DVC repository of a part with '--subdir'"
        case .ignored: "add '!.dvc' to .gitignore"
        case .exists: "replace it, and lose its cache, with '-f'"
        case .notADirectory: "move it away"
        case .leftOut(let near): near.advice
        }
    }
}

/// Makes a DVC repository: `.dvc`, `.dvcignore`, both staged.
///
/// Source: `repo/init.py` in DVC 3.67; observed.
package struct InitWorkflow {
    private let directory: FilePath
    private let environment: Environment
    private let isPart: Bool
    private let replaces: Bool

    /// What to make, and where.
    ///
    /// `isPart`: the directory may lie below the top of the Git repository (`--subdir`).
    /// `replaces`: an existing `.dvc` is removed first (`-f`).
    package init(
        _ directory: FilePath, environment: Environment, isPart: Bool, replaces: Bool
    ) {
        self.directory = directory.resolved ?? directory
        self.environment = environment
        self.isPart = isPart
        self.replaces = replaces
    }

    /// Throws ``InitError``, `GitError`, `SystemError`, `SubprocessError`.
    package func run() throws {
        let repository = try gitRepository()
        guard let top = repository.workTree, let below = directory.relative(to: top) else {
            throw InitError(directory: directory, reason: .notGit)
        }
        guard isPart || below.isEmpty else {
            throw InitError(directory: directory, reason: .belowTop(top))
        }
        let own = below.appending(".dvc")
        if try GitView(of: [own], in: repository).ignores(own) {
            throw InitError(directory: directory, reason: .ignored)
        }
        let workspace = WorkspaceDirectory(top: top)
        if let status = try workspace.status(of: own) {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw InitError(directory: directory, reason: .notADirectory)
            }
            guard replaces else { throw InitError(directory: directory, reason: .exists) }
            try removeTree(top.appending(own))
        } else {
            let near = try repository.dvcRootsNear(below)
            // An empty configuration would be committed in place of that one.
            if near.leftOut == below {
                throw InitError(directory: directory, reason: .leftOut(near))
            }
        }
        try write(workspace, below, own)
        let files = [own.appending("config"), own.appending(".gitignore")].map(\.string)
        let rules = [below.appending(".dvcignore").string]
        _ = try repository.output(["--literal-pathspecs", "add", "--force", "--"] + files + rules)
    }

    private func gitRepository() throws -> GitRepository {
        do {
            return try Session(at: directory, environment: environment).repository
        } catch let error as GitError {
            if case .notARepository = error {
                throw InitError(directory: directory, reason: .notGit)
            }
            throw error
        }
    }

    private func write(
        _ workspace: WorkspaceDirectory, _ below: FilePath, _ own: FilePath
    ) throws {
        _ = try workspace.openDirectory(own.appending("tmp"))
        let place = workspace.top.appending(own)
        try writeFile(
            place.appending(".gitignore"), Array("/config.local\n/tmp\n/cache\n".utf8))
        // Its age tells DVC one repository from another at the same place.
        try writeFile(place.appending("tmp/btime"), [])
        let rules = below.appending(".dvcignore")
        if try workspace.status(of: rules) == nil {
            try workspace.write(Array(Self.ignoreText.utf8), to: rules)
        }
        // Last: from now on this is a DVC repository.
        try writeFile(place.appending("config"), [])
    }

    private static let ignoreText = """
        # Add patterns of files dvc should ignore, which could improve
        # the performance. Learn more at
        # https://dvc.org/doc/user-guide/dvcignore

        """

    /// Removes a directory with all that is in it; links in it are removed, not followed.
    private func removeTree(_ path: FilePath) throws {
        for name in try directoryEntries(path) {
            let entry = path.appending(name)
            guard let status = try fileStatus(entry) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try removeTree(entry)
            } else {
                try removeFile(entry)
            }
        }
        guard path.withCString({ rmdir($0) }) == 0 else { throw SystemError("remove", path) }
    }
}
