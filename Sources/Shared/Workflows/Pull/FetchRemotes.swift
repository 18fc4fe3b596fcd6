internal import Basics
internal import DVC
internal import Planning

/// Which remotes the data of some outs is fetched from.
struct FetchRemotes {
    private let session: Session
    private let selection: RemoteSelection
    private let outs: [CollectedOut]

    init(_ session: Session, _ options: PullOptions, _ outs: [CollectedOut]) {
        self.session = session
        self.outs = outs
        selection = RemoteSelection(defaultName: options.defaultRemote, only: options.remote)
    }

    /// The remote of one of the outs.
    ///
    /// As for a push, a commit from before the remote was set up has the configuration of another one
    /// that knows it, or that of the working copy (docs/decisions/0005). Throws `ConfigError`,
    /// `SystemError`.
    func choice(for out: CollectedOut) throws -> RemoteChoice {
        try selection.choice(for: out) { name in
            let others = outs.lazy.filter { $0.root == out.root }.map(\.configuration.config)
            if let config = others.first(where: { $0.knows(name) }) { return config }
            let config = try session.configuration(of: out.root)
            return config.knows(name) ? config : nil
        }
    }
}
