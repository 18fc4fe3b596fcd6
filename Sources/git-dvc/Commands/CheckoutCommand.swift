import Basics
import Git
import Planning
import Workflows
import Workspace

let checkoutCommand = CommandDescription(
    name: "checkout",
    summary: "Puts data from the cache into the working copy, as its metafiles say.",
    synopsis: "[<options>] [<target>...]",
    arguments: [dataTarget],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("with-deps", "d", "with all stages that the targets need"),
        OptionDescription("recursive", "R", "a directory stands for all metafiles below it"),
        OptionDescription("force", "f", "replace and remove files that are saved nowhere as well"),
        OptionDescription("relink", "make links or copies anew, as 'cache.type' says"),
        OptionDescription("summary", "only say how many files were changed"),
        OptionDescription("allow-missing", "pass over what the cache does not have"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription("verbose", "v", "for scripts that say this to DVC; nothing more is said"),
    ],
    examples: [
        ("git dvc checkout", "bring all data to what the current commit says"),
        ("git dvc checkout data/raw", "only one directory"),
        ("git dvc checkout --relink", "apply a changed 'cache.type' to what is there"),
    ],
    run: { arguments, invocation in
        var options = CheckoutOptions()
        options.unsaved = arguments.has("force") ? .replace : .refuse
        options.relinks = arguments.has("relink")
        let session = try invocation.session()
        let here = try session.standpoint().directory
        do {
            let report = try await CheckoutWorkflow(session, arguments.selection(), options).run()
            return try show(report, arguments, session, from: here)
        } catch let error as TargetError {
            printError(error)
            return ExitCode.unexpected
        }
    })

/// The argument of the commands that take targets.
let dataTarget = (
    name: "<target>",
    help: "a metafile, stage or group, or the path of an out or of something in it"
)

private func show(
    _ report: CheckoutReport, _ arguments: Arguments, _ session: Session,
    from here: FilePath
) throws -> CInt {
    let isQuiet = arguments.has("quiet")
    let missing = arguments.has("allow-missing") ? [] : report.missing
    if arguments.has("json") {
        write(try report.json(from: here) + "\n", to: 1)
    } else if !isQuiet, report.unsaved.isEmpty {
        if arguments.has("summary") {
            let words = summary(report.counts)
            printResult(words.isEmpty ? "No changes." : words)
        } else {
            for line in report.lines(from: here) { printResult(line) }
        }
    }
    if !isQuiet { printMessages("warning", report.warnings + report.notices) }
    printMessages("error", report.errors)
    printUnsaved(report.unsaved, in: session)
    printMissing(missing, from: here)
    if !isQuiet, arguments.has("allow-missing") { printPassedOver(report.missing, from: here) }
    guard report.errors.isEmpty, report.unsaved.isEmpty, missing.isEmpty else {
        return ExitCode.unexpected
    }
    if arguments.has("relink"), !isQuiet, !arguments.has("json") {
        printResult("Relinked successfully")
    }
    return 0
}

/// `2 files added and 1 file deleted`, as DVC says it; empty when nothing was done.
///
/// `fetched`: what is told before. Source: `get_summary` in DVC 3.67 `utils/humanize.py`.
func summary(_ counts: CheckoutReport.Counts, fetched: Int = 0) -> String {
    let parts = [
        (fetched, "fetched"), (counts.modified, "modified"), (counts.added, "added"),
        (counts.deleted, "deleted"),
    ].filter { $0.0 > 0 }.map { "\(counted($0.0, "file")) \($0.1)" }
    return parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "")
        + (parts.last ?? "")
}

/// Says which files were in the way, in DVC's words.
///
/// `paths`: from the top. Source: `_check_can_delete` in DVC 3.67 `repo/checkout.py`.
func printUnsaved(_ paths: [FilePath], in session: Session) {
    if paths.isEmpty { return }
    printMessage(
        "error",
        "Can't remove the following unsaved files without confirmation. Use `--force` to force.")
    printPaths(paths.map { (session.repository.workTree ?? "").appending($0) })
    printMessage("hint", "save them with 'git dvc add' or 'git dvc commit'")
}

/// Says which outs are not in place, in DVC's words.
///
/// Source: `CheckoutError` in DVC 3.67 `exceptions.py`.
func printMissing(_ paths: [FilePath], from here: FilePath) {
    if paths.isEmpty { return }
    printMessage("error", "Checkout failed for following targets:")
    printPaths(paths.map { $0.relativeName(from: here) })
    write("Is your cache up to date?\n<https://error.dvc.org/missing-files>\n", to: 2)
    printMessage("hint", "get what is missing with 'git dvc pull'")
}

/// Says in one line which outs `--allow-missing` has passed over.
///
/// DVC says nothing of them. `paths`: from the top.
func printPassedOver(_ paths: [FilePath], from here: FilePath) {
    if paths.isEmpty { return }
    let most = 5
    let names = paths.prefix(most).map { "'\(printable($0.relativeName(from: here).string))'" }
    let others = paths.count > most ? " and \(paths.count - most) more" : ""
    printMessage(
        "warning", "passed over what is missing of \(names.joined(separator: ", "))\(others)")
}

private func printPaths(_ paths: [FilePath]) {
    let shown = 100
    for path in paths.prefix(shown) { write("\(printable(path.escaped))\n", to: 2) }
    if paths.count > shown { write("and \(paths.count - shown) more\n", to: 2) }
}

extension CheckoutReport {
    /// The result for a script: outs by what became of them, and how many files that were.
    ///
    /// `here`: where the user is, from the top.
    func json(from here: FilePath) throws -> String {
        struct Result: Encodable {
            var added: [String] = []
            var modified: [String] = []
            var deleted: [String] = []
            let missing: [String]
            let unsaved: [String]
            let files: [String: Int]
            let errors: [String]
        }
        func name(_ path: FilePath) -> String { path.relativeName(from: here).string }
        func names(_ change: Change) -> [String] {
            entries.filter { $0.change == change }.map { name($0.path) }.sorted()
        }
        let result = Result(
            added: names(.added), modified: names(.modified), deleted: names(.deleted),
            missing: missing.map(name), unsaved: unsaved.map(name),
            files: [
                "added": counts.added, "modified": counts.modified, "deleted": counts.deleted,
            ],
            errors: errors.map(\.summary))
        return try jsonText(result)
    }
}
