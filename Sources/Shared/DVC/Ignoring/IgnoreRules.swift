package import Basics

/// What DVC must not see below one DVC root, as its `.dvcignore` files say.
///
/// Looks like `gitignore` and differs in places, where DVC is followed: `dir/**` ignores `dir` itself,
/// `*/` matches nothing, a class such as `[!a]` matches a slash, and the patterns of a nested file
/// are rewritten for the root as text, unescaped. Matching takes time in proportion to path and
/// pattern multiplied, never more, whatever stands in the file.
///
/// Source: `DvcIgnoreFilter` in DVC 3.67 `ignore.py` with pathspec 1.1.
package struct IgnoreRules: Sendable {
    private var patterns: [FilePath: [IgnorePattern]]
    private var isBuiltIn = true
    /// Lines that cannot be used, in the order of the files; DVC stops at any of them.
    package private(set) var flaws: [IgnoreFlaw] = []

    /// The rules that hold without any file: Git's, Mercurial's and DVC's own directories.
    package init() {
        let builtIn = [".hg/", ".git/", ".git", ".dvc/"].compactMap { text in
            // None of them is discarded or throws, as the tests show.
            try? IgnorePattern(CodePoints(Array(text.utf8)).values)
        }
        patterns = ["": builtIn]
    }

    /// Adds the `.dvcignore` of a directory; those of the directories above it must come before.
    ///
    /// `directory`: relative to the DVC root and normalized; empty for the root.
    /// A file that is ignored itself changes nothing.
    package mutating func add(_ bytes: [UInt8], in directory: FilePath) {
        if directory.isAbsolute { return }
        let path = directory.appending(".dvcignore")
        if ignores(path, isDirectory: false) { return }
        let base = directory.isEmpty ? nil : CodePoints(directory.bytes).values
        for line in IgnoreFile(bytes).lines {
            if let flaw = line.flaw {
                flaws.append(IgnoreFlaw(path: path, line: line.number, reason: flaw))
            }
            do {
                // DVC reads a nested file's lines as they stand before it rewrites them.
                guard var pattern = try IgnorePattern(line.text) else { continue }
                if let base {
                    let rebased = line.text.rebased(onto: base)
                    guard let moved = try IgnorePattern(rebased) else { continue }
                    pattern = moved
                }
                patterns[directory, default: []].append(pattern)
                isBuiltIn = false
            } catch {
                flaws.append(IgnoreFlaw(path: path, line: line.number, reason: error))
            }
        }
    }

    /// Whether DVC passes this path over: because of itself, or of a directory above it.
    ///
    /// `path`: relative to the DVC root and normalized; the root itself, or an absolute path, is never
    ///   ignored.
    package func ignores(_ path: FilePath, isDirectory: Bool) -> Bool {
        var effort = 0
        return ignores(path, isDirectory: isDirectory, effort: &effort)
    }

    /// The same, and adds to `effort` how many comparisons of a character it took.
    func ignores(_ path: FilePath, isDirectory: Bool, effort: inout Int) -> Bool {
        if path.isEmpty || path.isAbsolute { return false }
        let groups = groups(forEntriesOf: path.parent)
        let slash: UInt32 = 0x2f
        let text = CodePoints(path.bytes).values + [slash]
        for end in text.indices where text[end] == slash {
            let subject = Subject(
                text: text, length: end, isDirectory: isDirectory || end < text.count - 1)
            if Self.verdict(on: subject, groups, &effort) { return true }
        }
        return false
    }

    /// The rules that concern what lies in a directory, those that decide first in front.
    ///
    /// The latest rule decides, so the deepest directory's come first.
    private func groups(forEntriesOf directory: FilePath) -> [[IgnorePattern]] {
        var groups: [[IgnorePattern]] = []
        var directory = directory
        while true {
            if let group = patterns[directory] { groups.append(group) }
            if directory.isEmpty { return groups }
            directory = directory.parent
        }
    }

    /// Judges the entries of one directory, for a walk that comes from above: what is common to them
    /// is worked out once.
    package struct Entries {
        /// Whether only names that begin with a dot can be ignored: there is no `.dvcignore`.
        package let sparesPlainNames: Bool
        fileprivate let groups: [[IgnorePattern]]
        /// The directory's path and a slash; nothing for the root.
        fileprivate let front: [UInt32]

        /// Whether DVC passes the entry over because of itself.
        package func ignores(_ name: FilePath, isDirectory: Bool) -> Bool {
            if sparesPlainNames, name.bytes.first != UInt8(ascii: ".") { return false }
            let text = front + CodePoints(name.bytes).values + [0x2f]
            let subject = Subject(
                text: text, length: text.count - 1, isDirectory: isDirectory)
            var effort = 0
            return IgnoreRules.verdict(on: subject, groups, &effort)
        }
    }

    /// Judges entries of a directory that is not passed over, and so is none above it.
    ///
    /// Right only where no `.dvcignore` in the directory or below the last judged one was added: to
    /// DVC one such as `**` hides the directory that it is in. `directory`: relative to the DVC root
    /// and normalized.
    package func entries(of directory: FilePath) -> Entries {
        let front = directory.isEmpty ? [] : CodePoints(directory.bytes).values + [0x2f]
        return Entries(
            sparesPlainNames: isBuiltIn, groups: groups(forEntriesOf: directory), front: front)
    }

    /// One of the paths to be judged on the way down: the front of a text that goes on with a slash.
    fileprivate struct Subject {
        let text: [UInt32]
        let length: Int
        let isDirectory: Bool
    }

    fileprivate static func verdict(
        on subject: Subject, _ groups: [[IgnorePattern]], _ effort: inout Int
    ) -> Bool {
        for group in groups {
            for pattern in group.reversed() {
                if pattern.isForDirectories && !subject.isDirectory { continue }
                let matches =
                    pattern.matches(subject.text, length: subject.length, effort: &effort)
                    || subject.isDirectory
                        && pattern.matches(
                            subject.text, length: subject.length + 1, effort: &effort)
                if matches { return pattern.ignores }
            }
        }
        return false
    }
}

/// A line of a `.dvcignore` that is not used as it stands.
package struct IgnoreFlaw: Equatable, Sendable {
    package enum Reason: Error, Equatable, Sendable {
        /// Read byte by byte all the same.
        case notUTF8
        /// Nothing but `!`.
        case empty
        /// A backslash at the end, or before a slash.
        case danglingEscape
        /// A class such as `[z-a]`.
        case backwardRange
    }

    /// The file, relative to the DVC root.
    package let path: FilePath
    /// Counted from 1.
    package let line: Int
    package let reason: Reason

    /// What to tell, without the file: lower case, one line.
    package var text: String {
        switch reason {
        case .notUTF8: "the line is not UTF-8, and real DVC fails at it"
        case .empty: "a pattern without text is left out, and real DVC fails at it"
        case .danglingEscape:
            "a pattern with nothing behind its '\\' is left out, and real DVC fails at it"
        case .backwardRange:
            "a pattern with a range that runs backwards is left out, and real DVC fails at it"
        }
    }
}
