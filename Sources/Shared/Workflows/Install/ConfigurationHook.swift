package import Basics
package import Git

/// One of our hooks as Git's configuration names it, which Git 2.54 and newer runs before any hook file.
///
/// It needs no file, so it can be where a file is somebody else's (decision 0022). Older versions ignore the
/// section without a word. Source: git-hook(1) of Git 2.54 (git-integration 5.2).
package struct ConfigurationHook: Sendable {
    /// The first version that runs hooks from configuration.
    package static let firstVersion = GitVersion(major: 2, minor: 54, patch: 0)

    /// The event.
    private let name: String
    private let repository: GitRepository

    /// The hook for an event of this name.
    package init(_ name: String, in repository: GitRepository) {
        self.name = name
        self.repository = repository
    }

    /// With the friendly name, which must not be that of an event.
    private var section: String { "hook.dvc-\(name)" }

    /// The shell line that is configured in this repository, or `nil`.
    package func command() throws(SubprocessError) -> String? {
        let result = try repository.command([
            "config", "--local", "--get", "\(section).command",
        ]).run()
        guard result.status.isSuccess else { return nil }
        return String(decoding: result.output.dropLast(), as: UTF8.self)
    }

    /// Names `program` for the event in this repository, in all its worktrees.
    package func install(_ program: FilePath) throws(SubprocessError) {
        try remove()  // it might have several values
        // The event comes last: a hook without one does not run.
        for (name, value) in [("command", line(for: program)), ("event", name)] {
            _ = try repository.output(["config", "--local", "\(section).\(name)", value])
        }
    }

    /// Removes the section; returns whether there was one.
    @discardableResult
    package func remove() throws(SubprocessError) -> Bool {
        let pattern = section.replacing(".", with: "\\.")
        let listed = try repository.command([
            "config", "--local", "--name-only", "--get-regexp", "^\(pattern)\\.",
        ]).run()
        guard listed.status.isSuccess else { return false }
        _ = try repository.output(["config", "--local", "--remove-section", section])
        return true
    }

    /// The shell line that runs the program; Git appends the hook's arguments to its last command.
    ///
    /// A program that is gone would make Git refuse: only a push, whose data nobody would upload, is held up.
    package func line(for program: FilePath) -> String {
        let word = shellWord(program.string)
        let remedy = "install git-dvc again, or run: git config --remove-section \(section)"
        let isPush = name == HookInstallation.name
        let message =
            isPush
            ? "error: cannot upload the DVC data of this push: dvc-hooks is gone; \(remedy)"
            : "warning: the hook \(name) of git-dvc does nothing: dvc-hooks is gone; \(remedy)"
        return "test -x \(word) || { echo \(shellWord(message)) >&2; exit \(isPush ? 1 : 0); }; "
            + "exec \(word) \(name)"
    }
}
