internal import Basics
internal import DVC
internal import Digests
internal import Git
package import Planning

/// A commit, or the working copy, with what is known of it as an experiment.
package struct ExperimentState: Sendable {
    /// The id of a commit, or `workspace`.
    package var revision: String
    /// Of a baseline what people call it, of an experiment its name.
    package var name: String?
    /// When it was committed, in seconds since 1970.
    package let time: Int64?
    package var data: Result<RevisionData, RevisionData.Failure>
    /// Whether it is an experiment that was run and did not come to its end.
    package var hasFailed = false
    /// Those that were made from this baseline: that run, are there, wait, have failed; the newest first.
    package var experiments: [Range] = []

    /// An experiment with its commits, the last one first.
    package struct Range: Sendable {
        package let name: String?
        package let revisions: [ExperimentState]
        /// Who runs it; `nil` for what came of no queue.
        package var executor: Executor?

        /// When the last of its commits was made, to bring the newest to the front.
        fileprivate var age: (Int64, String) {
            guard let tip = revisions.first, let time = tip.time else { return (0, "") }
            return (time, tip.revision)
        }
    }
}

/// Which experiments a table shall show, and what of them.
package struct ExperimentShowOptions: Sendable {
    package var scope = ExperimentScope()
    package var includesBranches = false
    package var includesTags = false
    package var hidesWorkspace = false
    package var hidesQueued = false
    package var hidesFailed = false
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
        let found = try experiments(of: baselines)
        // What is known of a remote's experiments says nothing of the queue here.
        let runs =
            options.remote == nil
            ? ExperimentRuns(below: standpoint.top.appending(standpoint.root)) : nil
        let commits = try repository.commits(ofAny: found)
        let times = try repository.times(
            of: baselines + commits.values.flatMap(\.self) + (runs?.commits ?? []))
        let states = StateReader(
            session, times: times, stageParametersOnly: options.stageParametersOnly)
        var result: [ExperimentState] = []
        if !options.hidesWorkspace {
            result.append(try states.workspace(of: repository, root: standpoint.root))
        }
        let done = Dictionary(grouping: found, by: \.ref.baseline)
        for baseline in baselines {
            var base = try states.state(of: baseline, names.name(of: baseline))
            let own = try (done[baseline] ?? []).map { experiment in
                let revisions = try (commits[experiment] ?? []).map { commit in
                    try states.state(
                        of: commit, commit == experiment.tip ? experiment.ref.name : nil)
                }
                return ExperimentState.Range(
                    name: experiment.ref.name, revisions: revisions,
                    executor: runs?.succeeded[experiment.ref])
            }
            var groups = [own]
            if let runs {
                let entries = [
                    runs.running, options.hidesQueued ? [] : runs.waiting,
                    options.hidesFailed ? [] : runs.failed,
                ].map { $0.filter { $0.baseline == baseline } }
                let more = try entries.map { try $0.compactMap(states.range(of:)) }
                groups = [more[0], own, more[1], more[2]]
            }
            // What has no commit of its own is no experiment yet.
            base.experiments = groups.flatMap { group in
                group.filter { !$0.revisions.isEmpty }.enumerated().sorted { left, right in
                    let (one, other) = (left.element.age, right.element.age)
                    return one == other ? left.offset < right.offset : one > other
                }.map(\.element)
            }
            result.append(base)
        }
        return result
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
        let tracked = try repository.trackedExperiments(of: remote)
        if tracked.isEmpty {
            throw NoTrackedExperimentsError(
                remote: remote, isKnown: session.config.remoteNames.contains(remote))
        }
        let wanted = Set(baselines)
        return tracked.filter { wanted.contains($0.ref.baseline) }
    }
}

/// A Git remote of whose experiments nothing was fetched, or a word that names none.
package struct NoTrackedExperimentsError: UserFacingError {
    package let remote: String
    /// Whether the repository has a remote of that name.
    package let isKnown: Bool

    package var summary: String {
        isKnown
            ? "no experiments of Git remote '\(remote)' have been fetched"
            : "'\(remote)' is no Git remote of this repository"
    }

    package var advice: String? {
        guard isKnown else {
            return
                "'git remote' lists them; an experiment's name goes with --rev, and an address with "
                + "'git dvc exp list'"
        }
        return
            "'git dvc exp list --all-commits \(remote)' asks the remote, 'git dvc exp pull \(remote)' "
            + "gets them; 'git fetch' brings them with remote.\(remote).fetch = "
            + "+refs/exps/*:refs/dvc/\(remote)/exps/*"
    }
}

extension GitRepository {
    /// What the tracking refs know of the experiments of a Git remote, under their names there.
    fileprivate func trackedExperiments(
        of remote: String
    ) throws(SubprocessError) -> [Experiment] {
        guard remote.isRefComponents else { return [] }
        let prefix = "refs/dvc/\(remote)/exps/"
        let listed = try output(["for-each-ref", "--format=%(objectname) %(refname)", prefix])
        let lines = String(decoding: listed, as: UTF8.self)
            .replacing(" \(prefix)", with: " \(ExperimentRef.namespace)")
        return Experiment.parse(Array(lines.utf8))
    }

    /// When commits were made, in seconds since 1970; nothing of those that are not there.
    fileprivate func times(of commits: [GitOID]) throws -> [GitOID: Int64] {
        if commits.isEmpty { return [:] }
        let listed = try output(
            [
                "log", "--ignore-missing", "--no-walk=unsorted", "--no-show-signature",
                "--format=%H %ct", "--stdin",
            ],
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
