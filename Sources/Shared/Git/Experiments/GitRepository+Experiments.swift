package import Basics

extension GitRepository {
    /// The experiments here, in the order in which Git lists refs.
    package func experiments() throws(SubprocessError) -> [Experiment] {
        try experiments(matching: [ExperimentRef.namespace])
    }

    /// Those that a selection can mean here, and perhaps others: Git looks no further than it must.
    ///
    /// What is selected of them is what would be selected of all.
    package func experiments(
        for selection: ExperimentSelection
    ) throws(SubprocessError) -> [Experiment] {
        try experiments(for: selection, experiments(matching:))
    }

    /// The same, with the first parents of their tips, which Git reads while it is at it.
    package func experimentsWithParents(
        for selection: ExperimentSelection
    ) throws(SubprocessError) -> (experiments: [Experiment], parents: [GitOID: GitOID]) {
        var parents: [GitOID: GitOID] = [:]
        let found = try experiments(for: selection) { (patterns) throws(SubprocessError) in
            try experiments(matching: patterns, &parents)
        }
        return (found, parents)
    }

    private func experiments(
        for selection: ExperimentSelection,
        _ matching: ([String]) throws(SubprocessError) -> [Experiment]
    ) throws(SubprocessError) -> [Experiment] {
        guard let question = selection.question(head: try headCommit()) else {
            return try matching([ExperimentRef.namespace])
        }
        let found = try matching(question.refs)
        return question.isSettled(by: found) ? found : try matching(question.elsewhere)
    }

    /// The experiment of this ref; `nil` when there is none.
    package func experiment(of ref: ExperimentRef) throws(SubprocessError) -> Experiment? {
        try experiments(for: .names([ref.description])).first { $0.ref == ref }
    }

    /// Those made from one of these commits; Git looks only where their refs are.
    package func experiments(
        from baselines: [GitOID]
    ) throws(SubprocessError) -> [Experiment] {
        if baselines.isEmpty { return [] }
        let wanted = Set(baselines)
        return try experiments(for: .baselines(wanted)).filter { wanted.contains($0.ref.baseline) }
    }

    /// Those of which a commit is part, its descendants included.
    package func experiments(containing commit: GitOID) throws(SubprocessError) -> [Experiment] {
        try experiments(matching: ["--contains=\(commit)", ExperimentRef.namespace])
    }

    private func experiments(matching patterns: [String]) throws(SubprocessError) -> [Experiment] {
        // Without any, Git would list all refs.
        if patterns.isEmpty { return [] }
        return Experiment.parse(try output(Self.listing(patterns)))
    }

    private func experiments(
        matching patterns: [String], _ parents: inout [GitOID: GitOID]
    ) throws(SubprocessError) -> [Experiment] {
        if patterns.isEmpty { return [] }
        var found: [Experiment] = []
        let listed = try command(Self.listing(patterns, " %(parent)")).run()
        // It ends at a ref whose object is gone, and would list that without being asked for more.
        guard listed.status.isSuccess else { return try experiments(matching: patterns) }
        for line in listed.output.split(separator: UInt8(ascii: "\n")) {
            // What is no commit has no parents, and a commit may have several.
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
            let ref = words.prefix(2).joined(separator: [UInt8(ascii: " ")])
            guard let experiment = Experiment.parse(Array(ref)).first else { continue }
            found.append(experiment)
            if words.count > 2, let parent = GitOID(words[2]) { parents[experiment.tip] = parent }
        }
        return found
    }

    /// Asks for refs; each line is `<oid> <ref>` and what `more` stands for.
    private static func listing(_ patterns: [String], _ more: String = "") -> [String] {
        ["for-each-ref", "--format=%(objectname) %(refname)\(more)"] + patterns
    }

    /// Begins to ask for the experiments made from one commit, for ``Experiment/parse(_:of:)``.
    package func beginExperiments(
        from baseline: GitOID
    ) throws(SubprocessError) -> RunningCommand {
        try command(Self.listing([ExperimentRef.prefix(of: baseline)])).begin()
    }

    /// The commit that is checked out; `nil` on a branch without commits.
    package func headCommit() throws(SubprocessError) -> GitOID? { try commit(named: "HEAD") }

    /// The commit that Git knows by this name, a tag's included; `nil` when there is none.
    package func commit(named name: String) throws(SubprocessError) -> GitOID? {
        if name == "HEAD", let headWhenFound { return headWhenFound }
        let result = try command([
            "rev-parse", "--verify", "--quiet", "--end-of-options", "\(name)^{commit}",
        ]).run()
        return GitOID(result.output.prefix { $0 != UInt8(ascii: "\n") })
    }

