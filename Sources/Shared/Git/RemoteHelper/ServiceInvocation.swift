package import Basics

/// How a service of another repository is started, as Git starts it: on this machine or by ssh.
///
/// Source: Git 2.39 `connect.c`, `git_connect`.
package struct ServiceInvocation: Sendable {
    /// Such as `git-upload-pack`.
    package let name: String
    /// The version of Git's protocol to ask for, 0 for the oldest.
    package let version: Int
    /// What the user has in its place: a shell line.
    package let program: String?
    /// `ipv4` or `ipv6`.
    package let family: String?
    private let git: FilePath
    private let config: GitConfig
    private let environment: Environment

    /// `environment`: of the user, who works in some repository.
    package init(
        _ name: String, program: String? = nil, family: String? = nil, git: FilePath,
        _ config: GitConfig, _ environment: Environment
    ) {
        self.name = name
        self.program = program
        self.family = family
        self.git = git
        self.config = config
        // Source: git-config(1), "protocol.version". Only fetches know another than 0.
        let setting = config["protocol.version"].flatMap { Int($0) } ?? 2
        version = name == "git-upload-pack" ? setting : 0
        var environment = environment
        for variable in Environment.variablesOfRepository { environment[variable] = nil }
        environment["GIT_PROTOCOL"] = version > 0 ? "version=\(version)" : nil
        self.environment = environment
    }

    /// The service for a repository of this machine.
    package func command(for path: String) -> Command {
        guard let program else {
            // No `--`, which upload-archive does not know: a path that looks like an option was refused.
            return self.command(git, [String(name.dropFirst(4)), path])
        }
        return shell("\(program) \(quotedForServer(path))", [])
    }

    /// The service on another machine; may ask the ssh program what it is.
    ///
    /// Throws ``SSHProgramError``, `SubprocessError`.
    package func command(for place: SSHPlace) throws -> Command {
        let ssh = SSHInvocation(config, environment)
        var variant = ssh.variant
        if variant == .auto {
            let options =
                ssh.arguments(for: place, variant: .ssh, version: version, family: family) ?? []
            let answer = try command(of: ssh, ["-G"] + options).run()
            variant = answer.status.isSuccess ? .ssh : .simple
        }
        guard
            let arguments = ssh.arguments(
                for: place, variant: variant, version: version, family: family)
        else { throw SSHProgramError.tooSimple(ssh.program) }
        let service = "\(program ?? name) \(quotedForServer(place.path))"
        return try command(of: ssh, arguments + [service])
    }

    /// A program with the environment of services.
    package func command(_ program: FilePath, _ arguments: [String]) -> Command {
        Command(program, arguments, environment: environment)
    }

    private func command(of ssh: SSHInvocation, _ arguments: [String]) throws -> Command {
        if ssh.isShellLine {
            return shell("\(ssh.program) \"$@\"", [ssh.program] + arguments)
        }
        let isPath = ssh.program.hasPrefix("/")
        let program = isPath ? FilePath(ssh.program) : environment.program(named: ssh.program)
        guard let program else { throw SSHProgramError.missing(ssh.program) }
        return command(program, arguments)
    }

    /// Runs a shell line of the user's own, as Git does.
    private func shell(_ line: String, _ words: [String]) -> Command {
        command("/bin/sh", ["-c", line] + words)
    }
}

/// An ssh program with which no connection can be made.
package enum SSHProgramError: UserFacingError, Equatable {
    case missing(String)
    /// It takes no port, or no family of addresses.
    case tooSimple(String)

    package var summary: String {
        switch self {
        case .missing(let name): "the program '\(name)' was not found"
        case .tooSimple(let name):
            "the SSH program '\(name)' takes no port, or no family of addresses"
        }
    }

    package var advice: String? {
        switch self {
        case .missing: nil
        case .tooSimple: "see 'ssh.variant' in git-config(1)"
        }
    }
}

extension Environment {
    /// What would make a program work on this repository and not on the other side's.
    ///
    /// Source: `git rev-parse --local-env-vars`.
    fileprivate static let variablesOfRepository = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
        "GIT_INTERNAL_SUPER_PREFIX",
    ]
}
