package import Basics

/// The commits that a push adds, and the files that they changed.
package struct CommitRange: Sendable {
    /// What is pushed: commits or annotated tags.
    package let tips: [GitOID]
    /// Commits whose history is not looked at; those that do not exist here are ignored.
    package let excluded: [GitOID]
    /// A Git remote whose tracking refs are left out as well; `nil` for a push to a bare URL.
    package let remoteName: String?
    /// Whether what the refs of this repository reach is left out as well.
    private var isBeyondRefs = false

    package init(tips: [GitOID], excluded: [GitOID], remoteName: String?) {
        self.tips = tips
        self.excluded = excluded
        self.remoteName = remoteName
    }

    /// The range of a push: from what is pushed back to what the Git remote is known to have.
    ///
    /// Both sources are needed: the remote's oid may be unknown here, and a new branch has none.
    package init(of updates: [RefUpdate], to remote: PushedRemote, excluding more: [GitOID] = []) {
        self.init(
            tips: updates.compactMap(\.newOID), excluded: updates.compactMap(\.oldOID) + more,
            remoteName: remote.hasStaleRefs ? nil : remote.name)
    }

    /// The range of a push that this repository receives: what none of its refs has yet.
    package init(received updates: [RefUpdate]) {
        self.init(tips: updates.compactMap(\.newOID), excluded: [], remoteName: nil)
        isBeyondRefs = true
    }

    /// The arguments that make `git rev-list` read the range from its input.
    var revisionArguments: [String] {
        ["--ignore-missing", "--stdin"]
            + (remoteName.map { ["--not", "--glob=refs/remotes/\($0)/*"] } ?? [])
            + (isBeyondRefs ? ["--not", "--all"] : [])
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

    /// Whether everything that the range leaves out of the tips' history is known to be in the
    /// history of `commits`.
    package func isBounded(
        by commits: [GitOID], in repository: GitRepository
    ) throws(SubprocessError) -> Bool {
        if tips.isEmpty { return true }
        let listed = try repository.output(
            ["rev-list", "--boundary"] + revisionArguments, input: revisionInput)
        let boundary = listed.split(separator: UInt8(ascii: "\n"))
            .filter { $0.first == UInt8(ascii: "-") }.compactMap { GitOID($0.dropFirst()) }
        let rest = CommitRange(tips: boundary, excluded: commits, remoteName: nil)
        return try rest.isEmpty(in: repository)
    }

    private func isEmpty(in repository: GitRepository) throws(SubprocessError) -> Bool {
        if tips.isEmpty { return true }
        return try repository.output(
            ["rev-list", "--max-count=1"] + revisionArguments, input: revisionInput
        ).isEmpty
    }

    /// The commits of the range, newest first.
    package func commits(in repository: GitRepository) throws(SubprocessError) -> [GitOID] {
        if tips.isEmpty { return [] }
        let output = try repository.output(["rev-list"] + revisionArguments, input: revisionInput)
        return output.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
    }
}
