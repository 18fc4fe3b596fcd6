package import Git

/// Makes a branch that ends with an experiment's commit.
package struct ExperimentBranching {
    private let repository: GitRepository

    package init(_ repository: GitRepository) { self.repository = repository }

    /// The branch that was made, and of which experiment.
    package struct Branch: Sendable {
        package let name: String
        package let experiment: ExperimentRef
    }

    /// Makes the branch.
    ///
    /// `word`: the experiment's name or ref, or what names one of its commits. `name`: by default the
    /// experiment's with `-branch`. Throws `ExperimentError`, `SubprocessError`.
    package func run(_ word: String, name: String?) throws -> Branch {
        let experiment = try experiment(named: word)
        let name = name ?? "\(experiment.ref.name)-branch"
        let ref = "refs/heads/\(name)"
        guard !name.hasPrefix("-"), name != "HEAD", try repository.isRefName(ref) else {
            throw ExperimentError.badName(name)
        }
        if try repository.target(ofRef: ref) != nil { throw ExperimentError.branchExists(name) }
        try repository.change(
            [.set(ref, to: experiment.tip, from: nil)],
            message: "dvc: Created from experiment '\(experiment.ref.name)'")
        return Branch(name: name, experiment: experiment.ref)
    }

    /// The experiment to which a commit belongs that a user names.
    ///
    /// DVC takes any experiment that descends from the commit, so that `HEAD` means one that was made
    /// from it.
    private func experiment(named word: String) throws -> Experiment {
        let commit: GitOID
        do {
            commit = try repository.commitOrExperiment(named: word)
        } catch ExperimentError.unknownRevision {
            throw ExperimentError.unknownNames([word], remote: nil)
        }
        let descendants = try repository.experiments(containing: commit)
        let commits = try repository.commits(of: descendants)
        let found = descendants.filter { commits[$0]?.contains(commit) == true }
        if let named = found.first(where: { $0.ref.description == word }) { return named }
        let named = found.filter { $0.ref.name == word }
        let candidates = named.isEmpty ? found : named
        if candidates.count == 1 { return candidates[0] }
        let head = try repository.headCommit()
        if let own = candidates.first(where: { $0.ref.baseline == head }) { return own }
        throw candidates.isEmpty
            ? ExperimentError.notOfAnExperiment(word)
            : ExperimentError.ambiguousName(word, candidates.map(\.ref))
    }
}
