import Basics
import Git

/// Experiments that go along with a push, by `dvc.pushExps` or `-o dvc.exps=...` (design 7).
///
/// They never keep the user's own refs back: what is refused of them is only said.
struct FollowingExperiments {
    private let context: HelperContext
    private let listed: [String: GitOID]
    private let scope: FollowingScope

    /// `listed`: what the remote has.
    init(_ context: HelperContext, _ options: HelperOptions, listed: [String: GitOID]) {
        self.context = context
        self.listed = listed
        if let asked = options.experiments {
            // Also a server that refused them: the user says so.
            scope = asked
            return
        }
        if let word = context.config.followingSetting, FollowingScope(rawValue: word) == nil {
            printMessage("warning", "dvc.pushExps is '\(word)': expected none, follow or all")
        }
        scope = context.config.followingScope(to: context.name)
    }

    /// What the remote once had.
    private func seen() throws -> SeenExperiments {
        SeenExperiments(on: context.name, in: try context.preparation.commonDirectory())
    }

    /// The experiments to send along with these refs, without those that the user named.
    ///
    /// Throws `SubprocessError`, `SystemError`.
    func updates(along pushed: [RefUpdate]) throws -> [RefUpdate] {
        let tips = pushed.compactMap(\.newOID)
        if tips.isEmpty { return [] }
        return try updates(besides: Set(pushed.map(\.remoteRef))) { tips }
    }

    /// The experiments to send when no ref is to move: of commits that were pushed before.
    ///
    /// What Git was asked to push is not known then, so those count whose baseline is on a branch or tag
    /// that is the same here and there: one that was refused is not. Throws as ``updates(along:)``.
    func updatesAlone() throws -> [RefUpdate] { try updates(besides: [], unchangedTips) }

    /// What branches and tags point at that are the same here and there.
    private func unchangedTips() throws -> [GitOID] {
        let published = Set(
            listed.filter { $0.key.hasPrefix("refs/heads/") || $0.key.hasPrefix("refs/tags/") }
                .values)
        let found = try context.git.command([
            "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags",
        ]).outputIfSuccessful()
        return found.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
            .filter(published.contains)
    }

    /// `named`: refs that go anyway; `tips`: what the baselines must lead to when they are to follow.
    private func updates(
        besides named: Set<String>, _ tips: () throws -> [GitOID]
    ) throws -> [RefUpdate] {
        if scope == .none { return [] }
        let local = try context.preparation.experiments()
        var candidates = try seen().sendable(
            of: named.isEmpty ? local : local.filter { !named.contains($0.ref.description) },
            there: listed)
        if candidates.isEmpty { return [] }
        if scope == .follow {
            candidates = try candidates.followers(of: tips(), using: context.git)
        }
        return try commits(among: candidates).compactMap { experiment in
            let old = listed[experiment.ref.description]
            if let old, try !context.git.isAncestor(old, of: experiment.tip) {
                printMessage(
                    "note", "experiment '\(experiment.ref.name)' is another one there: not pushed")
                return nil
            }
            return RefUpdate(
                localName: experiment.ref.description, newOID: experiment.tip,
                remoteRef: experiment.ref.description, oldOID: old)
        }
    }

    /// Those whose refs name a commit: nothing keeps Git from others, and one that is broken would stop
    /// the user's own refs.
    private func commits(among experiments: [Experiment]) throws -> [Experiment] {
        if experiments.isEmpty { return [] }
        let answer = try context.git.command(["cat-file", "--batch-check=%(objecttype)"])
            .outputIfSuccessful(input: experiments.flatMap { Array("\($0.tip)\n".utf8) })
        let types = String(decoding: answer, as: UTF8.self).split(separator: "\n")
        return zip(experiments, types).compactMap { experiment, type in
            if type == "commit" { return experiment }
            printMessage("warning", "'\(experiment.ref)' names no commit: not pushed")
            return nil
        }
    }

    /// Writes down what the remote has now: the tracking refs, and what it once had.
    ///
    /// `done`: refs that moved, those of experiments among them.
    func record(_ done: [RefUpdate]) throws {
        guard let name = context.name else { return }
        var lines = ""
        for update in done where ExperimentRef(update.remoteRef) != nil {
            let ref = "refs/dvc/\(name)/exps/\(update.remoteRef.dropFirst("refs/exps/".count))"
            lines += update.newOID.map { "update \(ref) \($0)\n" } ?? "delete \(ref)\n"
        }
        if !lines.isEmpty {
            _ = try context.git.command(["update-ref", "--stdin"])
                .outputIfSuccessful(input: Array(lines.utf8))
        }
        if scope == .none { return }
        let sent = done.compactMap { update in
            ExperimentRef(update.remoteRef).flatMap { ref in
                update.newOID.map { Experiment(ref: ref, tip: $0) }
            }
        }
        try seen().record(there: listed, sent: sent)
    }
}

extension GitProgram {
    fileprivate func isAncestor(_ commit: GitOID, of other: GitOID) throws(SubprocessError) -> Bool
    {
        try command(["merge-base", "--is-ancestor", commit.hex, other.hex]).run().status.isSuccess
    }
}

extension HelperContext {
    /// Remembers that the remote takes no experiments, and says so.
    func rememberRefusal(_ why: String) {
        var text = "'\(shownName)' takes no experiments (\(why)), so they stay here"
        if let key = name.map(GitConfig.refusalKey) {
            // Without the note the next push only tries again.
            _ = try? git.command(["config", "--local", key, "unsupported"]).run()
            text += "; 'git config --unset \(key)' tries again"
        }
        printMessage("note", text)
    }
}
