package import Basics
package import Git

/// Experiments that go along with a push that Git made by itself (`dvc.pushExps`).
///
/// They go after the refs that the user pushed, over a connection of their own.
package struct ExperimentFollowing {
    private let session: Session
    private let remote: ExperimentRemote

    /// Follows to a Git remote of this name, or throws ``GitRemoteError``.
    package init(_ session: Session, to name: String) throws(GitRemoteError) {
        self.session = session
        remote = try ExperimentRemote(name)
    }

    /// Sends what may go along with commits that are on the remote now.
    ///
    /// Throws as ``ExperimentPush/run(comparingWith:)``.
    package func run(
        tips: [GitOID], progress: ProgressMeter.Output
    ) async throws -> ExperimentPushReport {
        let repository = session.repository
        let scope = session.config.followingScope(to: remote.name)
        if scope == .none || tips.isEmpty { return ExperimentPushReport() }
        var candidates = try repository.experiments()
        if scope == .follow {
            candidates = try candidates.followers(of: tips, using: repository.git)
        }
        if candidates.isEmpty { return ExperimentPushReport() }
        let listing = try remote.beginListing(in: repository, session.config)
        let there = Dictionary(
            try listing.finish(.these(candidates), head: nil).map { ($0.ref, $0.tip) },
            uniquingKeysWith: { first, _ in first })
        let known = Dictionary(
            there.map { ($0.key.description, $0.value) }, uniquingKeysWith: { first, _ in first })
        let seen = SeenExperiments(on: remote.name, in: repository.commonDirectory)
        candidates = try seen.sendable(of: candidates, there: known)
        let push = ExperimentPush(
            session, to: remote, ExperimentTransferOptions(progress: progress))
        let report = try await push.run(candidates, there: there)
        let pushed = Set(report.pushed)
        try seen.record(there: known, sent: candidates.filter { pushed.contains($0.ref) })
        return report
    }
}
