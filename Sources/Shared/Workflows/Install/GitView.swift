internal import Basics
internal import Git

/// What Git knows of paths: asked before DVC's lock is taken, for all of them at once.
struct GitView {
    private let tracked: Set<FilePath>
    private let ignored: Set<FilePath>

    /// Asks Git.
    ///
    /// `paths`: relative to the top of the repository.
    /// Throws `SubprocessError`.
    init(of paths: [FilePath], in repository: GitRepository) throws {
        let listed = try repository.output(
            ["--literal-pathspecs", "ls-files", "-z", "--"] + Self.arguments(paths))
        tracked = Set(listed.split(separator: 0).map { FilePath(unchecked: Array($0)) })
        let command = repository.command([
            "check-ignore", "-v", "-n", "-z", "--no-index", "--stdin",
        ])
        let answer = try command.run(input: paths.flatMap { $0.bytes + [UInt8(0)] })
        // 1 says that none is ignored.
        guard [.exited(0), .exited(1)].contains(answer.status) else {
            throw SubprocessError(command, .ended(answer.status), lastWords: answer.lastWords)
        }
        let fields = answer.output.split(separator: 0, omittingEmptySubsequences: false)
        var ignored: Set<FilePath> = []
        for index in stride(from: 0, to: fields.count - 3, by: 4) {
            let pattern = fields[index + 2]
            guard !pattern.isEmpty, pattern.first != UInt8(ascii: "!") else { continue }
            ignored.insert(FilePath(unchecked: Array(fields[index + 3])))
        }
        self.ignored = ignored
    }

    /// A long list does not fit into a command line: then all that is tracked is asked for.
    private static func arguments(_ paths: [FilePath]) -> [String] {
        let isShort = paths.reduce(0) { $0 + $1.bytes.count } < 64 << 10
        return isShort && paths.allSatisfy(\.isUTF8) ? paths.map(\.string) : ["."]
    }

    /// Whether Git tracks the path or anything below it.
    func tracks(_ path: FilePath) -> Bool {
        tracked.contains(path) || tracked.contains { $0.relative(to: path) != nil }
    }

    /// Whether a `.gitignore` or the like hides the path.
    func ignores(_ path: FilePath) -> Bool { ignored.contains(path) }
}
