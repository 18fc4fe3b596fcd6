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
        let invocation = ServiceInvocation(
            name, program: options.serverProgram, family: options.family, git: context.git.path,
            context.config, context.environment)
        switch context.address.transport {
        case .local(let path): return invocation.command(for: path)
        case .ssh(let place): return try invocation.command(for: place)
        case .git(let host, let port, let path):
            return try relay(host: host, port: port, path: path, invocation)
        case .http, .https: throw HelperError.cannotConnect("HTTP has no such connections")
        }
    }

    /// This program is linked without what looks up host names (docs/decisions/0002), so another one of
    /// the suite opens the connection.
    private func relay(
        host: String, port: String?, path: String, _ invocation: ServiceInvocation
    ) throws -> Command {
        guard let program = suiteProgram(named: "git-dvc", context.environment) else {
            throw HelperError.cannotConnect(
                "cannot connect to '\(host)': the program git-dvc is missing")
        }
        if context.environment["GIT_PROXY_COMMAND"] != nil || context.config["core.gitproxy"] != nil
        {
            throw HelperError.cannotConnect(
                "cannot connect to '\(host)': core.gitProxy is not known to git-remote-dvc")
        }
        let arguments = [
            "git-relay", name, host, port ?? "9418", path, "\(invocation.version)",
        ]
        return invocation.command(program, arguments)
    }
}
