package import Basics

extension ExperimentRemote {
    /// A connection over which a remote tells what experiments it has; it opens while its holder does
    /// something else.
    package struct Listing: ~Copyable {
        private let remote: ExperimentRemote
        private let repository: GitRepository
        /// `nil` where only Git itself can make the connection.
        private var server: RefServer?
        /// Whether what makes the connection may have asked the user for something.
        private let isDistant: Bool

        fileprivate init(
            _ remote: ExperimentRemote, in repository: GitRepository, _ service: Service?
        ) throws(SubprocessError) {
            self.remote = remote
            self.repository = repository
            isDistant = service?.isDistant ?? false
            guard let service else {
                server = nil
                return
            }
            repository.git.trace.log("run \(service.command.line)")
            server = try RefServer(service.command)
        }

        /// The experiments that a selection can mean there, and perhaps others, in the order in which
        /// Git lists refs; what is selected of them is what would be selected of all.
        ///
        /// `head`: the commit that is checked out. `others`: refs that are of interest as well. Blocks
        /// the thread. Throws ``GitRemoteError``, `SubprocessError`.
        package consuming func finish(
            _ selection: ExperimentSelection, head: GitOID?, and others: [ExperimentRef] = []
        ) throws -> [Experiment] {
            let all = [ExperimentRef.namespace]
            let question = selection.question(head: head)
            let few = question.map { $0.refs + others.map(\.description) } ?? []
            let prefixes = few.isEmpty ? all : few
            do throws(RefServer.Failure) {
                guard server != nil else { throw RefServer.Failure(words: "") }
                var found = Experiment.parse(
                    try server?.refs(beginningWith: prefixes) ?? [], of: selection.baselines)
                if let question, !question.isSettled(by: found) {
                    found = Experiment.parse(try server?.refs(beginningWith: all) ?? [])
                }
                server.take()?.close()
                return found
            } catch {
                server = nil
                if isDistant, !error.words.isEmpty {
                    throw GitRemoteError(
                        remote: remote.name,
                        cause: .unreachable(words: GitRemoteError.words(in: error.words)))
                }
            }
            return try askGit(selection)
        }

        /// By Git's own means, which know every kind of address; all refs are sent.
        private func askGit(_ selection: ExperimentSelection) throws -> [Experiment] {
            let words = ["ls-remote", "--quiet", "--refs", "--end-of-options", remote.name]
            let command = repository.commandWithoutOurselves(words + selection.patterns)
            let result = try command.run()
            guard result.status.isSuccess else {
                throw GitRemoteError(
                    remote: remote.name, cause: result.failure(of: "git ls-remote"))
            }
            return Experiment.parse(result.output, of: selection.baselines)
        }
    }

    /// Begins to connect.
    ///
    /// `config`: of the repository.
    package func beginListing(
        in repository: GitRepository, _ config: GitConfig
    ) throws(SubprocessError) -> Listing {
        try Listing(self, in: repository, service(for: repository, config))
    }
}

extension ExperimentRemote {
    /// Those of the updates that the remote has refused although it has now what was to be sent: somebody
    /// else has made the same change at the same time, and was faster.
    ///
    /// None where it cannot be asked: then what it said first counts.
    package func alreadyMade(
        of refused: [Update], in repository: GitRepository, _ config: GitConfig
    ) -> Set<ExperimentRef> {
        let refs = refused.map(\.ref)
        guard !refs.isEmpty, let listing = try? beginListing(in: repository, config),
            let found = try? listing.finish(.names(refs.map(\.description)), head: nil)
        else { return [] }
        let there = Dictionary(
            found.map { ($0.ref, $0.tip) }, uniquingKeysWith: { first, _ in first })
        return Set(refused.filter { there[$0.ref] == $0.newTip }.map(\.ref))
    }
}

extension ExperimentSelection {
    /// The only baselines of interest; `nil` when that is not known beforehand.
    fileprivate var baselines: Set<GitOID>? {
        if case .baselines(let baselines) = self { baselines } else { nil }
    }

    /// What to tell `git ls-remote`, which throws away what nobody wants quicker than we read it.
    fileprivate var patterns: [String] {
        let few = 1...100
        switch self {
        // What cannot be a name is found nowhere, and Git could take it for a pattern.
        case .names(let names) where few ~= names.count && names.allSatisfy(\.isRefComponents):
            return names.map { $0.hasPrefix("refs/") ? $0 : "\(ExperimentRef.namespace)*/\($0)" }
        case .baselines(let baselines) where few ~= baselines.count:
            return baselines.map { "\(ExperimentRef.prefix(of: $0))*" }
        default: return ["\(ExperimentRef.namespace)*"]
        }
    }
}

// MARK: - Connections

/// How the service that lists refs is reached without Git between.
private struct Service {
    let command: Command
    let isDistant: Bool
}

extension ExperimentRemote {
    /// `nil` where Git has rules of its own for the address, or forbids it.
    private func service(for repository: GitRepository, _ config: GitConfig) -> Service? {
        let environment = repository.git.environment
        // Where these lead elsewhere, it is Git's to say what a relative path means.
        guard environment["GIT_DIR"] == nil, environment["GIT_WORK_TREE"] == nil,
            let text = url(config), let address = try? RemoteAddress(text),
            ProtocolPolicy(config, environment).allows(address.transport.policyName)
        else { return nil }
        let program = config["remote.\(name).uploadpack"]
        let service = ServiceInvocation(
            "git-upload-pack", program: program, git: repository.git.path, config, environment)
        switch address.transport {
        case .local(let path):
            // A file would be a bundle; and what is none of both, Git finds by other names.
            guard program == nil, !path.hasPrefix("~"), let top = repository.workTree else {
                return nil
            }
            let place = top.appending(FilePath(path))
            guard directoryExists(place) else { return nil }
            return Service(command: service.command(for: place.string), isDistant: false)
        case .ssh(let place):
            // What is wrong with the program, Git says best.
            guard let command = try? service.command(for: place) else { return nil }
            return Service(command: command, isDistant: true)
        case .git, .http, .https: return nil
        }
    }

    /// The address from which Git would fetch, as far as it is that plain.
    private func url(_ config: GitConfig) -> String? {
        let settings = ["vcs", "serveroption"].map { config["remote.\(name).\($0)"] }
        guard settings.allSatisfy({ $0 == nil }) else { return nil }
        let urls = config.values("remote.\(name).url")
        // A word could be a remote that is kept in a file, and an empty address takes others back.
        guard let url = urls.first ?? (name.contains("/") || name.contains(":") ? name : nil),
            !urls.contains("")
        else { return nil }
        return URLRewriting(config).address(url, isPush: false)
    }
}
