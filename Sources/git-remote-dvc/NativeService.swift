import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A service of the other side with which Git itself speaks, through a program that takes our place.
///
/// Nothing of ours is between the two then, and no process of ours waits.
struct NativeService {
    /// What Git connects to for a fetch and for `git archive`.
    static let names = ["git-upload-pack", "git-upload-archive"]

    let name: String
    let context: HelperContext
    let options: HelperOptions

    /// Tells Git that the connection is there, and becomes the program that makes it.
    ///
    /// Returns only by throwing.
    func takeOver() throws {
        let command = try self.command()
        context.trace.log("become \(command.line)")
        signal(SIGPIPE, SIG_DFL)  // it would be inherited
        write("\n", to: 1)
        throw command.replaceProcess()
    }

    private func command() throws -> Command {
        var environment = context.environment
        for variable in Environment.variablesOfRepository { environment[variable] = nil }
        environment["GIT_PROTOCOL"] = version > 0 ? "version=\(version)" : nil
        switch context.address.transport {
        case .local(let path): return local(path, environment)
        case .ssh(let place): return try ssh(place, environment)
        case .git(let host, let port, let path):
            return try relay(host: host, port: port, path: path, environment)
        case .http, .https: throw HelperError.cannotConnect("HTTP has no such connections")
        }
    }

    /// The version of Git's protocol to ask for: Git does not tell its helpers.
    ///
    /// Source: git-config(1), "protocol.version". Only fetches know another than 0.
    private var version: Int {
        guard name == "git-upload-pack" else { return 0 }
        return context.config["protocol.version"].flatMap { Int($0) } ?? 2
    }

    private func local(_ path: String, _ environment: Environment) -> Command {
        guard let program = options.serverProgram else {
            // No `--`, which upload-archive does not know: a path that looks like an option was refused.
            return Command(
                context.git.path, [String(name.dropFirst(4)), path], environment: environment)
        }
        // The user's own setting (`--upload-pack`) is a shell line.
        return shell("\(program) \(quotedForServer(path))", [], environment)
    }

    private func ssh(_ place: SSHPlace, _ environment: Environment) throws -> Command {
        let ssh = SSHInvocation(context.config, context.environment)
        var variant = ssh.variant
        if variant == .auto {
            variant = try answersLikeOpenSSH(ssh, place, environment) ? .ssh : .simple
        }
        guard
            let arguments = ssh.arguments(
                for: place, variant: variant, version: version, family: options.family)
        else { throw HelperError.sshVariant(ssh.program) }
        let service = "\(options.serverProgram ?? name) \(quotedForServer(place.path))"
        return try command(of: ssh, arguments + [service], environment)
    }

    private func answersLikeOpenSSH(
        _ ssh: SSHInvocation, _ place: SSHPlace, _ environment: Environment
    ) throws -> Bool {
        let arguments =
            ssh.arguments(for: place, variant: .ssh, version: version, family: options.family) ?? []
        return try command(of: ssh, ["-G"] + arguments, environment).run().status.isSuccess
    }

    private func command(
        of ssh: SSHInvocation, _ arguments: [String], _ environment: Environment
    ) throws -> Command {
        if ssh.isShellLine {
            return shell("\(ssh.program) \"$@\"", [ssh.program] + arguments, environment)
        }
        let isPath = ssh.program.hasPrefix("/")
        guard
            let program = isPath
                ? FilePath(ssh.program) : environment.program(named: ssh.program)
        else { throw HelperError.cannotConnect("the program '\(ssh.program)' was not found") }
        return Command(program, arguments, environment: environment)
    }

    /// Runs a shell line of the user's own, as Git does.
    private func shell(_ line: String, _ words: [String], _ environment: Environment) -> Command {
        Command("/bin/sh", ["-c", line] + words, environment: environment)
    }

    /// This program is linked without what looks up host names (docs/decisions/0002), so another one of
    /// the suite opens the connection.
    private func relay(
        host: String, port: String?, path: String, _ environment: Environment
    ) throws -> Command {
        guard let program = suiteProgram(named: "git-dvc", environment) else {
            throw HelperError.cannotConnect(
                "cannot connect to '\(host)': the program git-dvc is missing")
        }
        if context.environment["GIT_PROXY_COMMAND"] != nil || context.config["core.gitproxy"] != nil
        {
            throw HelperError.cannotConnect(
                "cannot connect to '\(host)': core.gitProxy is not known to git-remote-dvc")
        }
        let arguments = ["git-relay", name, host, port ?? "9418", path, "\(version)"]
        return Command(program, arguments, environment: environment)
    }
}

extension Environment {
    /// What would make a program work on this repository and not on the other side's.
    ///
    /// Source: `git rev-parse --local-env-vars`.
    static let variablesOfRepository = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
        "GIT_INTERNAL_SUPER_PREFIX",
    ]
}
