internal import Git
internal import Planning

/// What the judgement of a push asks about the commits that are pushed.
struct PushedHistory {
    /// Those of the tips that still have all of these files, unchanged.
    let tipsStillHaving: (_ tips: [GitOID], _ sources: [MetafileVersion]) throws -> Set<GitOID>
    let commits: (_ range: CommitRange) throws -> [GitOID]
}

extension PushedHistory {
    init(_ planner: PushPlanner, in repository: GitRepository) {
        // Asked once for every object that failed; the answer is the same for all.
        var known: [[GitOID]: [GitOID]] = [:]
        self.init(
            tipsStillHaving: { try planner.tips($0, stillHaving: $1) },
            commits: { range in
                if let commits = known[range.tips] { return commits }
                let commits = try range.commits(in: repository)
                known[range.tips] = commits
                return commits
            })
    }
}
