internal import Basics
internal import Git

/// The alias by which Git finds the remote helper where that is not on its `PATH`, as in graphical
/// programs.
///
/// Git runs a helper as a command of its own, `git remote-dvc`, and looks for an alias where there is no
/// program of that name (Git 2.39 `git.c`, `run_argv`; observed with 2.39 and 2.55).
struct HelperAlias {
    private let program: String

    /// `program`: such as `git-remote-dvc`.
    init(of program: String) { self.program = program }

    /// What matches the keys of all of them, as Git prints those.
    static let pattern = #"^alias\.remote-dvc"#

    /// The oldest that was seen to take an alias whose name has a plus sign; others pass over it.
    private static let firstVersionWithAnyName = GitVersion(major: 2, minor: 55, patch: 0)

    private var hasPlainName: Bool { !program.contains("+") }

    private var key: String {
        let name = program.dropFirst("git-".count)
        return hasPlainName ? "alias.\(name)" : "alias.\(name).command"
    }

    /// Writes it down, with the program of this installation, unless the user has an alias of that name.
    func write(_ repository: GitRepository) throws(SubprocessError) {
        guard let path = runningProgram()?.parent.appending(program), isExecutableFile(path) else {
            return
        }
        let old = try repository.command(["config", "--local", "--get", key]).run()
        if old.status.isSuccess, !Self.isOurs(String(decoding: old.output, as: UTF8.self)) {
            return
        }
        _ = try repository.output([
            "config", "--local", key, "!\(shellWord(path.string))",
        ])
    }

    /// Whether a value is none that a user wrote.
    static func isOurs(_ value: String) -> Bool {
        value.hasPrefix("!'/") && value.contains("/\(PushInterposition.helper)")
    }

    /// Whether this version of Git finds the program through it.
    func works(in repository: GitRepository) throws -> Bool {
        let found = try repository.command(["config", "--get", key]).run()
        let value = String(decoding: found.output.dropLast(), as: UTF8.self)
        guard found.status.isSuccess, Self.isOurs(value),
            // What a user has changed may be no line of a shell.
            let path = try? shellWords(String(value.dropFirst())).first,
            isExecutableFile(FilePath(path))
        else { return false }
        if hasPlainName { return true }
        guard let version = try repository.git.version() else { return false }
        return version >= Self.firstVersionWithAnyName
    }
}
