internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Brings the files that Git tracks to what another commit has, as changes on top of `HEAD`.
///
/// What is saved nowhere is put into a stash before anything changes. `HEAD`, its branch and the commits
/// stay as they are. Source: `exp apply` of DVC 3.67, observed (dvc-compat 6.7), which forgets the stash
/// of the time before.
package struct WorkspaceFiles {
    private let repository: GitRepository
    private let head: GitOID
    private let commit: GitOID

    /// `commit`: what the files shall be like; `head`: what is checked out.
    package init(_ repository: GitRepository, at head: GitOID, replacedBy commit: GitOID) {
        self.repository = repository
        self.head = head
        self.commit = commit
    }

    /// What a change of the files would overwrite.
    package struct Unsaved: Sendable {
        /// A commit as `git stash` makes it; `nil` when Git's own files are as `HEAD` has them.
        fileprivate var stash: GitOID?
        /// Files that differ from `HEAD`, as `stash` has them.
        fileprivate var changed: [FilePath] = []
        /// Files that Git does not track, where the commit has some.
        fileprivate var inTheWay: [FilePath] = []
        /// Those of them that are like nothing that Git knows.
        fileprivate var untracked: [FilePath] = []
        /// Whether all changes can be had elsewhere: from the experiment that was applied before.
        fileprivate var isSaved = true

        /// Whether a stash is needed so that nothing is lost.
        package var needsStash: Bool { !isSaved || !untracked.isEmpty }
    }

    // MARK: Looking

    /// Looks for what is saved nowhere; changes nothing that anybody sees.
    ///
    /// `message`: of the stash. Throws ``WorkspaceFilesError``, `SubprocessError`, `SystemError`.
    package func unsaved(message: String) throws -> Unsaved {
        let directory = repository.gitDirectory
        guard !OperationInProgress.isMerge(directory), !OperationInProgress.isRebase(directory),
            try repository.output(["ls-files", "--unmerged", "-z"]).isEmpty
        else { throw WorkspaceFilesError.inProgress }
        var unsaved = Unsaved()
        unsaved.stash = try makeStash(message)
        let applied = try repository.target(ofRef: ExperimentRef.appliedRef)
        if let stash = unsaved.stash {
            unsaved.changed = try difference(head, stash)
            unsaved.isSaved = try isSaved(unsaved.changed, in: stash, by: applied)
        }
        try findUntracked(applied, &unsaved)
        return unsaved
    }

    /// What Git's own stash would hold; `nil` when that is nothing.
    private func makeStash(_ message: String) throws -> GitOID? {
        // What only seems to be changed, as after a copy of the whole directory, is found out first;
        // that some files are changed is no failure.
        _ = try command(["update-index", "-q", "--refresh"]).run()
        let command = command(["stash", "create", message])
        let result = try command.run()
        // It also ends so, without a word, where nothing is changed.
        if result.status == .exited(1), result.output.isEmpty, result.errorOutput.isEmpty {
            return nil
        }
        guard result.status.isSuccess else {
            throw SubprocessError(command, .ended(result.status), lastWords: result.lastWords)
        }
        return GitOID(result.output.prefix { $0 != UInt8(ascii: "\n") })
    }

    /// Whether changed files, and what of them is staged, are as the experiment has them that was
    /// applied last.
    private func isSaved(
        _ changed: [FilePath], in stash: GitOID, by applied: GitOID?
    ) throws -> Bool {
        guard let applied else { return changed.isEmpty }
        let others = Set(try difference(applied, stash))
        if changed.contains(where: others.contains) { return false }
        let index = try object(named: "\(stash)^2")
        let restaged = Set(try difference(stash, index))
        return try !difference(head, index).contains(where: restaged.contains)
    }

    /// Looks for files of the commit that are in the working copy without Git tracking them.
    private func findUntracked(_ applied: GitOID?, _ unsaved: inout Unsaved) throws {
        guard let top = repository.workTree else { return }
        let tracked = Set(
            try repository.output(["ls-files", "-z"]).split(separator: 0).map(Array.init))
        var wanted: [TreeEntry] = []
        var links: [FilePath] = []
        var roomy: Set<FilePath> = []
        for entry in try entries(of: commit) where !tracked.contains(entry.path.bytes) {
            guard let status = try fileStatus(top.appending(entry.path)) else {
                try checkRoom(above: entry.path, tracked, &roomy)
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG where !entry.path.bytes.contains(UInt8(ascii: "\n")): wanted.append(entry)
            case S_IFREG, S_IFLNK: links.append(entry.path)
            case S_IFDIR:
                // What Git tracks in it is saved, or stashed.
                let others = try repository.output([
                    "--literal-pathspecs", "ls-files", "-z", "--others", "--", entry.path.string,
                ])
                if !others.isEmpty { throw WorkspaceFilesError.inTheWay(entry.path) }
            default: throw WorkspaceFilesError.inTheWay(entry.path)
            }
        }
        unsaved.inTheWay = wanted.map(\.path) + links
        if unsaved.inTheWay.isEmpty { return }
        let here = try contents(of: wanted.map(\.path))
        let old = Dictionary(
            try applied.map(entries(of:))?.map { ($0.path, $0.oid) } ?? [],
            uniquingKeysWith: { first, _ in first })
        unsaved.untracked =
            zip(wanted, here).filter { $1 != $0.oid && $1 != old[$0.path] }.map(\.0.path) + links
    }

    /// Throws when a directory that a file needs is a file that Git does not track.
    ///
    /// `roomy`: what was looked at before.
    private func checkRoom(
        above path: FilePath, _ tracked: Set<[UInt8]>, _ roomy: inout Set<FilePath>
    ) throws {
        var path = path.parent
        while !path.isEmpty, roomy.insert(path).inserted {
            let status = try fileStatus((repository.workTree ?? "").appending(path))
            if let status, status.st_mode & S_IFMT != S_IFDIR, !tracked.contains(path.bytes) {
                throw WorkspaceFilesError.inTheWay(path)
            }
            path = path.parent
        }
    }

    /// The blobs that files would be, in order.
    private func contents(of paths: [FilePath]) throws -> [GitOID] {
        if paths.isEmpty { return [] }
        let command = command(["hash-object", "--stdin-paths"])
        let made = try command.outputIfSuccessful(
            input: paths.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
        let oids = made.split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
        guard oids.count == paths.count else {
            throw SubprocessError(command, .unexpectedOutput("\(oids.count) lines"))
        }
        return oids
    }

    // MARK: Changing

    /// Keeps what is unsaved under a ref, beside what is kept there already.
    ///
    /// Throws `SubprocessError`, `SystemError`.
    package func keep(_ unsaved: Unsaved, as ref: String, message: String) throws {
        let plain = unsaved.untracked.isEmpty ? unsaved.stash : nil
        let stash = try plain ?? makeStash(of: unsaved, message)
        _ = try output([
            "update-ref", "--create-reflog", "-m", message, ref, stash.hex,
        ])
    }

    /// A stash with a third parent that has the untracked files, as `git stash` makes it.
    private func makeStash(of unsaved: Unsaved, _ message: String) throws -> GitOID {
        let base = unsaved.stash
        let title = message.prefix { $0 != ":" }
        let index =
            try base.map { try object(named: "\($0)^2") }
            ?? makeCommit("\(head)^{tree}", parents: [head], "index on \(title.dropFirst(3)): ")
        let tree = base.map { "\($0)^{tree}" } ?? "\(head)^{tree}"
        var parents = [head, index]
        if !unsaved.untracked.isEmpty {
            let scratch = try ScratchIndex(in: repository)
            defer { scratch.remove() }
            try scratch.run(
                ["update-index", "--add", "-z", "--stdin"], input: unsaved.untracked.terminated)
            let files = try scratch.run(["write-tree"]).prefix { $0 != UInt8(ascii: "\n") }
            parents.append(
                try makeCommit(
                    String(decoding: files, as: UTF8.self), parents: [],
                    "untracked files on \(title.dropFirst(3)): "))
        }
        return try makeCommit(tree, parents: parents, message)
    }

    private func makeCommit(
        _ tree: String, parents: [GitOID], _ message: String
    ) throws -> GitOID {
        var command = command(
            ["commit-tree", "-m", message] + parents.flatMap { ["-p", $0.hex] }
                + [try object(named: tree).hex])
        // As `git stash`: nobody needs a name to keep what is his.
        if try !repository.command(["var", "GIT_COMMITTER_IDENT"]).run().status.isSuccess {
            for role in ["AUTHOR", "COMMITTER"] {
                command.environment["GIT_\(role)_NAME"] = "git stash"
                command.environment["GIT_\(role)_EMAIL"] = "git@stash"
            }
        }
        let made = try command.outputIfSuccessful()
        guard let oid = GitOID(made.prefix { $0 != UInt8(ascii: "\n") }) else {
            throw SubprocessError(command, .unexpectedOutput("no commit"))
        }
        return oid
    }

    /// Makes the files those of the commit.
    ///
    /// A file that the commit does not have stays where it was changed or is not tracked, and goes
    /// where it is as `HEAD` has it. Nothing is staged afterwards. Throws `SubprocessError`,
    /// `SystemError`.
    package func replace(_ unsaved: Unsaved) throws {
        let names = Set(try entries(of: commit).map(\.path))
        let scratch = try ScratchIndex(in: repository, copyingOwn: true)
        defer { scratch.remove() }
        let staged = try difference(head, nil)
        let kept = Set(unsaved.changed + staged).filter { !names.contains($0) }.sorted()
        // Git removes what it tracks, and does not overwrite what it does not track.
        for (option, paths) in [("--force-remove", kept), ("--add", unsaved.inTheWay)]
        where !paths.isEmpty {
            try scratch.run(["update-index", option, "-z", "--stdin"], input: paths.terminated)
        }
        try scratch.run(["read-tree", "--reset", "-u", "--no-recurse-submodules", commit.hex])
        _ = try output(["reset", "--quiet", "--no-recurse-submodules"])
    }

    // MARK: Asking Git

    private struct TreeEntry {
        let path: FilePath
        let oid: GitOID
    }

    /// The files of a commit, those apart that are repositories of their own.
    private func entries(of commit: GitOID) throws -> [TreeEntry] {
        try repository.output(["ls-tree", "-r", "-z", "--full-tree", commit.hex])
            .split(separator: 0).compactMap { line in
                guard let tab = line.firstIndex(of: 0x09) else { return nil }
                let fields = line[..<tab].split(separator: 0x20)
                guard fields.count == 3, !fields[1].elementsEqual("commit".utf8),
                    let oid = GitOID(fields[2])
                else { return nil }
                return TreeEntry(path: FilePath(unchecked: Array(line[(tab + 1)...])), oid: oid)
            }
    }

    /// The files that differ between two commits; without the second, between the first and the index.
    private func difference(_ old: GitOID, _ new: GitOID?) throws -> [FilePath] {
        let words =
            new.map { ["diff-tree", "-r", old.hex, $0.hex] }
            ?? ["diff-index", "--cached", old.hex]
        return try repository.output(words + ["-z", "--name-only", "--no-renames", "--"])
            .split(separator: 0).map { FilePath(unchecked: Array($0)) }
    }

    private func object(named name: String) throws -> GitOID {
        let command = command(["rev-parse", "--verify", "--end-of-options", name])
        let made = try command.outputIfSuccessful()
        let words = made.split(separator: UInt8(ascii: "\n"))
        // Old versions of Git repeat the option.
        guard let oid = words.last.flatMap({ GitOID($0) }) else {
            throw SubprocessError(command, .unexpectedOutput("no object"))
        }
        return oid
    }

    private func output(_ arguments: [String]) throws -> [UInt8] {
        try command(arguments).outputIfSuccessful()
    }

    /// Hooks of the suite do nothing: whoever calls this sees to the data.
    private func command(_ arguments: [String]) -> Command {
        var command = repository.command(arguments)
        command.environment["DVC_SKIP"] = "1"
        command.environment["GIT_OPTIONAL_LOCKS"] = nil
        return command
    }
}
