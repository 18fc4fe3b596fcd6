internal import Basics
internal import Git

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Doctor {
    /// How long a hook may take that has nothing to do.
    private static let patience = Duration.seconds(5)

    private static let install = "run 'git dvc install'"

    /// Whether a push comes to us: what is written down, and then by trying.
    mutating func examineHook(_ session: Session) {
        do {
            let installation = try HookInstallation(session)
            let configured = try examineConfiguredHook(session, installation)
            let isReached = try examineHookFile(installation, isConfigured: configured)
            try examineOtherHooks(installation)
            if triesHook { try tryHook(session, installation, isExpected: isReached) }
        } catch {
            note(error, on: "hook")
        }
    }

    /// Says which of the hooks are not ours that one can do without.
    private mutating func examineOtherHooks(_ installation: HookInstallation) throws {
        let directory = try installation.directory()
        let session = installation.session
        let usual = SuiteHook.usual.filter { $0 != .prePush }
        let more: [SuiteHook] =
            installation.needsTransactionHook(session.config, in: directory)
            ? [.referenceTransaction] : []
        for hook in usual + more {
            let placement = installation.placement(of: hook)
            let isThere =
                try ConfigurationHook(hook.name, in: session.repository).command() != nil
                || placement.framework(in: directory)?.runs(hook, in: session.repository.workTree)
                    == true
                || placement.paths(in: directory).contains {
                    try HookAuthor(of: hook.name, at: $0) == .us && isExecutableFile($0)
                }
            if !isThere {
                warn("hook", "'\(hook.name)' does not call ours: \(hook.purpose)", Self.install)
            }
        }
    }

    /// Returns whether the configuration has our hook and this Git runs it.
    private mutating func examineConfiguredHook(
        _ session: Session, _ installation: HookInstallation
    ) throws -> Bool {
        let hook = ConfigurationHook(HookInstallation.name, in: session.repository)
        guard let command = try hook.command() else {
            return false
        }
        let version = try session.repository.git.version() ?? .oldestSupported
        guard version >= ConfigurationHook.firstVersion else {
            fail("hook", "it is in the configuration, which Git \(version) ignores", Self.install)
            return false
        }
        if command != hook.line(for: installation.program) {
            warn("hook", "the configuration names another program: \(command)", Self.install)
        } else {
            ok("hook", "in the repository's configuration")
        }
        return true
    }

    /// Returns whether a push should come to us, also one with nothing to push.
    private mutating func examineHookFile(
        _ installation: HookInstallation, isConfigured: Bool
    ) throws -> Bool {
        let directory = try installation.directory()
        let placement = installation.placement(of: .prePush)
        var ours: FilePath?
        for path in placement.paths(in: directory)
        where try HookAuthor(of: HookInstallation.name, at: path) == .us {
            ours = path
        }
        if let ours {
            if isConfigured {
                warn("hook", "'\(ours)' runs besides the one in the configuration", Self.install)
            } else if try readFile(ours) != placement.script() {
                warn("hook", "'\(ours)' is of another version or place", Self.install)
            } else if !isExecutableFile(ours) {
                fail("hook", "'\(ours)' is not executable, so git ignores it", Self.install)
            } else {
                ok("hook", "'\(ours)'")
            }
            return true
        }
        if let framework = try placement.framework(in: directory) {
            let file = framework.configurationFiles(for: .prePush)[0]
            if framework.runs(.prePush, in: installation.session.repository.workTree) {
                ok("hook", "run by \(framework.rawValue)")
                // pre-commit runs nothing for a push without refs.
                return framework != .preCommit
            }
            if !isConfigured {
                warn(
                    "hook",
                    "\(framework.rawValue) owns the hooks, and '\(file)' does not call ours",
                    "'git dvc install' shows what to add to it")
            }
            return isConfigured
        }
        if isConfigured { return true }
        let path = directory.appending(HookInstallation.name)
        if directory == "/dev/null" {
            warn("hook", "core.hooksPath turns hooks off: pushes upload nothing", nil)
        } else if try HookAuthor(of: HookInstallation.name, at: path) == .dvc {
            warn("hook", "'\(path)' is real DVC's, which pushes the workspace", Self.install)
        } else if !fileExists(path) {
            warn("hook", "there is none: 'git push' uploads nothing", Self.install)
        } else {
            ok("hook", "'\(path)' was written by somebody else")
            return true
        }
        return false
    }

    /// Runs the hook as a push with nothing to push would.
    private mutating func tryHook(
        _ session: Session, _ installation: HookInstallation, isExpected: Bool
    ) throws {
        let folder = environment.nonEmpty("TMPDIR").map { FilePath($0) } ?? "/tmp"
        let answer = temporaryPath(in: folder.isAbsolute ? folder : "/tmp")
        try writeFile(answer, [], mode: 0o600)
        defer { try? removeFile(answer) }  // in the directory for such files
        var variables = environment
        variables["GIT_DVC_PROBE"] = answer.string
        let git = session.repository.git
        let top = session.repository.workTree ?? session.repository.gitDirectory
        let arguments = [
            "hook", "run", "--ignore-missing", HookInstallation.name, "--", "origin", "probe",
        ]
        let file = try installation.directory().appending(HookInstallation.name)
        // The hook of somebody else beside ours in the configuration knows of no probe.
        let isBeside =
            try HookAuthor(of: HookInstallation.name, at: file) == .somebodyElse
            && ConfigurationHook(HookInstallation.name, in: session.repository).command() != nil
        let options = isBeside ? ["-c", "core.hooksPath=/dev/null"] : []
        let command = Command(
            git.path, ["-C", top.string] + options + arguments, environment: variables)
        guard let result = try command.run(within: Self.patience) else {
            return fail(
                "hook", "it did not end within \(Self.patience.components.seconds) seconds",
                "see what it waits for: '\(command.line)'")
        }
        let words = String(decoding: try readFile(answer), as: UTF8.self).split(separator: "\n")
        let failure = result.status.isSuccess ? "" : ", and ended with \(result.status.code)"
        if words.isEmpty {
            // Why it does not has been said.
            if !isExpected { return }
            fail(
                "hook", "a push does not come to dvc-hooks\(failure)",
                result.lastWords.isEmpty ? Self.install : "it says: \(result.lastWords)")
        } else if words.count > 1 {
            warn("hook", "a push comes to dvc-hooks \(words.count) times", Self.install)
        } else if FilePath(words[0]) != installation.program.resolved {
            warn(
                "hook", "a push comes to '\(words[0])', not to '\(installation.program)'",
                Self.install)
        } else if !failure.isEmpty {
            fail("hook", "another hook refuses\(failure)", "it says: \(result.lastWords)")
        } else {
            ok("hook", "a push comes to '\(words[0])'")
        }
    }
}
