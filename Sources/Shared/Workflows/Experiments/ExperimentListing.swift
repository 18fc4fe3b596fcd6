internal import Basics
package import Git

/// What `exp list` and the other commands that select experiments are told.
package struct ExperimentScope: Sendable {
    /// `-A`.
    package var isAll = false
    package var names: [String] = []
    /// `--rev`; none for HEAD.
    package var revisions: [String] = []
    /// `-n`: of each revision this many first parents, itself included; all when negative.
    package var count = 1

    package init() {}

    /// Whether the user named each of the experiments.
    var meansNames: Bool { !isAll && !names.isEmpty }

    /// What it means in a repository.
    ///
    /// Throws `ExperimentError`, `SubprocessError`.
    package func selection(in repository: GitRepository) throws -> ExperimentSelection {
        if isAll { return .all }
        if meansNames { return .names(names) }
        let revisions = revisions.isEmpty ? ["HEAD"] : revisions
        return .baselines(Set(try repository.baselines(revisions, count: count)))
    }

    /// The local experiments that it means; Git looks no further than it must.
    func localExperiments(in repository: GitRepository) throws -> [Experiment] {
        let selection = try selection(in: repository)
        return try repository.experiments(for: selection)
            .selected(by: selection, head: repository.headCommit())
    }

    /// The same, with the first parents of the tips.
    func localExperimentsWithParents(
        in repository: GitRepository
    ) throws -> (experiments: [Experiment], parents: [GitOID: GitOID]) {
        let selection = try selection(in: repository)
        let found = try repository.experimentsWithParents(for: selection)
        return (
            try found.experiments.selected(by: selection, head: repository.headCommit()),
            found.parents
        )
    }
}

/// The experiments of a repository or of a Git remote, by the commits that they were made from.
package struct ExperimentListing: Sendable {
    /// Experiments with the same baseline, which is named as people know it: by its branch or tag, or
    /// the first seven digits of its id.
    package struct Group: Sendable {
        package let baseline: GitOID
        package let title: String
        package let experiments: [Experiment]
    }

    package let groups: [Group]

    /// Lists what `scope` means.
    ///
    /// `remote`: the experiments of the remote, whose names of commits are still those of this
    /// repository; `nil` for the local ones. Throws `ExperimentError`, `GitRemoteError`,
    /// `SubprocessError`.
    package init(
        _ scope: ExperimentScope, in repository: GitRepository,
        remote: consuming ExperimentRemote.Listing?
    ) throws {
        let experiments: [Experiment]
        let titles: BaselineTitles
        if let remote {
            // Asked while the connection opens.
            let selection = try scope.selection(in: repository)
            titles = try BaselineTitles(repository)
            experiments = try remote.finish(selection, head: nil)
                .selected(by: selection, head: nil)
        } else {
            experiments = try scope.localExperiments(in: repository)
            titles = experiments.isEmpty ? BaselineTitles() : try BaselineTitles(repository)
        }
        let grouped = Dictionary(grouping: experiments, by: \.ref.baseline)
        groups = uniqued(experiments.map(\.ref.baseline)).map { baseline in
            Group(
                baseline: baseline, title: titles[baseline], experiments: grouped[baseline] ?? [])
        }
    }
}

/// What people call commits: the current branch, else a tag, else a branch.
///
/// Source: DVC 3.67 `utils.describe`, observed (dvc-compat 6.6).
struct BaselineTitles {
    private var current: [GitOID: String] = [:]
    private var tags: [GitOID: String] = [:]
    private var branches: [GitOID: String] = [:]

    /// Knows no names.
    init() {}

    init(_ repository: GitRepository) throws(SubprocessError) {
        let listed = try repository.output([
            "for-each-ref", "--format=%(HEAD)%(objectname) %(*objectname) %(refname)",
            "refs/heads", "refs/tags",
        ])
        for line in listed.split(separator: UInt8(ascii: "\n")) {
            let fields = line.dropFirst().split(
                separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let oid = GitOID(fields[1].isEmpty ? fields[0] : fields[1])
            else { continue }
            let ref = String(decoding: fields[2], as: UTF8.self)
            if ref.hasPrefix("refs/tags/") {
                if tags[oid] == nil { tags[oid] = String(ref.dropFirst(10)) }
                continue
            }
            let name = String(ref.dropFirst(11))
            if line.first == UInt8(ascii: "*") { current[oid] = name }
            if branches[oid] == nil { branches[oid] = name }
        }
    }

    subscript(commit: GitOID) -> String { name(of: commit) ?? String(commit.hex.prefix(7)) }

    /// `nil` for a commit without a name.
    func name(of commit: GitOID) -> String? {
        current[commit] ?? tags[commit] ?? branches[commit]
    }
}
