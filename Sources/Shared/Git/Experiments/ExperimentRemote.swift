internal import Basics

/// A Git remote on which experiments are kept: its name, or any URL or path that Git takes.
///
/// Everything goes through Git's own commands, so that its transports, credentials and
/// `protocol.*.allow` hold (design 12).
package struct ExperimentRemote: Sendable {
    /// As the user gave it.
    package let name: String

    /// Throws ``GitRemoteError`` for what Git could take for an option.
    package init(_ name: String) throws(GitRemoteError) {
        guard !name.isEmpty, !name.hasPrefix("-") else {
            throw GitRemoteError(remote: name, cause: .badName)
        }
        self.name = name
    }

    // MARK: Sending

    /// What a ref of the remote shall become.
    package struct Update: Sendable {
        package let ref: ExperimentRef
        /// `nil` to delete the ref.
        package let newTip: GitOID?
        /// What the remote has now; `nil` for nothing.
        package let oldTip: GitOID?
        /// Whether the new tip need not descend from the old one.
        package let isForced: Bool

        package init(
            _ ref: ExperimentRef, from oldTip: GitOID?, to newTip: GitOID?, isForced: Bool = false
        ) {
            self.ref = ref
            self.newTip = newTip
            self.oldTip = oldTip
            self.isForced = isForced || newTip == nil
        }

        fileprivate var refspec: String { "\(newTip?.hex ?? ""):\(ref)" }

        /// What is overwritten is what the user was told of, not what came in between.
        fileprivate var lease: String? {
            isForced ? "--force-with-lease=\(ref):\(oldTip?.hex ?? "")" : nil
        }
    }

    /// Why the remote did not take a ref, in Git's words.
    package typealias Refusals = [ExperimentRef: String]

    /// Sends the updates over one connection (several where there are thousands) and returns those that
    /// were refused.
    ///
    /// Each stands for itself: one that is refused keeps no other back. Hooks do not run: the caller
    /// has seen to the data. `config`: of the repository. `say`: gets what the server has to say. Throws
    /// ``GitRemoteError`` when nothing could be sent, `SubprocessError`.
    package func send(
        _ updates: [Update], from repository: GitRepository, _ config: GitConfig,
        say: (String) -> Void
    ) throws -> Refusals {
        var refusals: Refusals = [:]
        let settings = settingsPastHelper(config)
        for batch in updates.batches {
            let command = repository.commandWithoutOurselves(
                settings + [
                    "push", "--porcelain", "--no-verify", "--no-follow-tags",
                    "--recurse-submodules=no", "--no-atomic",
                ] + batch.compactMap(\.lease) + ["--end-of-options", name] + batch.map(\.refspec))
            let result = try command.run()
            for line in String(decoding: result.errorOutput, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("remote: ") {
                say(String(line))
            }
            let statuses = PushedRefStatus.parse(result.output)
            if statuses.isEmpty, !result.status.isSuccess {
                throw GitRemoteError(remote: name, cause: result.failure(of: "git push"))
            }
            for update in batch {
                switch statuses[update.ref.description] {
                case .done?: continue
                case .refused(let why)?: refusals[update.ref] = why
                case nil: refusals[update.ref] = "Git said nothing about it"
                }
            }
        }
        return refusals
    }

    /// Git's options with which it pushes by itself where our rules lead pushes to our helper, which
    /// would ask the remote once more what it has, over a connection of its own.
    ///
    /// None where `vcs` leads there, or where it cannot be told.
    private func settingsPastHelper(_ config: GitConfig) -> [String] {
        guard config["remote.\(name).vcs"] == nil, config.values("remote.\(name).pushurl").isEmpty
        else { return [] }
        let urls = config.values("remote.\(name).url")
        let (rules, theirs) = (URLRewriting(config, includingOurs: true), URLRewriting(config))
        return (urls.isEmpty ? [name] : urls).flatMap { url -> [String] in
            guard HelperAddress(url) == nil,
                HelperAddress(rules.address(url, isPush: true)) != nil
            else { return [] }
            // The longest match counts, and no other rule is applied after it.
            let address = theirs.address(url, isPush: true)
            guard !address.contains("="), !(address + url).contains("\n") else { return [] }
            return ["-c", "url.\(address).pushInsteadOf=\(url)"]
        }
    }

    // MARK: Getting

    /// Brings the commits of these refs, and changes no ref but the tracking refs that the user set up.
    ///
    /// Throws ``GitRemoteError``, `SubprocessError`.
    package func fetch(_ refs: [ExperimentRef], into repository: GitRepository) throws {
        try beginFetch(refs, into: repository).finish()
    }

    /// The same, under way while its caller does something else.
    package func beginFetch(
        _ refs: [ExperimentRef], into repository: GitRepository
    ) throws -> Fetch {
        if refs.isEmpty { return Fetch(remote: self, command: nil) }
        let command = repository.commandWithoutOurselves([
            "fetch", "--quiet", "--no-tags", "--no-prune", "--no-auto-gc", "--no-write-fetch-head",
            "--recurse-submodules=no", "--stdin", "--end-of-options", name,
        ])
        var running = try command.begin(takesInput: true)
        running.feed(refs.flatMap { Array("\($0)\n".utf8) })
        return Fetch(remote: self, command: running)
    }

    /// A fetch that was begun.
    package struct Fetch: ~Copyable {
        fileprivate let remote: ExperimentRemote
        fileprivate let command: RunningCommand?

        /// Waits for its end.
        package consuming func finish() throws {
            let remote = remote
            guard let result = try command?.finish(), !result.status.isSuccess else { return }
            throw GitRemoteError(remote: remote.name, cause: result.failure(of: "git fetch"))
        }
    }
}

/// A Git remote that does not do what it was asked for.
package struct GitRemoteError: UserFacingError, Equatable {
    package enum Cause: Equatable, Sendable {
        case badName
        case unreachable(words: String)
        /// Git was ended by a signal.
        case killed(words: String)
    }

    package let remote: String
    package let cause: Cause

    package var summary: String {
        switch cause {
        case .badName: "'\(remote)' is not a valid Git remote or URL"
        case .unreachable(let words), .killed(let words):
            "cannot use Git remote '\(withoutPassword(remote))': \(words)"
        }
    }

    package var advice: String? {
        switch cause {
        case .badName: "'git remote -v' lists the names; any URL that Git takes will do"
        case .unreachable:
            "'git remote -v' lists the names, 'git ls-remote' tries one out and says more"
        case .killed: "try again; what was sent or got before is not lost"
        }
    }
}

extension CommandResult {
    /// Why Git could not use a remote, without what it says of each; `name`: the command.
    func failure(of name: String) -> GitRemoteError.Cause {
        let words = GitRemoteError.words(in: String(decoding: errorOutput, as: UTF8.self))
        // What is killed says nothing of it.
        if case .signalled(let signal) = status {
            let said = words.isEmpty ? "" : ": \(words)"
            return .killed(words: "'\(name)' was ended by signal \(signal)\(said)")
        }
        if !words.isEmpty { return .unreachable(words: words) }
        // Git's usual words are of rights, and there may be nothing wrong with those.
        return .unreachable(
            words: lastWords.isEmpty
                ? "'\(name)' ended with code \(status.code)"
                : "the connection was closed before the server had answered")
    }
}

extension GitRemoteError {
    /// What is of interest in what Git, or a program that it started, has said.
    static func words(in said: String) -> String {
        let usual = [
            "fatal: Could not read from remote repository.",
            "Please make sure you have the correct access rights", "and the repository exists.",
        ]
        // What ssh says of a host key that has changed has indented lines, of a program to forget it by.
        let lines = said.split(whereSeparator: \.isNewline)
            .filter { !usual.contains(String($0)) && !$0.hasPrefix(" ") }
            .map { $0.hasPrefix("fatal: ") ? $0.dropFirst(7) : $0 }
        // What a shell says of the program that it ran.
        if lines == ["Killed"] || lines == ["Terminated"] {
            return "the program that makes the connection was ended by a signal (\(lines[0]))"
        }
        return lines.suffix(3).joined(separator: "; ")
    }
}

/// What `git push --porcelain` says of one ref.
enum PushedRefStatus: Equatable {
    case done
    case refused(why: String)

    /// Reads the lines `<flag> TAB <from>:<to> TAB <summary>`; what came of each ref of the remote.
    ///
    /// Source: git-push(1), "Output".
    static func parse(_ bytes: [UInt8]) -> [String: PushedRefStatus] {
        var statuses: [String: PushedRefStatus] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(
                separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0].utf8.count == 1,
                let colon = fields[1].lastIndex(of: ":")
            else { continue }
            let ref = String(fields[1][fields[1].index(after: colon)...])
            statuses[ref] = fields[0] == "!" ? .refused(why: String(fields[2])) : .done
        }
        return statuses
    }
}

extension [ExperimentRemote.Update] {
    /// As many at a time as a command line holds on every system.
    fileprivate var batches: [[Element]] {
        let limit = 1000
        return stride(from: 0, to: count, by: limit).map {
            Array(self[$0..<Swift.min($0 + limit, count)])
        }
    }
}

extension GitRepository {
    /// For commands whose data we see to: the hooks and helpers of the suite do nothing.
    func commandWithoutOurselves(_ arguments: [String]) -> Command {
        var command = command(arguments)
        command.environment["DVC_SKIP"] = "1"
        return command
    }
}
