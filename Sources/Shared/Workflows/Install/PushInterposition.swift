internal import Basics
internal import Git

/// How much of a repository's traffic with its Git remotes goes through our remote helper.
package enum HelperUse: Sendable {
    /// None: hooks do the work.
    case none
    /// Pushes, by `url.dvc::<x>.pushInsteadOf = <x>` (``HelperAddress``); the addresses of the remotes stay as they are.
    case pushes
    /// Pushes and fetches, by `remote.<name>.vcs = dvc` besides.
    case everything
}

/// The settings of a repository that lead Git to the remote helper.
///
/// Without the helper on `PATH` they would stop every push, so then there are none
/// (git-integration 1.2, D3); programs with a shorter one find it by ``HelperAlias``.
struct PushInterposition {
    static let helper = "git-remote-dvc"

    private let session: Session
    private var repository: GitRepository { session.repository }

    init(_ session: Session) { self.session = session }

    /// What addresses begin with, besides those of the remotes that there are.
    private static let prefixes = [
        "https://", "http://", "ssh://", "git://", "file://", "git@", "/", "../", "./",
    ]

    /// Makes the settings be what is asked for, whatever they were.
    func install(
        _ use: HelperUse, _ report: inout HookInstallation.Report
    ) throws(SubprocessError) {
        let had = try remove()
        if use == .none {
            if had { report.lines.append("Pushes no longer go through '\(Self.helper)'") }
            return
        }
        guard session.environment.program(named: Self.helper) != nil else {
            report.notes.append(
                "'\(Self.helper)' is not on PATH, so the hook uploads the data of pushes, while "
                    + "the connection to the Git server waits")
            return
        }
        if let key = session.config.settingThatForbids(Self.helper) {
            report.notes.append(
                "'\(key)' forbids '\(Self.helper)', so the hook uploads the data of pushes")
            return
        }
        var programs: [String] = []
        for prefix in try uniqued(Self.prefixes + prefixesOfRemotes()) {
            let program = HelperAddress.program(for: HelperAddress.leading(to: prefix))
            // An older version is on PATH: such addresses are better off without it.
            if session.environment.program(named: program) == nil { continue }
            if session.config.settingThatForbids(program) != nil { continue }
            _ = try repository.output([
                "config", "--local", "--add",
                "url.\(HelperAddress.leading(to: prefix)).pushInsteadOf", prefix,
            ])
            programs.append(program)
        }
        for program in uniqued(programs) { try HelperAlias(of: program).write(repository) }
        report.lines.append("Pushes go through '\(Self.helper)'")
        guard use == .everything else { return }
        for name in try remotes() {
            if let other = session.config["remote.\(name).vcs"], other != "dvc" {
                report.notes.append("'\(name)' has another remote helper ('\(other)')")
                continue
            }
            _ = try repository.output(["config", "--local", "remote.\(name).vcs", "dvc"])
            report.lines.append("Fetches from '\(name)' go through '\(Self.helper)'")
        }
    }

    /// Takes our settings out, and leaves those of others; returns whether there were any.
    func remove() throws(SubprocessError) -> Bool {
        let ours = try settings()
        let aliases = try listed(HelperAlias.pattern).filter { HelperAlias.isOurs($0.value) }
        for key in Set((ours + aliases).map(\.key)) {
            _ = try repository.output(["config", "--local", "--unset-all", key])
        }
        return !ours.isEmpty
    }

    /// Our settings in this repository.
    func settings() throws(SubprocessError) -> [(key: String, value: String)] {
        try listed(#"^(url\.dvc[:+].*\.pushinsteadof|remote\..*\.vcs)$"#).filter { key, value in
            // Versions without `dvc+https` led to `dvc::https`.
            key.hasPrefix("url.")
                ? [HelperAddress.leading(to: value), "dvc::\(value)"].contains {
                    key == "url.\($0).pushinsteadof"
                } : value == "dvc"
        }
    }

    private func remotes() throws(SubprocessError) -> [String] {
        String(decoding: try repository.output(["remote"]), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// For addresses like `host:path`, which have no scheme.
    private func prefixesOfRemotes() throws(SubprocessError) -> [String] {
        try listed(#"^remote\..*\.url$"#).compactMap { _, address in
            guard !address.contains("://"), !address.contains("::"),
                let colon = address.firstIndex(of: ":"), !address[..<colon].contains("/"),
                !address.hasPrefix("git@"), !address.hasPrefix("-")
            else { return nil }
            return String(address[...colon])
        }
    }

    private func listed(
        _ pattern: String
    ) throws(SubprocessError) -> [(key: String, value: String)] {
        let answer = try repository.command([
            "config", "--local", "-z", "--get-regexp", pattern,
        ]).run()
        return answer.output.split(separator: 0).compactMap { record in
            guard let end = record.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            return (
                String(decoding: record[..<end], as: UTF8.self),
                String(decoding: record[(end + 1)...], as: UTF8.self)
            )
        }
    }
}

extension GitConfig {
    /// The setting by which Git will not start a remote helper.
    ///
    /// Source: git-config(1), "protocol.allow".
    fileprivate func settingThatForbids(_ program: String) -> String? {
        let transport = program.dropFirst("git-remote-".count)
        let key = ["protocol.\(transport).allow", "protocol.allow"].first { self[$0] != nil }
        return key.flatMap { self[$0]?.lowercased() == "never" ? $0 : nil }
    }
}

extension Doctor {
    /// Whether what leads to the helper finds it.
    mutating func examineHelper(_ session: Session) {
        do {
            let settings = try PushInterposition(session).settings()
            if settings.isEmpty { return }
            let names = settings.map { key, _ in
                (key, HelperAddress.program(for: String(key.dropFirst("url.".count))))
            }.sorted { $0.1.utf8.count < $1.1.utf8.count }  // of the shortest the others are links
            for (key, name) in names
            where try environment.program(named: name) == nil
                && !HelperAlias(of: name).works(in: session.repository)
            {
                return fail(
                    "helper",
                    "'\(key)' is set, but '\(name)' is not on PATH: pushes to such addresses fail",
                    "install git-dvc again, or run 'git dvc install --hooks-only'")
            }
            for (_, name) in names {
                guard let key = session.config.settingThatForbids(name) else { continue }
                return fail(
                    "helper", "'\(key)' forbids '\(name)': pushes to such addresses fail",
                    "run 'git dvc install' again, or 'git config protocol.dvc.allow user'")
            }
            if let program = environment.program(named: PushInterposition.helper)
                ?? suiteProgram(named: PushInterposition.helper, environment)
            {
                ok("helper", "pushes go through '\(program)'")
            }
        } catch {
            note(error, on: "helper")
        }
    }
}
