internal import Basics
package import Git

/// Gives an experiment another name, here or on a Git remote.
package struct ExperimentRenaming {
    private let repository: GitRepository
    private let config: GitConfig
    private let oldName: String
    private let newName: String
    private let isForced: Bool

    /// Prepares it; nothing is asked yet.
    ///
    /// `oldName`: a name or a full ref name. `isForced`: an experiment that has the new name goes.
    package init(
        _ session: Session, from oldName: String, to newName: String, isForced: Bool
    ) {
        repository = session.repository
        config = session.config
        self.oldName = oldName
        self.newName = newName
        self.isForced = isForced
    }

    /// Renames it here.
    ///
    /// Throws `ExperimentError`, `SubprocessError`.
    package func run() throws -> ExperimentChangeReport {
        let found = try repository.experiments(for: .names([oldName]))
        let step = try step(from: found, remote: nil) { try repository.experiment(of: $0) }
        try repository.change([
            .set(step.newRef.description, to: step.experiment.tip, from: step.replaced),
            .delete(step.experiment.ref.description, from: step.experiment.tip),
        ])
        return ExperimentChangeReport(names: [oldName])
    }

    /// Renames it on a Git remote; the local experiment of the name stays as it is.
    ///
    /// DVC looks the name up on the remote and then renames a local experiment, or fails where there
    /// is none. The new name is there before the old one goes. Throws `ExperimentError`,
    /// `GitRemoteError`, `SubprocessError`.
    package func run(
        on remote: ExperimentRemote, listing: consuming ExperimentRemote.Listing
    ) throws -> ExperimentChangeReport {
        let found = try list(by: listing)
        let step = try step(from: found, remote: remote.name) { ref in
            found.first { $0.ref == ref }
        }
        let experiment = step.experiment
        if try repository.commit(named: experiment.tip.hex) == nil {
            try remote.fetch([experiment.ref], into: repository)
        }
        var report = ExperimentChangeReport()
        for update in [
            ExperimentRemote.Update(
                step.newRef, from: step.replaced, to: experiment.tip, isForced: isForced),
            ExperimentRemote.Update(experiment.ref, from: experiment.tip, to: nil),
        ] {
            var words: [String] = []
            let refusals = try remote.send([update], from: repository, config) { words.append($0) }
            report.words += words
            if let why = refusals[update.ref] {
                report.errors.append(
                    RefusedExperimentError(experiment: update.ref, remote: remote.name, why: why))
                return report
            }
        }
        report.names = [oldName]
        return report
    }

    private struct Step {
        let experiment: Experiment
        let newRef: ExperimentRef
        /// What has the new name now and goes.
        let replaced: GitOID?
    }

    /// What the remote has of both names.
    private func list(by listing: consuming ExperimentRemote.Listing) throws -> [Experiment] {
        let head = try repository.headCommit()
        let baseline = ExperimentRef(oldName)?.baseline ?? head
        // Letters that can be written in several ways are the same to us, and not to Git.
        guard let baseline, newName.isRefComponents, newName.utf8.allSatisfy({ $0 < 0x80 }) else {
            return try listing.finish(.all, head: head)
        }
        return try listing.finish(
            .names([oldName]), head: head, and: [ExperimentRef(baseline: baseline, name: newName)])
    }

    /// What is to be done.
    ///
    /// `candidates`: those that the old name can mean. `existing`: gives the experiment of a ref.
    private func step(
        from candidates: [Experiment], remote: String?,
        existing: (ExperimentRef) throws -> Experiment?
    ) throws -> Step {
        let found = try candidates.selected(
            by: .names([oldName]), head: repository.headCommit(), remote: remote)
        guard let experiment = found.first else {
            throw ExperimentError.unknownNames([oldName], remote: remote)
        }
        let newRef = ExperimentRef(baseline: experiment.ref.baseline, name: newName)
        let name = newRef.description
        guard !newName.hasPrefix("-"), ExperimentRef(name) == newRef, try repository.isRefName(name)
        else {
            throw ExperimentError.badName(newName)
        }
        let replaced = try existing(newRef)
        if newRef == experiment.ref || (replaced != nil && !isForced) {
            throw ExperimentError.exists(newRef)
        }
        return Step(experiment: experiment, newRef: newRef, replaced: replaced?.tip)
    }
}
