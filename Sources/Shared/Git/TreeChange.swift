package import Basics

/// One file that one commit changed.
package struct TreeChange: Equatable, Sendable {
    /// `nil` when a single tree was listed.
    package let commit: GitOID?
    /// Relative to the top of the repository.
    package let path: FilePath
    /// The new content; `nil` when the file was deleted, or is a link or a submodule.
    package let blob: GitOID?

    /// All files of one commit that match, as if it had added them.
    package static func files(
        of commit: GitOID, matching pathspecs: [String], in repository: GitRepository
    ) throws -> [TreeChange] {
        let command = repository.command(
            [
                "diff-tree", "-r", "-z", "--no-renames", "\(repository.emptyTree)",
                "\(commit)^{tree}", "--",
            ]
                + pathspecs)
        return try parse(command.outputIfSuccessful(), from: command).map {
            TreeChange(commit: commit, path: $0.path, blob: $0.blob)
        }
    }

    /// Reads `git diff-tree -z` with raw output: `<commit> NUL` before each group, then
    /// `:<modes> <oids> <status> NUL <path> NUL`, with one colon, mode and oid more per merge parent.
    ///
    /// Source: git-diff-tree(1), "RAW OUTPUT FORMAT" and "DIFF FORMAT FOR MERGES".
    static func parse(_ bytes: [UInt8], from command: Command) throws -> [TreeChange] {
        var changes: [TreeChange] = []
        var commit: GitOID?
        var fields = bytes.split(separator: 0, omittingEmptySubsequences: false)[...]
        if fields.last?.isEmpty == true { fields.removeLast() }
        while let field = fields.popFirst() {
            guard field.first == UInt8(ascii: ":") else {
                commit = GitOID(field)
                guard commit != nil else { throw unexpected(field, from: command) }
                continue
            }
            let parents = field.prefix { $0 == UInt8(ascii: ":") }.count
            let words = field.dropFirst(parents).split(separator: UInt8(ascii: " "))
            // parents + 1 modes, parents + 1 oids, one status.
            guard words.count == 2 * parents + 3, let path = fields.popFirst(),
                let oid = GitOID(words[2 * parents + 1])
            else { throw unexpected(field, from: command) }
            let isFile = words[parents].starts(with: "100".utf8)
            changes.append(
                TreeChange(
                    commit: commit, path: FilePath(validating: path) ?? "",
                    blob: isFile && !oid.isZero ? oid : nil))
        }
        return changes
    }

    private static func unexpected(
        _ field: ArraySlice<UInt8>, from command: Command
    ) -> SubprocessError {
        let text = printable(String(decoding: field.prefix(80), as: UTF8.self))
        return SubprocessError(command, .unexpectedOutput(text))
    }
}
