package import Basics

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// What a push leaves for what comes after it: our pre-push hook, where Git makes it by itself, and the helper
/// while data is missing of refs that it moves.
///
/// Git has no hook for that moment, but tells of each tracking ref that it moves once the server has
/// taken the branch (git-integration 3.1, 3.3, D6). The note is a file in the worktree's own Git
/// directory, named by the process of that `git push` (or of the helper), so that a hook sees at once
/// whether there is one, and the next push which are of processes that are gone.
package struct PushNote: Equatable, Sendable {
    /// A ref of the push that is tracked here.
    package struct Entry: Equatable, Sendable {
        /// ``untracked`` where nobody waits to be told of it.
        package let trackingRef: String
        package let update: RefUpdate

        package init(trackingRef: String, update: RefUpdate) {
            self.trackingRef = trackingRef
            self.update = update
        }
    }

    package let remote: String
    /// The address, without a password.
    package let url: String
    /// Whether the data of these refs is not uploaded yet (`dvc.pushData` = `after`).
    package var uploadsData: Bool
    package private(set) var entries: [Entry]

    /// Stands for a tracking ref, and is the name of none.
    package static let untracked = "-"

    /// Raised when the format changes; a note of another version says nothing.
    private static let header = "git-dvc push, version 1"
    /// What the names of such files begin with, in `<Git directory>/dvc`; the hook's text has it, too.
    package static let filePrefix = "push-"

    package init(remote: String, url: String, uploadsData: Bool, entries: [Entry]) {
        self.remote = remote
        self.url = url
        self.uploadsData = uploadsData
        self.entries = entries
    }

    /// Where the note of a process is; `gitDirectory` as a hook sees it.
    package static func file(of process: pid_t, in gitDirectory: FilePath) -> FilePath {
        gitDirectory.appending("dvc").appending("\(filePrefix)\(process)")
    }

    /// Removes all notes of a worktree.
    package static func removeAll(in gitDirectory: FilePath) throws(SystemError) {
        let folder = gitDirectory.appending("dvc")
        guard directoryExists(folder) else { return }
        for name in try directoryEntries(folder) where name.string.hasPrefix(filePrefix) {
            try removeFile(folder.appending(name))
        }
    }

    // MARK: The file

    /// `nil` for what no version of this program has written.
    package init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.count > 4, lines[0] == Self.header, lines[3] == "after" || lines[3] == "before"
        else { return nil }
        remote = String(lines[1])
        url = String(lines[2])
        uploadsData = lines[3] == "after"
        entries = []
        for line in lines[4...] {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2,
                let updates = try? RefUpdate.parse(Array("\(parts[1])\n".utf8)), updates.count == 1
            else { return nil }
            entries.append(Entry(trackingRef: String(parts[0]), update: updates[0]))
        }
    }

    package var bytes: [UInt8] {
        let head = [Self.header, remote, url, uploadsData ? "after" : "before"]
        return Array((head.joined(separator: "\n") + "\n").utf8)
            + entries.flatMap { Array("\($0.trackingRef) ".utf8) + $0.update.hookLine }
    }

    /// Writes it down for its owner alone; with nothing left in it there is no file.
    package func write(to path: FilePath) throws(SystemError) {
        if entries.isEmpty { return try removeFile(path) }
        try writeFile(path, bytes, mode: 0o600)
        // The server will have the refs also after the power went here.
        if uploadsData { try syncDirectory(path.parent) }
    }

    // MARK: What Git tells

    /// The refs of the push of which these lines of a reference-transaction hook tell.
    ///
    /// Source: githooks(5), "reference-transaction": `<old> SP <new> SP <ref> LF`.
    package func moved(by transaction: [UInt8]) -> [RefUpdate] {
        let zero = UInt8(ascii: "0")
        let told = transaction.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            return words.count == 3
                ? (new: words[1], ref: String(decoding: words[2], as: UTF8.self)) : nil
        }
        return entries.filter { entry in
            told.contains { new, ref in
                guard ref == entry.trackingRef else { return false }
                guard let oid = entry.update.newOID else { return new.allSatisfy { $0 == zero } }
                return new.elementsEqual(oid.hex.utf8)
            }
        }.map(\.update)
    }

    /// Takes out what has been told.
    package mutating func remove(_ updates: [RefUpdate]) {
        entries.removeAll { updates.contains($0.update) }
    }
}

extension GitConfig {
    /// The ref here that notes where a remote's ref is; `nil` when none does.
    ///
    /// Source: git-fetch(1), "refspec"; Git 2.39 `remote.c`, `query_refspecs`.
    package func trackingRef(of ref: String, on remote: String) -> String? {
        let refspecs = values("remote.\(remote).fetch")
        let isLeftOut = refspecs.contains { refspec in
            refspec.hasPrefix("^") && matched(ref, String(refspec.dropFirst())) != nil
        }
        if isLeftOut { return nil }
        for refspec in refspecs where !refspec.hasPrefix("^") {
            let parts = (refspec.hasPrefix("+") ? refspec.dropFirst() : refspec[...])
                .split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty,
                let middle = matched(ref, String(parts[0]))
            else { continue }
            return String(parts[1]).replacing("*", with: middle)
        }
        return nil
    }

    /// What the asterisk of a pattern stands for in a text; empty when it has none and is the text.
    private func matched(_ text: String, _ pattern: String) -> String? {
        let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text == pattern ? "" : nil }
        guard text.utf8.count >= parts[0].utf8.count + parts[1].utf8.count,
            text.hasPrefix(parts[0]), text.hasSuffix(parts[1])
        else { return nil }
        return String(text.dropFirst(parts[0].count).dropLast(parts[1].count))
    }
}
