internal import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning

/// A commit, or the working copy, with what is known of it as an experiment.
package struct ExperimentState: Sendable {
    /// The id of a commit, or `workspace`.
    package let revision: String
    /// Of a baseline what people call it, of an experiment its name.
    package let name: String?
    /// When it was committed, in seconds since 1970.
    package let time: Int64?
    package let data: Result<RevisionData, RevisionData.Failure>
    /// Those that were made from this baseline, the newest first.
    package var experiments: [Range] = []

    /// An experiment with its commits, the last one first.
    package struct Range: Sendable {
        package let name: String
        package let revisions: [ExperimentState]
    }
}

/// Which experiments a table shall show, and what of them.
package struct ExperimentShowOptions: Sendable {
    package var scope = ExperimentScope()
    package var includesBranches = false
    package var includesTags = false
    package var hidesWorkspace = false
    /// `--sha`: baselines have no names.
    package var hidesNames = false
    /// `--param-deps`.
    package var stageParametersOnly = false
    /// Show what tracking refs know of this Git remote instead of the local experiments.
    package var remote: String?

    package init() {}
}

/// Collects what a table of experiments shows: baselines, experiments, metrics, parameters.
///
/// Source: `collect` in DVC 3.67 `repo/experiments/collect.py`.
package struct ExperimentShow {
    private let session: Session
    private let options: ExperimentShowOptions
    private var repository: GitRepository { session.repository }

    package init(_ session: Session, _ options: ExperimentShowOptions) {
        self.session = session
        self.options = options
    }

    /// The working copy, then each baseline with its experiments.
    ///
    /// Throws `ExperimentError`, ``NoTrackedExperimentsError``, `SubprocessError`, `SystemError`.
    package func run() throws -> [ExperimentState] {
        guard try repository.headCommit() != nil else { return [] }
        let standpoint = try session.standpoint()
        let baselines = try self.baselines()
        let names = options.hidesNames ? BaselineTitles() : try BaselineTitles(repository)
        let experiments = Dictionary(grouping: try experiments(of: baselines), by: \.ref.baseline)
        let commits = try repository.commits(of: experiments.values.flatMap(\.self))
        let times = try repository.times(of: baselines + commits.values.flatMap(\.self))
        let reader = RevisionDataReader(
            repository, sources: session.configurationSources, root: standpoint.root
        ) { oid, configuration in
            // What the cache does not give counts as missing, and is shown so.
            configuration.cacheDirectory
                .flatMap { try? readFileIfPresent($0.appending(oid.storagePath)) }
        }
        func state(_ commit: GitOID, _ name: String?) throws -> ExperimentState {
            let data = try reader.read(
                .commit(commit), stageParametersOnly: options.stageParametersOnly)
            return ExperimentState(
                revision: commit.hex, name: name, time: times[commit], data: data)
        }
        var states: [ExperimentState] = []
        if !options.hidesWorkspace {
            let data = try reader.read(
                .workspace, stageParametersOnly: options.stageParametersOnly)
            states.append(
                ExperimentState(revision: "workspace", name: nil, time: nil, data: data))
        }
        for baseline in baselines {
            var base = try state(baseline, names.name(of: baseline))
            let own = (experiments[baseline] ?? []).sorted { left, right in
                (times[left.tip] ?? 0, left.tip.hex) > (times[right.tip] ?? 0, right.tip.hex)
            }
            base.experiments = try own.map { experiment in
                let revisions = try (commits[experiment] ?? []).map { commit in
                    try state(commit, commit == experiment.tip ? experiment.ref.name : nil)
                }
                return .init(name: experiment.ref.name, revisions: revisions)
            }
            // What has no commit of its own is no experiment yet.
            base.experiments.removeAll { $0.revisions.isEmpty }
            states.append(base)
        }
        return states
    }

    /// The commits from which experiments were made, in DVC's order.
    private func baselines() throws -> [GitOID] {
        var commits: [GitOID] = []
        let scope = options.scope
        let isSelected = scope.isAll || options.includesBranches || options.includesTags
        let revisions = scope.revisions.isEmpty && !isSelected ? ["HEAD"] : scope.revisions
        commits += try repository.baselines(revisions, count: scope.count)
        if scope.isAll {
            let all = try repository.output([
                "rev-list", "HEAD", "--branches", "--remotes", "--tags", "--",
            ])
            commits += all.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
            return uniqued(commits)
        }
        if options.includesBranches {
            commits += try repository.baselines(refs(in: "refs/heads"), count: scope.count)
        }
        if options.includesTags {
            commits += try repository.baselines(refs(in: "refs/tags"), count: 1)
        }
        return uniqued(commits)
    }

    private func refs(in namespace: String) throws -> [String] {
        let listed = try repository.output(["for-each-ref", "--format=%(refname)", namespace])
        return String(decoding: listed, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func experiments(of baselines: [GitOID]) throws -> [Experiment] {
        guard let remote = options.remote else {
            return try repository.experiments(from: baselines)
        }
        let wanted = Set(baselines)
        return try repository.trackedExperiments(of: remote).filter {
            wanted.contains($0.ref.baseline)
        }
    }
}

/// A Git remote of whose experiments nothing was fetched.
package struct NoTrackedExperimentsError: UserFacingError {
    package let remote: String

    package var summary: String { "no experiments of Git remote '\(remote)' have been fetched" }
    package var advice: String? {
        "'git dvc exp list --all-commits \(remote)' asks the remote, 'git dvc exp pull \(remote)' "
            + "gets them; 'git fetch' brings them with remote.\(remote).fetch = "
            + "+refs/exps/*:refs/dvc/\(remote)/exps/*"
    }
}

extension GitRepository {
    /// What the tracking refs know of the experiments of a Git remote, under their names there.
    ///
    /// Throws ``NoTrackedExperimentsError``, `SubprocessError`.
    fileprivate func trackedExperiments(of remote: String) throws -> [Experiment] {
        guard remote.isRefComponents else { throw NoTrackedExperimentsError(remote: remote) }
        let prefix = "refs/dvc/\(remote)/exps/"
        let listed = try output(["for-each-ref", "--format=%(objectname) %(refname)", prefix])
        let lines = String(decoding: listed, as: UTF8.self)
            .replacing(" \(prefix)", with: " \(ExperimentRef.namespace)")
        let found = Experiment.parse(Array(lines.utf8))
        if found.isEmpty { throw NoTrackedExperimentsError(remote: remote) }
        return found
    }

    /// When commits were made, in seconds since 1970.
    fileprivate func times(of commits: [GitOID]) throws -> [GitOID: Int64] {
        if commits.isEmpty { return [:] }
        let listed = try output(
            ["log", "--no-walk=unsorted", "--no-show-signature", "--format=%H %ct", "--stdin"],
            input: Array(uniqued(commits).map { "\($0)\n" }.joined().utf8))
        var times: [GitOID: Int64] = [:]
        for line in String(decoding: listed, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let commit = GitOID(words[0]) else { continue }
            times[commit] = Int64(words[1])
        }
        return times
    }
}
