internal import Basics

/// The experiments that a user means.
package enum ExperimentSelection: Equatable, Sendable {
    /// `-A`.
    case all
    /// Names, or full ref names.
    case names([String])
    /// Made from these commits: `--rev` and `-n`.
    case baselines(Set<GitOID>)

    /// These, and perhaps others made from the same commits where there are many.
    package static func these(_ experiments: [Experiment]) -> ExperimentSelection {
        experiments.count > 50
            ? .baselines(Set(experiments.map(\.ref.baseline)))
            : .names(experiments.map(\.ref.description))
    }
}

extension [Experiment] {
    /// Those that the selection means, in the order that they have here.
    ///
    /// `head`: the commit that is checked out, whose experiment a name means that several have.
    /// `remote`: the Git remote that they are on. Throws ``ExperimentError``.
    package func selected(
        by selection: ExperimentSelection, head: GitOID?, remote: String? = nil
    ) throws(ExperimentError) -> [Experiment] {
        switch selection {
        case .all: return self
        case .names(let names): return try chosen(by: names, head: head, remote: remote)
        case .baselines(let baselines): return filter { baselines.contains($0.ref.baseline) }
        }
    }

    /// The experiments with these names, each once, in their order.
    ///
    /// Source: DVC 3.67 `utils.resolve_name`, observed (dvc-compat 6.3).
    func chosen(
        by names: [String], head: GitOID?, remote: String?
    ) throws(ExperimentError) -> [Experiment] {
        var chosen: [Experiment] = []
        var unknown: [String] = []
        let plain = Set(names.filter { !$0.hasPrefix("refs/") })
        let named = Dictionary(
            grouping: plain.isEmpty ? [] : filter { plain.contains($0.ref.name) }, by: \.ref.name)
        for name in uniqued(names) {
            if name.hasPrefix("refs/") {
                guard let ref = ExperimentRef(name) else { throw .noExperimentRef(name) }
                if let experiment = first(where: { $0.ref == ref }) {
                    chosen.append(experiment)
                } else {
                    unknown.append(name)
                }
                continue
            }
            let candidates = named[name] ?? []
            if candidates.isEmpty {
                unknown.append(name)
            } else if candidates.count == 1 {
                chosen.append(candidates[0])
            } else if let own = candidates.first(where: { $0.ref.baseline == head }) {
                chosen.append(own)
            } else {
                throw .ambiguousName(name, candidates.map(\.ref))
            }
        }
        guard unknown.isEmpty else { throw .unknownNames(unknown, remote: remote) }
        return uniqued(chosen)
    }
}
