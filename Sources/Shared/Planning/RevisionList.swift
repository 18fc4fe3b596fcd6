internal import Basics
internal import Git

extension RevisionSelection {
    /// The selected commits, each once, newest first.
    ///
    /// Tags of anything else than commits are passed over. Throws ``TargetError`` for a name that
    /// means no commit, `SubprocessError`.
    func commits(in repository: GitRepository) throws -> [GitOID] {
        var refs: [String] = []
        var commits = self.commits
        if allRefs || allCommits {
            let patterns =
                allRefs
                ? Self.passedOver.map { "--exclude=\($0)" } + ["--all"]
                : ["--branches", "--remotes", "--tags"]
            commits += try reachable(from: patterns, repository)
        }
        if allBranches { refs.append("refs/heads") }
        if allTags { refs.append("refs/tags") }
        // What every commit is selected of needs no look at the tips.
        if !refs.isEmpty, !allRefs, !allCommits { commits += try tips(of: refs, repository) }
        for name in names { commits += try resolved(name, repository) }
        return uniqued(commits)
    }

    /// What no clone has any use for: stashes, and what DVC notes down while experiments run.
    ///
    /// Source: DVC 3.67 `repo/experiments/refs.py`, observed (dvc-compat 6.2).
    private static let passedOver =
        ["refs/stash"]
        + ["apply*", "celery*", "exec*", "stash", "temp*"].map { "refs/exps/\($0)" }

    private func reachable(
        from patterns: [String], _ repository: GitRepository
    ) throws(SubprocessError) -> [GitOID] {
        let arguments = ["rev-list"] + patterns
        let result = try repository.command(arguments + ["HEAD"]).run()
        // HEAD may be a branch without commits; then the other refs are all there is.
        let listed =
            result.status.isSuccess ? result.output : try repository.output(arguments)
        return listed.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
    }

    private func tips(
        of refs: [String], _ repository: GitRepository
    ) throws(SubprocessError) -> [GitOID] {
        let format = "%(objecttype) %(objectname) %(*objecttype) %(*objectname)"
        let listed = try repository.output(
            ["for-each-ref", "--sort=-creatordate", "--format=\(format)"] + refs)
        return listed.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let words = line.split(separator: UInt8(ascii: " "))
            let index = words.firstIndex { $0.elementsEqual("commit".utf8) }
            return index.flatMap { $0 + 1 < words.count ? GitOID(words[$0 + 1]) : nil }
        }
    }

    private func resolved(_ name: String, _ repository: GitRepository) throws -> [GitOID] {
        let isRange =
            name.contains("..") || name.hasPrefix("^") || name.contains("^-")
            || name.hasSuffix("^@") || name.hasSuffix("^!")
        let arguments =
            isRange
            ? ["rev-list", "--end-of-options", name]
            : ["rev-list", "--max-count=1", "--end-of-options", name]
        let result = try repository.command(arguments).run()
        guard result.status.isSuccess else {
            throw TargetError.badRevision(name, words: result.lastWords)
        }
        let commits = result.output.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
        // Of a tree or a file Git lists nothing, and nothing must not pass for all that is needed.
        if commits.isEmpty, !isRange {
            throw TargetError.badRevision(name, words: "it is something else")
        }
        return commits
    }
}
