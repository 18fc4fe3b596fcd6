import Basics
import Git

/// The refs that a push may touch, as the receiving side shows them.
struct RemoteListing {
    struct Ref {
        let name: String
        let oid: GitOID
    }

    private let context: HelperContext
    private let options: HelperOptions

    init(_ context: HelperContext, _ options: HelperOptions) {
        self.context = context
        self.options = options
    }

    /// Asks over a connection of its own, which is closed again.
    ///
    /// Through upload-pack the list would have HEAD, which `git push --mirror` would then delete
    /// (git-integration 1.2, 2.6). Throws ``HelperError``, `SubprocessError`.
    func refs(endingWithCaller caller: CInt) throws -> [Ref] {
        let url = context.address.url
        let program = options.serverProgram ?? "git-receive-pack"
        var arguments = ["ls-remote", "--refs", "--upload-pack=\(program)", "--", url]
        var command = context.gitCommand([])
        // The rules were applied already, and one of them may lead here. The longest match counts,
        // so this one leaves the address as it is.
        if url.contains("=") || url.contains("\n") {
            command.environment.addGitSetting("url.\(url).insteadOf", url)
        } else {
            arguments = ["-c", "url.\(url).insteadOf=\(url)"] + arguments
        }
        context.keepToFamily(options.family, in: &command)
        command.arguments = arguments
        guard let result = try command.run(input: [], for: caller) else { throw HelperError.cutOff }
        guard result.status.isSuccess else {
            HelperContext.tellEnd(of: "git ls-remote", result.status)
            throw HelperError.failed(command.line)
        }
        return try result.output.split(separator: UInt8(ascii: "\n")).map { line in
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")), let oid = GitOID(line[..<tab]),
                let name = String(validating: line[(tab + 1)...], as: UTF8.self)
            else {
                throw SubprocessError(
                    command, .unexpectedOutput(quoted(String(decoding: line, as: UTF8.self))))
            }
            return Ref(name: name, oid: oid)
        }
    }
}

extension HelperContext {
    /// Has a command of Git's, none of which has an option for it, reach ssh by addresses of one family only.
    ///
    /// `family`: `ipv4` or `ipv6`. By the variable, which goes before all settings and may be set already.
    func keepToFamily(_ family: String?, in command: inout Command) {
        guard let family, case .ssh = address.transport else { return }
        let ssh = SSHInvocation(config, environment)
        let program = ssh.isShellLine ? ssh.program : shellWord(ssh.program)
        command.environment["GIT_SSH_COMMAND"] = "\(program) \(family == "ipv4" ? "-4" : "-6")"
    }
}

extension Environment {
    /// Adds a setting to those with which Git is called.
    ///
    /// Source: git-config(1), `GIT_CONFIG_COUNT`.
    mutating func addGitSetting(_ key: String, _ value: String) {
        let count = nonEmpty("GIT_CONFIG_COUNT").flatMap { Int($0) } ?? 0
        self["GIT_CONFIG_KEY_\(count)"] = key
        self["GIT_CONFIG_VALUE_\(count)"] = value
        self["GIT_CONFIG_COUNT"] = "\(count + 1)"
    }
}
