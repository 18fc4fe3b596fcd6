package import Basics

/// The user's own program for connections.
///
/// Source: git(1) and git-config(1), `GIT_SSH_COMMAND`, `core.sshCommand`, `GIT_SSH`.
package enum SSHProgram: Equatable, Sendable {
    /// An absolute path.
    case path(FilePath)
    /// A line for the shell: the user's own setting, and so the only place where there is one.
    case line(String)

    /// What Git would use, found without ever looking into the working copy.
    ///
    /// `setting`: `core.sshCommand`. Throws ``SSHProgramError``.
    package init(_ environment: Environment, setting: String?) throws(SSHProgramError) {
        if let line = environment.nonEmpty("GIT_SSH_COMMAND") ?? setting, !line.isEmpty {
            self = .line(line)
            return
        }
        let name = environment.nonEmpty("GIT_SSH") ?? "ssh"
        if name.contains("/") {
            let path = FilePath(name)
            guard path.isAbsolute, isExecutableFile(path) else { throw SSHProgramError(name: name) }
            self = .path(path)
            return
        }
        guard let path = environment.program(named: name) else { throw SSHProgramError(name: name) }
        self = .path(path)
    }

    func command(_ arguments: [String], _ environment: Environment) -> Command {
        switch self {
        case .path(let path): Command(path, arguments, environment: environment)
        case .line(let line):
            // As Git does it: the arguments stay arguments.
            Command(
                "/bin/sh", ["-c", "\(line) \"$@\"", line] + arguments, environment: environment)
        }
    }
}

/// There is no such program.
package struct SSHProgramError: UserFacingError, Equatable {
    let name: String

    package var summary: String {
        "cannot find the program \(quoted(name)), by which remotes with 'ssh://' are reached"
    }
    package var advice: String? {
        "install OpenSSH's client, or name it by its absolute path in GIT_SSH"
    }
}
