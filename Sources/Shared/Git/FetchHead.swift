package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the last `git fetch` brought into a working copy's repository, as Git wrote it down.
///
/// Git has no hook after a fetch, so whoever has work to do then looks here the next time it runs.
/// Source: gitrevisions(7), `FETCH_HEAD`; `builtin/fetch.c` of Git 2.39.
package struct FetchHead: Equatable, Sendable {
    /// One fetched ref.
    package struct Entry: Equatable, Sendable {
        /// A commit or an annotated tag.
        package let oid: GitOID
        /// Whether `git pull` would merge it: what the current branch follows.
        package let isForMerge: Bool
        /// Its name on the other side, such as `branch 'main'`, `tag 'v1'` or `'refs/exps/...'`; empty
        /// for its `HEAD`.
        package let name: String
        /// Where it came from, without credentials and a `.git` at the end.
        package let url: String
    }

    package let entries: [Entry]

    /// Reads the file; lines that cannot be understood are passed over.
    ///
    /// `gitDirectory`: the worktree's own. Throws `SystemError` where it cannot be read.
    package init(in gitDirectory: FilePath) throws(SystemError) {
        let bytes = try readFileIfPresent(Self.file(in: gitDirectory), limit: 64 << 20) ?? []
        entries = bytes.split(separator: UInt8(ascii: "\n")).compactMap(Entry.init)
    }

    private static func file(in gitDirectory: FilePath) -> FilePath {
        gitDirectory.appending("FETCH_HEAD")
    }

    /// A file whose time says up to when fetches were seen.
    private static func mark(in gitDirectory: FilePath) -> FilePath {
        gitDirectory.appending("dvc/fetch-seen")
    }

    /// Whether there was a fetch since ``markSeen(in:)``.
    ///
    /// Two looks at files, for hooks that mostly have nothing to do.
    package static func isUnseen(in gitDirectory: FilePath) -> Bool {
        // What cannot be looked at is nothing to act on.
        guard let fetched = try? fileStatus(file(in: gitDirectory)), fetched.st_size > 0 else {
            return false
        }
        guard let seen = try? fileStatus(mark(in: gitDirectory)) else { return true }
        #if canImport(Darwin)
        let (old, new) = (seen.st_mtimespec, fetched.st_mtimespec)
        #else
        let (old, new) = (seen.st_mtim, fetched.st_mtim)
        #endif
        return (new.tv_sec, new.tv_nsec) > (old.tv_sec, old.tv_nsec)
    }

    /// Notes that all fetches until now were seen.
    package static func markSeen(in gitDirectory: FilePath) throws(SystemError) {
        let mark = mark(in: gitDirectory)
        try createDirectories(mark.parent)
        try writeFile(mark, [])
    }
}

extension FetchHead.Entry {
    /// `<oid> TAB [not-for-merge] TAB [<kind> ]['<name>' of ]<url>`.
    init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(
            separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let oid = GitOID(String(decoding: parts[0], as: UTF8.self)),
            parts[1].isEmpty || parts[1].elementsEqual("not-for-merge".utf8)
        else { return nil }
        self.oid = oid
        isForMerge = parts[1].isEmpty
        let text = String(decoding: parts[2], as: UTF8.self)
        // A ref name has no blanks, a URL may have.
        if let end = text.firstRange(of: "' of ") {
            name = String(text[..<end.lowerBound]) + "'"
            url = String(text[end.upperBound...])
        } else {
            name = ""
            url = text
        }
    }
}
