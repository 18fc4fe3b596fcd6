package import Basics
package import Git

/// What became of experiments that were to be removed or renamed.
package struct ExperimentChangeReport: Sendable {
    /// As the user called them.
    package var names: [String] = []
    package var errors: [any UserFacingError] = []
    /// What the Git server said.
    package var words: [String] = []
}

/// Removes experiments, here or on a Git remote; data stays where it is.
package struct ExperimentRemoval {
    private let repository: GitRepository
    private let config: GitConfig
    private let scope: ExperimentScope
    private let keepsSelected: Bool

    /// `keepsSelected`: all experiments but those of the scope go.
    package init(_ session: Session, _ scope: ExperimentScope, keepsSelected: Bool) {
        repository = session.repository
        config = session.config
        self.scope = scope
        self.keepsSelected = keepsSelected
    }

    /// Removes them here, all or none.
    ///
    /// Throws `ExperimentError`, `SubprocessError`.
    package func run() throws -> ExperimentChangeReport {
        let doomed = try chosen(remote: nil) { selection, _ in
            try repository.experiments(for: selection)
        }
        let changes = doomed.map { RefChange.delete($0.ref.description, from: $0.tip) }
        try repository.change(changes + leftovers(of: doomed))
        return ExperimentChangeReport(names: names(of: doomed))
    }

    /// Removes them on a Git remote; one that the remote keeps holds no other back.
    ///
    /// Throws `ExperimentError`, `GitRemoteError`, `SubprocessError`.
    package func run(
        on remote: ExperimentRemote, listing: consuming ExperimentRemote.Listing
    ) throws -> ExperimentChangeReport {
        // Passed on to what is called once.
        var listing = Optional(listing)
        let doomed = try chosen(remote: remote.name) { selection, head in
            try listing.take()?.finish(selection, head: head) ?? []
        }
        var report = ExperimentChangeReport()
        var words: [String] = []
        let updates = doomed.map { ExperimentRemote.Update($0.ref, from: $0.tip, to: nil) }
        var refusals = try remote.send(updates, from: repository, config) { words.append($0) }
        report.words = words
        let gone = remote.alreadyMade(
            of: updates.filter { refusals[$0.ref] != nil }, in: repository, config)
        for ref in gone { refusals[ref] = nil }
        report.names = names(of: doomed.filter { refusals[$0.ref] == nil })
        report.errors = doomed.compactMap { experiment in
            refusals[experiment.ref].map {
                RefusedExperimentError(experiment: experiment.ref, remote: remote.name, why: $0)
            }
        }
        return report
    }

    /// `list`: gives the experiments that a selection can mean.
    private func chosen(
        remote: String?, _ list: (ExperimentSelection, GitOID?) throws -> [Experiment]
    ) throws -> [Experiment] {
        let selection = try scope.selection(in: repository)
        let head = try repository.headCommit()
        let all = try list(keepsSelected ? .all : selection, head)
        let selected = try all.selected(by: selection, head: head, remote: remote)
        guard keepsSelected else { return selected }
        let kept = Set(selected)
        return all.filter { !kept.contains($0) }
    }

    /// What the user wrote, or else the names.
    private func names(of removed: [Experiment]) -> [String] {
        let refs = Set(removed.map(\.ref))
        guard !scope.names.isEmpty, !keepsSelected else { return removed.map(\.ref.name) }
        let names = Set(removed.map(\.ref.name))
        return uniqued(scope.names).filter { word in
            names.contains(word) || ExperimentRef(word).map(refs.contains) ?? false
        }
    }

    /// What DVC noted about these experiments and would not know the meaning of any more.
    ///
    /// Source: `remove_exp_refs` in DVC 3.67 `repo/experiments/utils.py`.
    private func leftovers(of removed: [Experiment]) throws(SubprocessError) -> [RefChange] {
        guard let applied = try repository.target(ofRef: ExperimentRef.appliedRef),
            removed.contains(where: { $0.tip == applied })
        else { return [] }
        return [.delete(ExperimentRef.appliedRef, from: applied)]
    }
}
