internal import Basics
internal import DVC
internal import Git

/// The source of an import that cannot be asked whether it has moved on.
struct ImportSourceError: UserFacingError {
    let source: ImportSource
    /// What Git said, or `nil` when the source has no such branch or tag.
    let words: String?

    var summary: String {
        let name = "'\(printable(source.path))' of '\(printable(source.url))'"
        guard let words else {
            let revision = printable(source.revision ?? "HEAD")
            return
                "cannot tell whether \(name) has changed: '\(revision)' is no branch or tag there"
        }
        return "cannot ask for updates of \(name): \(printable(words))"
    }

    var advice: String? { words == nil ? nil : "'--no-updates' asks no sources" }
}

/// Asks the Git repositories that data was imported from whether they have moved on, without fetching
/// anything.
///
/// Source: `RepoDependency.workspace_status` in DVC 3.67 `dependency/repo.py`, which clones them.
final class ImportUpdates {
    private struct Question: Hashable {
        let url: String
        let revision: String?
    }

    private let git: GitProgram
    private var answers: [Question: Result<String, ImportSourceError>] = [:]

    init(_ git: GitProgram) { self.git = git }

    /// Whether the branch or tag is at another commit than that which was imported.
    ///
    /// A source that is a path is relative to the process's directory, as in DVC.
    func hasMoved(_ source: ImportSource) throws(ImportSourceError) -> Bool {
        guard let locked = source.lockedRevision else { return false }
        if let revision = source.revision, GitOID(revision) != nil { return revision != locked }
        let question = Question(url: source.url, revision: source.revision)
        let answer = answers[question] ?? Result { () throws(ImportSourceError) in try ask(source) }
        answers[question] = answer
        return try answer.get() != locked
    }

    private func ask(_ source: ImportSource) throws(ImportSourceError) -> String {
        // As Git looks a name up: tags come before branches.
        let names =
            source.revision.map { name in
                [name, "refs/\(name)", "refs/tags/\(name)", "refs/heads/\(name)"]
            } ?? ["HEAD"]
        let found = try refs(of: source, names + names.map { $0 + "^{}" })
        for name in names {
            // Of a tag object the commit is meant.
            if let oid = found[name + "^{}"] ?? found[name] { return oid }
        }
        throw ImportSourceError(source: source, words: nil)
    }

    private func refs(
        of source: ImportSource, _ names: [String]
    ) throws(ImportSourceError) -> [String: String] {
        let command = git.command(["ls-remote", "--", source.url] + names)
        let result: CommandResult
        do {
            result = try command.run()
        } catch {
            throw ImportSourceError(source: source, words: error.summary)
        }
        guard result.status.isSuccess else {
            throw ImportSourceError(source: source, words: result.lastWords)
        }
        var refs: [String: String] = [:]
        for line in String(decoding: result.output, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            if parts.count == 2 { refs[String(parts[1])] = String(parts[0]) }
        }
        return refs
    }
}
