package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A repository that looks as `git init` and `git clone` make it, seen without Git: `.git` is a directory
/// of this user, at or above where he stands, and the commit that is checked out is written in files.
///
/// Everything else is for Git to understand, also what it may have learnt since: linked worktrees,
/// submodules, bare repositories, refs that are stored in another way, variables that lead elsewhere.
/// The configuration has a say as well: ``GitConfig/describesPlainRepository``.
/// Source: Git 2.39 `setup.c`; gitrepository-layout(5). Docs/decisions/0030.
package struct PlainRepository {
    /// The top of the working tree, without links.
    let top: FilePath
    let head: GitOID

    var gitDirectory: FilePath { top.appending(".git") }

    /// Looks; `nil` for what only Git can tell.
    package init?(at directory: FilePath, environment: Environment) {
        guard environment.variables.keys.allSatisfy(Self.isHarmless),
            let start = directory.resolved, let device = Self.directory(start)?.st_dev
        else { return nil }
        var place = start
        while let status = Self.directory(place), status.st_dev == device {
            if fileExists(place.appending(".git")) {
                guard status.st_uid == geteuid(), let head = Self.head(in: place.appending(".git"))
                else { return nil }
                self.head = head
                top = place
                return
            }
            // It may be a repository itself, bare or the inside of one, or where the search ends.
            if fileExists(place.appending("HEAD")) || place.parent == place
                || environment["GIT_CEILING_DIRECTORIES"] != nil
            {
                return nil
            }
            place = place.parent
        }
        return nil
    }

    /// Whether a variable does not tell Git where the repository is or how it is made.
    private static func isHarmless(_ variable: String) -> Bool {
        guard variable.hasPrefix("GIT_") else { return true }
        let known: Set = [
            "GIT_EXEC_PATH", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_ASKPASS",
            "GIT_TERMINAL_PROMPT", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL", "GIT_PROTOCOL_FROM_USER",
            "GIT_OPTIONAL_LOCKS", "GIT_NO_REPLACE_OBJECTS", "GIT_PREFIX", "GIT_ADVICE",
            "GIT_MERGE_AUTOEDIT", "GIT_SSH", "GIT_CEILING_DIRECTORIES",
        ]
        let families = [
            "GIT_DVC_", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_TRACE", "GIT_CONFIG_", "GIT_SSH_",
            "GIT_SSL_", "GIT_HTTP_", "GIT_CURL_", "GIT_PROXY_", "GIT_PS1_", "GIT_COMPLETION_",
        ]
        return known.contains(variable) || families.contains { variable.hasPrefix($0) }
    }

    private static func directory(_ path: FilePath) -> stat? {
        guard let status = try? fileStatus(path), status.st_mode & S_IFMT == S_IFDIR else {
            return nil  // what cannot be looked at is Git's to complain of
        }
        return status
    }

    /// The commit that is checked out.
    private static func head(in gitDirectory: FilePath) -> GitOID? {
        guard directory(gitDirectory)?.st_uid == geteuid(),
            ["objects", "refs"].allSatisfy({ directory(gitDirectory.appending($0)) != nil }),
            !fileExists(gitDirectory.appending("commondir")),
            let line = line(in: gitDirectory.appending("HEAD"))
        else { return nil }
        if let commit = GitOID(line) { return commit }
        let mark = "ref: "
        let ref = String(line.dropFirst(mark.count))
        guard line.hasPrefix(mark), ref.hasPrefix("refs/heads/"), ref.isRefComponents else {
            return nil
        }
        // As Git: who packs refs writes the one file before he removes the other.
        let loose = gitDirectory.appending(ref)
        if fileExists(loose) { return self.line(in: loose).flatMap { GitOID($0) } }
        return packed(ref, in: gitDirectory.appending("packed-refs"))
    }

    /// The only line of a small file.
    private static func line(in file: FilePath) -> String? {
        guard let bytes = content(of: file, limit: 4 << 10),
            bytes.firstIndex(of: UInt8(ascii: "\n")) == bytes.count - 1
        else { return nil }
        return String(validating: bytes.dropLast(), as: UTF8.self)
    }

    private static func packed(_ ref: String, in file: FilePath) -> GitOID? {
        // With many, Git's way of looking is the quicker one.
        guard let bytes = content(of: file, limit: 64 << 10) else { return nil }
        let name = [UInt8(ascii: " ")] + ref.utf8
        for line in bytes.split(separator: UInt8(ascii: "\n"))
        where line.count == 40 + name.count && line.suffix(name.count).elementsEqual(name) {
            return GitOID(line.prefix(40))
        }
        return nil
    }

    private static func content(of file: FilePath, limit: Int) -> [UInt8]? {
        // A link could be what Git once wrote for a symbolic ref.
        guard let status = try? fileStatus(file), status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= limit
        else { return nil }
        return try? readFile(file, limit: limit)  // Git says why it cannot be read
    }
}

extension GitConfig {
    /// Whether it leaves a repository as ``PlainRepository`` understands it.
    package var describesPlainRepository: Bool {
        self["core.worktree"] == nil && boolean("core.bare") != true
            && [nil, "0"].contains(self["core.repositoryformatversion"])
            && !keys.contains { $0.hasPrefix("extensions.") }
    }
}
