import Basics
import TestSupport

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Two repositories in which the same is done, once by real DVC and once by `git dvc`.
struct TwinRepositories {
    let sandbox: Sandbox
    let theirs: FilePath
    let ours: FilePath

    /// Two empty Git repositories that DVC has initialized.
    init() throws {
        sandbox = try Sandbox(inMemory: true)
        theirs = try sandbox.makeRepository("twins/dvc")
        ours = try sandbox.makeRepository("twins/our")
        for path in [theirs, ours] {
            try sandbox.dvc("init", "--quiet", in: path)
            try sandbox.commitAll("init", in: path)
        }
    }

    /// Two that are there already.
    init(in sandbox: Sandbox, theirs: FilePath, ours: FilePath) {
        self.sandbox = sandbox
        self.theirs = theirs
        self.ours = ours
    }

    /// Changes both.
    func change(_ change: (FilePath) throws -> Void) throws {
        for path in [theirs, ours] { try change(path) }
    }

    func write(_ content: String, _ name: String, mode: Int = 0o644) throws {
        try change {
            try sandbox.write(Array(content.utf8), to: $0.appending(name), mode: mode)
        }
    }

    /// Runs a shell line in both.
    func shell(_ line: String) throws {
        try change { try sandbox.run("sh", "-c", line, in: $0).checked() }
    }

    /// Sets an option of DVC in both.
    func configure(_ option: String, _ value: String) throws {
        try change { try sandbox.dvc("config", option, value, in: $0) }
    }

    struct Results {
        let theirs: ProcessResult
        let ours: ProcessResult

        /// Whether both say by their exit codes what is expected.
        func both(_ status: Int32) -> Bool { theirs.status == status && ours.status == status }
    }

    /// Runs the same command by each.
    @discardableResult
    func run(_ arguments: String..., in directory: FilePath = "") throws -> Results {
        try run(arguments, in: directory)
    }

    func run(_ arguments: [String], in directory: FilePath = "") throws -> Results {
        Results(
            theirs: try sandbox.start(
                Sandbox.realDVC(), arguments, in: theirs.appending(directory)
            ).wait(),
            ours: try sandbox.start(
                "git", ["dvc"] + arguments, in: ours.appending(directory)
            ).wait())
    }

    /// What the two working copies, with caches and metafiles, do not have in common: content, modes,
    /// links and numbers of names.
    func differences() throws -> [String] {
        let (left, right) = (try entries(of: theirs), try entries(of: ours))
        return Set(left.keys).union(right.keys).sorted().compactMap { path in
            left[path] == right[path]
                ? nil : "\(path): \(left[path] ?? "nothing") <> \(right[path] ?? "nothing")"
        }
    }

    private func entries(of root: FilePath) throws -> [FilePath: String] {
        var entries: [FilePath: String] = [:]
        func read(_ directory: FilePath) throws {
            for name in try directoryEntries(root.appending(directory)) {
                let path = directory.appending(name)
                if [".git", ".dvc/tmp"].contains(path) { continue }
                let place = root.appending(path)
                guard let status = try fileStatus(place) else { continue }
                let mode = String(status.st_mode & 0o7777, radix: 8)
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    entries[path] = "directory \(mode)"
                    try read(path)
                case S_IFLNK:
                    let target = try sandbox.run("readlink", place.string).checked().output
                    entries[path] = "link to \(target.replacing(root.string, with: "ROOT"))"
                default:
                    let text = String(decoding: try readFile(place), as: UTF8.self)
                    entries[path] = "file \(mode), \(status.st_nlink) names: \(text)"
                }
            }
        }
        try read("")
        return entries
    }
}
