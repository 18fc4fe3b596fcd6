import Basics
import Workflows

/// Runs the work of a command whose every failure ends with 1, as DVC's do; `nil` after one.
///
/// What concerns all commands keeps its own code: no repository, an invalid configuration.
func failingWithOne<Result>(_ work: () async throws -> Result) async throws -> Result? {
    do {
        return try await work()
    } catch is CancellationError {
        throw CancellationError()
    } catch {
        printError(error)
        return nil
    }
}

/// Shows what was recorded, and what is left to be done with Git, in DVC's words.
func show(_ report: RecordReport, isQuiet: Bool) {
    if !report.unlinked.isEmpty {
        printMessage(
            "warning",
            "no type of link in 'cache.type' works for "
                + report.unlinked.prefix(10).map { "'\($0)'" }.joined(separator: ", "))
        printMessage("hint", "change 'cache.type', then run 'git dvc checkout --relink'")
    }
    guard !isQuiet, !report.areStaged, !report.changedFiles.isEmpty else { return }
    let files = report.changedFiles.map { shellQuoted($0.string) }.joined(separator: " ")
    printResult(
        """

        To track the changes with git, run:

        \tgit add \(files)

        To enable auto staging, run:

        \tgit dvc config core.autostage true
        """)
}

/// The text as one word for a shell.
///
/// Source: Python's `shlex.quote`.
func shellQuoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "@%_-+=:,./".unicodeScalars.contains(scalar))
    }
    if isPlain, !text.isEmpty { return text }
    return "'" + text.replacing("'", with: "'\"'\"'") + "'"
}
