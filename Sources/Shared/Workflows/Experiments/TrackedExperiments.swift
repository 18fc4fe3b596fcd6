internal import Basics
internal import Git

/// Experiments that `git fetch` brought, made local ones (`dvc.fetchExps = auto`).
struct TrackedExperiments {
    private let repository: GitRepository

    init(in repository: GitRepository) { self.repository = repository }

    /// Creates local experiments, and brings up to date those that go on at the remote.
    ///
    /// Others of the same name stay. Returns how many changed. Throws `SubprocessError`: then none has.
    func adopt() throws -> Int {
        let remotes = String(decoding: try repository.output(["remote"]), as: UTF8.self)
            .split(separator: "\n").filter { String($0).isRefComponents }
        let here = Dictionary(
            try repository.experiments().map { ($0.ref, $0.tip) },
            uniquingKeysWith: { first, _ in first })
        var wanted = here
        for remote in remotes {
            for experiment in try tracked("refs/dvc/\(remote)/exps/") {
                let present = wanted[experiment.ref]
                if present == experiment.tip { continue }
                if let present, try !repository.isAncestor(present, of: experiment.tip) { continue }
                wanted[experiment.ref] = experiment.tip
            }
        }
        let changes = wanted.filter { here[$0.key] != $0.value }.sorted { $0.key < $1.key }
        try repository.change(
            changes.map { .set($0.key.description, to: $0.value, from: here[$0.key]) })
        return changes.count
    }

    /// What is known of a remote's experiments, under their names there; only commits are any.
    private func tracked(_ prefix: String) throws(SubprocessError) -> [Experiment] {
        let listed = try repository.output([
            "for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", prefix,
        ])
        let lines = String(decoding: listed, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("commit ") }
            .map { line in
                let line = line.dropFirst(7)
                return line.replacing(" \(prefix)", with: " \(ExperimentRef.namespace)") + "\n"
            }
        return Experiment.parse(Array(lines.joined().utf8))
    }
}
