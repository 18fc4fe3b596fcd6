package import Basics

/// The commits that a push adds, and the files that they changed.
package struct CommitRange: Sendable {
    /// What is pushed: commits or annotated tags.
    package let tips: [GitOID]
    /// Commits whose history is not looked at; those that do not exist here are ignored.
    package let excluded: [GitOID]
    /// A Git remote whose tracking refs are left out as well; `nil` for a push to a bare URL.
    package let remoteName: String?

    package init(tips: [GitOID], excluded: [GitOID], remoteName: String?) {
        self.tips = tips
        self.excluded = excluded
        self.remoteName = remoteName
    }

    /// The range of a push: from what is pushed back to what the Git remote is known to have.
    ///
    /// Both sources are needed: the remote's oid may be unknown here, and a new branch has none.
    /// `remoteName`: a configured remote's name or, as Git gives it to hooks, the URL.
    package init(of updates: [RefUpdate], to remoteName: String, excluding more: [GitOID] = []) {
        self.init(
            tips: updates.compactMap(\.newOID), excluded: updates.compactMap(\.oldOID) + more,
            remoteName: remoteName.canBeRemoteName ? remoteName : nil)
    }

    /// The arguments that make `git rev-list` read the range from its input.
    var revisionArguments: [String] {
        ["--ignore-missing", "--stdin"]
            + (remoteName.map { ["--not", "--glob=refs/remotes/\($0)/*"] } ?? [])
    }

    /// The input that goes with ``revisionArguments``.
    var revisionInput: [UInt8] {
        Array((tips.map { "\($0)\n" } + excluded.map { "^\($0)\n" }).joined().utf8)
    }

    /// Whether any commit of the range changed a file that matches.
    ///
    /// One process and no diff output: `--full-history` walks both sides of a merge, and a merge is
    /// listed when it differs from all of its parents, so files that only a merge brought are seen.
    /// Source: git-rev-list(1), "History Simplification".
    /// The repository is the one that the process is in: a hook has no time to look for it.
    package func touches(
        _ pathspecs: [String], using git: GitProgram
    ) throws(SubprocessError) -> Bool {
        if tips.isEmpty { return false }
        let arguments = ["rev-list", "--max-count=1", "--full-history"] + revisionArguments
        let command = git.command(arguments + ["--"] + pathspecs)
        return try !command.outputIfSuccessful(input: revisionInput).isEmpty
    }

    /// Every change that a commit of the range made to a file that matches, deletions included.
    ///
    /// `diff-tree -c` lists a merge's file when it differs from all parents; one that equals a
    /// parent's comes with that parent. `rev-list --objects` would be quicker to write and wrong:
    /// it names a blob once, under one of its names.
    package func changes(
        matching pathspecs: [String], in repository: GitRepository
    ) throws -> [TreeChange] {
        if tips.isEmpty { return [] }
        let commits = repository.command(["rev-list"] + revisionArguments)
        let differences = repository.command(
            ["diff-tree", "--stdin", "-r", "-c", "--root", "-z", "--no-renames", "--"] + pathspecs)
        let output = try commits.outputPiped(into: differences, input: revisionInput)
        return try TreeChange.parse(output, from: differences)
    }

    /// The commits of the range, newest first.
    package func commits(in repository: GitRepository) throws(SubprocessError) -> [GitOID] {
        if tips.isEmpty { return [] }
        let output = try repository.output(["rev-list"] + revisionArguments, input: revisionInput)
        return output.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
    }
}

extension String {
    /// Whether this can be the name of a Git remote, which has tracking refs.
    ///
    /// A URL or a path has none, and its characters are not for a ref pattern. Names may contain
    /// slashes, but no part begins with a dot, as `./a`, `..` and `../a` do.
    /// Source: git-check-ref-format(1).
    fileprivate var canBeRemoteName: Bool {
        let parts = utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") }
            && !utf8.contains { ":*?[\\ ".utf8.contains($0) }
    }
}
