package import Basics

/// What keeps objects of Git alive, and so the data that they name: as for `git gc`, and more.
extension GitRepository {
    /// The directories of this repository's worktrees for their own state: the common one first.
    package func worktreeDirectories() throws(SystemError) -> [FilePath] {
        try Git.worktreeDirectories(of: commonDirectory)
    }

    /// The tops of all working copies that are there.
    package func workTrees() throws -> [FilePath] {
        let listed = try output(["worktree", "list", "--porcelain"])
        var tops = workTree.map { [$0] } ?? []
        for line in listed.split(separator: UInt8(ascii: "\n"))
        where line.starts(with: "worktree ".utf8) {
            let path = FilePath(unchecked: Array(line.dropFirst(9)))
            let top = path.resolved ?? path
            // Of a repository that is bare, or without its working copy, Git names itself.
            if top != commonDirectory, directoryExists(top), !tops.contains(top) {
                tops.append(top)
            }
        }
        return tops
    }

    /// Every commit that any ref reaches, of any kind and in any worktree, any entry of a reflog, or
    /// what Git notes while a merge, a rebase or a fetch is under way; newest first.
    ///
    /// Stashes are among them, and what was stashed with them of untracked files.
    package func everyCommit() throws -> [GitOID] {
        var names: [String] = []
        for directory in try worktreeDirectories() {
            names += try Self.unnamedCommits(in: directory).map(\.hex)
        }
        // What is noted may be gone from Git meanwhile, or be no commit.
        let listed = try output(
            ["rev-list", "--ignore-missing", "--all", "--reflog", "--stdin"],
            input: Array(uniqued(names).map { $0 + "\n" }.joined().utf8))
        return listed.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
    }

    /// What files beside the refs name: `MERGE_HEAD`, `FETCH_HEAD`, `ORIG_HEAD`, a rebase's own.
    private static func unnamedCommits(in directory: FilePath) throws(SystemError) -> [GitOID] {
        var files = (try directoryEntries(directory)).filter { $0.hasSuffix("_HEAD") }
        for folder in ["rebase-merge", "rebase-apply"] {
            for name in ["orig-head", "onto", "autostash", "stopped-sha", "amend"] {
                files.append(FilePath("\(folder)/\(name)"))
            }
        }
        files += ["MERGE_AUTOSTASH", "HEAD"]
        var oids: [GitOID] = []
        for file in files {
            guard !directoryExists(directory.appending(file)),
                let bytes = try readFileIfPresent(directory.appending(file))
            else { continue }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let word = line.prefix { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
                if let oid = GitOID(word) { oids.append(oid) }
            }
        }
        return oids
    }

    /// The metafiles in the index of every worktree, all sides of a conflict included.
    package func indexedMetafiles() throws -> [(path: FilePath, blob: GitOID)] {
        var found: [(path: FilePath, blob: GitOID)] = []
        for directory in try worktreeDirectories() where fileExists(directory.appending("index")) {
            let command = git.command(
                ["-C", directory.string, "--git-dir=\(directory)", "ls-files", "-s", "-z", "--"]
                    + metafilePathspecs)
            for entry in try command.outputIfSuccessful().split(separator: 0) {
                // <mode> <oid> <stage>\t<path>
                guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")) else { continue }
                let words = entry[..<tab].split(separator: UInt8(ascii: " "))
                guard words.count == 3, words[0].starts(with: "100".utf8),
                    let oid = GitOID(words[1])
                else { continue }
                found.append((FilePath(unchecked: Array(entry[(tab + 1)...])), oid))
            }
        }
        return found
    }

    /// Commits by what somebody selects for DVC's `gc`: tips, and so many before each.
    ///
    /// `count`: how many first parents, the tip included; all when it is below 0.
    package func commits(upTo tip: String, count: Int) throws -> [GitOID] {
        let listed = try output(
            ["rev-list", "--first-parent", "--max-count=\(count)", "--end-of-options", tip])
        return listed.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
    }

    /// The commits of all branches, tags and remotes that are no older than a moment.
    ///
    /// `seconds`: since 1970.
    package func commits(since seconds: Int64) throws -> [GitOID] {
        let listed = try output([
            "rev-list", "--timestamp", "--branches", "--remotes", "--tags", "--ignore-missing",
        ])
        return listed.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let time = Int64(String(decoding: words[0], as: UTF8.self)),
                time >= seconds
            else { return nil }
            return GitOID(words[1])
        }
    }
}