    /// The commit that a user names as DVC understands it: what Git knows, a branch of one of the
    /// remotes, an experiment.
    ///
    /// Source: DVC 3.67 `scm.resolve_rev`, observed (dvc-compat 6.3). Throws ``ExperimentError``,
    /// `SubprocessError`.
    package func commitOrExperiment(named name: String) throws -> GitOID {
        if let commit = try commit(named: name) { return commit }
        let unknown = ExperimentError.unknownRevision(name)
        guard name != "HEAD", name.isRefComponents else { throw unknown }
        let tracked = try output([
            "for-each-ref", "--format=%(objectname)", "refs/remotes/*/\(name)",
        ])
        let commits = Set(tracked.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) })
        if let commit = commits.first, commits.count == 1 { return commit }
        guard commits.isEmpty, !name.hasPrefix("refs/") else { throw unknown }
        do {
            let head = try headCommit()
            return try experiments(for: .names([name]))
                .chosen(by: [name], head: head, remote: nil)[0].tip
        } catch ExperimentError.unknownNames {
            throw unknown
        }
    }

    /// The baselines that a user selects: of each revision the commit and its first parents.
    ///
    /// `count`: how many commits of each; all when it is negative. Throws ``ExperimentError``,
    /// `SubprocessError`.
    package func baselines(_ revisions: [String], count: Int) throws -> [GitOID] {
        var commits: [GitOID] = []
        for revision in revisions {
            let first = try commitOrExperiment(named: revision)
            if count == 1 {
                commits.append(first)
                continue
            }
            let listed = try output([
                "rev-list", "--first-parent", "--max-count=\(max(-1, count))", first.hex,
            ])
            commits += listed.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
        }
        return uniqued(commits)
    }

    /// The commits whose data belongs to an experiment: the tip and its first parents, up to the
    /// baseline, which is not one of them.
    ///
    /// DVC makes one commit for each experiment, so for those no history is read (dvc-compat 6.1).
    /// `known`: first parents of tips of which Git need not be asked. Throws ``ExperimentError`` when a
    /// ref names no commit, `SubprocessError`.
    package func commits(
        of experiments: [Experiment], parents known: [GitOID: GitOID] = [:]
    ) throws -> [Experiment: [GitOID]] {
        let found = try commits(ofAny: experiments, parents: known)
        if let other = experiments.first(where: { found[$0] == nil }) {
            throw ExperimentError.noCommit(other.ref)
        }
        return found
    }

    /// The same of refs that nobody chose one by one: those that name no commit are left out.
    package func commits(
        ofAny experiments: [Experiment], parents known: [GitOID: GitOID] = [:]
    ) throws(SubprocessError) -> [Experiment: [GitOID]] {
        var parents: [GitOID: GitOID?] = known.mapValues { .some($0) }
        let tips = Set(experiments.map(\.tip)).subtracting(known.keys).map { "\($0)\n" }.sorted()
        let question = [
            "rev-list", "--ignore-missing", "--no-walk=unsorted", "--parents", "--stdin",
        ]
        let listed = tips.isEmpty ? [] : try output(question, input: Array(tips.joined().utf8))
        for line in listed.split(separator: UInt8(ascii: "\n")) {
            let oids = line.split(separator: UInt8(ascii: " ")).prefix(2).compactMap { GitOID($0) }
            if let commit = oids.first { parents[commit] = .some(oids.dropFirst().first) }
        }
        var found: [Experiment: [GitOID]] = [:]
        for experiment in experiments {
            guard let parent = parents[experiment.tip] else { continue }
            if parent == nil || parent == experiment.ref.baseline {
                found[experiment] = [experiment.tip]
                continue
            }
            let history = try output(["rev-list", "--first-parent", experiment.tip.hex])
            found[experiment] = Array(
                history.split(separator: UInt8(ascii: "\n")).lazy.compactMap { GitOID($0) }
                    .prefix { $0 != experiment.ref.baseline })
        }
        return found
    }

    /// Whether a commit is an ancestor of another, or the same; `false` as well when one is not here.
    package func isAncestor(
        _ commit: GitOID, of other: GitOID
    ) throws(SubprocessError) -> Bool {
        try command(["merge-base", "--is-ancestor", commit.hex, other.hex]).run().status.isSuccess
    }
}

extension String {
    /// Whether this could be part of a ref's name, so that Git takes nothing in it for a pattern.
    ///
    /// Source: git-check-ref-format(1).
    package var isRefComponents: Bool {
        !isEmpty && !hasPrefix("-") && !hasPrefix("/") && !hasSuffix("/") && !hasSuffix(".lock")
            && !contains("..") && !contains("//") && !contains("@{")
            && !utf8.contains { $0 < 0x21 || $0 == 0x7f || "~^:?*[\\".utf8.contains($0) }
    }
}
