import Basics
import FoundationEssentials
import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

let gcCommand = CommandDescription(
    name: "gc",
    summary: "Removes data from the cache that nothing needs any more.",
    synopsis: "[<options>] [-p <path>...]",
    arguments: [("<path>", "more projects, after '-p'")],
    argumentCount: 0...Int.max,
    options: [
        OptionDescription("workspace", "w", "keep only what the working copy's metafiles need"),
        OptionDescription("all-branches", "a", "that, and the tips of local branches"),
        OptionDescription("all-tags", "T", "that, and tags"),
        OptionDescription("all-commits", "A", "that, and every commit of branches and tags"),
        OptionDescription("all-experiments", "that, and experiments"),
        OptionDescription("rev", nil, value: "commit", "that, and this commit"),
        OptionDescription("date", nil, value: "yyyy-mm-dd", "that, and all commits since then"),
        OptionDescription(
            "num", "n", value: "n", "so many commits from each branch or '--rev'; 1 if not given"),
        OptionDescription("force", "f", "do not ask before removing"),
        OptionDescription("dry-run", isOurs: true, "only say what would be removed (also '--dry')"),
        OptionDescription(
            "expire", nil, value: "span", isOurs: true,
            "keep what was touched within '2.weeks', which is usual without -w -a -T -A; 'now'"),
        OptionDescription(
            "verify-remote", isOurs: true, "remove only what the remote has as well"),
        OptionDescription("not-in-remote", "of what is needed, keep only what the remote lacks"),
        OptionDescription(
            "remote", "r", value: "name", "the remote of these two, instead of the default"),
        OptionDescription("cloud", "c", "refused: nothing is removed from a remote"),
        OptionDescription("jobs", "j", value: "n", "how many requests at a time"),
        OptionDescription(
            "projects", "p", value: "path", "keep what this project needs as well"),
        OptionDescription(
            "not-shared", isOurs: true,
            "no other project uses the cache, though it lies outside of the repository"),
        OptionDescription("skip-failed", "go on without metafiles and lists that cannot be read"),
        OptionDescription("json", isOurs: true, "the result as JSON on standard output"),
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription("verbose", "v", "for scripts that say this to DVC; nothing more is said"),
    ],
    examples: [
        ("git dvc gc --dry-run", "what does nothing in this repository need?"),
        ("git dvc gc --verify-remote", "make room, losing nothing that the remote lacks"),
        ("git dvc gc -w -f", "keep nothing but the data of the working copy, as DVC does"),
    ],
    run: { arguments, invocation in try await collectGarbage(arguments, invocation) })

private func collectGarbage(
    _ arguments: Arguments, _ invocation: Invocation
) async throws -> CInt {
    try refuseContradictions(in: arguments)
    let session = try invocation.session()
    var options = GarbageOptions(
        progress: session.progressOutput(isQuiet: arguments.has("quiet") || arguments.has("json")))
    options.scope = try scope(of: arguments)
    options.isDryRun = arguments.has("dry-run")
    options.verifiesRemote = arguments.has("verify-remote")
    options.keepsOnlyUnpushed = arguments.has("not-in-remote")
    options.remote = arguments.value("remote")
    options.jobs = try arguments.count("jobs")
    options.projects = (arguments.values("projects") + arguments.positionals).map { FilePath($0) }
    options.isKnownUnshared = arguments.has("not-shared")
    options.skipsFailed = arguments.has("skip-failed")
    if let text = arguments.value("expire") {
        guard let span = Session.span(text) else {
            throw UsageError(
                summary: "'--expire' takes a span such as '2.weeks' or 'now', not '\(text)'",
                advice: nil)
        }
        options.grace = span
    }
    // What a scope leaves out may be nowhere else.
    if options.scope != nil, !options.isDryRun, !arguments.has("force") {
        guard isatty(0) == 1 else {
            throw UnconfirmedError()
        }
        printMessage("warning", "this removes everything from the cache but what was selected")
        guard confirm("Are you sure you want to proceed?") else { return ExitCode.failure }
    }
    let report = try await GarbageWorkflow(session, options).run()
    let isQuiet = arguments.has("quiet")
    if !isQuiet { printMessages("warning", report.warnings) }
    if arguments.has("json") {
        printResult(try report.json(isDryRun: options.isDryRun))
    } else if !isQuiet {
        show(report, options)
    }
    printMessages("error", report.errors)
    return report.errors.isEmpty ? 0 : ExitCode.failure
}

/// A question that nobody is there to answer.
private struct UnconfirmedError: UserFacingError {
    var summary: String { "this removes everything from the cache but what was selected" }
    var advice: String? { "say '--force' to do so, or see with '--dry-run' what would go" }
}

private func refuseContradictions(in arguments: Arguments) throws {
    if arguments.has("cloud") {
        throw UsageError(
            summary: "nothing is removed from a remote: other clones may have commits that need "
                + "what this one does not know",
            advice: "if you are sure of all clones, use real DVC: 'dvc gc --cloud'")
    }
    if let word = arguments.positionals.first, arguments.values("projects").isEmpty {
        throw UsageError(
            summary: "'\(word)' is one argument too many for 'git dvc gc'",
            advice: "other projects follow '-p'")
    }
    if arguments.value("remote") != nil, !arguments.has("verify-remote"),
        !arguments.has("not-in-remote")
    {
        throw UsageError(
            summary: "'--remote' needs '--verify-remote' or '--not-in-remote'", advice: nil)
    }
    if arguments.value("num") != nil, arguments.value("rev") == nil,
        !arguments.has("all-branches")
    {
        throw UsageError(
            summary: "'--num' can only be used with '--rev' or '--all-branches'", advice: nil)
    }
}

/// What is selected as for DVC; `nil` when nothing is.
private func scope(of arguments: Arguments) throws -> GarbageOptions.Scope? {
    let switches = ["workspace", "all-branches", "all-tags", "all-commits", "all-experiments"]
    guard
        switches.contains(where: arguments.has) || arguments.value("rev") != nil
            || arguments.value("date") != nil
    else { return nil }
    var scope = GarbageOptions.Scope()
    scope.allBranches = arguments.has("all-branches")
    scope.allTags = arguments.has("all-tags")
    scope.allCommits = arguments.has("all-commits")
    scope.allExperiments = arguments.has("all-experiments")
    scope.revision = arguments.value("rev")
    if let text = arguments.value("num") {
        guard let count = Int(text), count != 0 else {
            throw UsageError(summary: "'--num' takes a number, not '\(text)'", advice: nil)
        }
        scope.count = count
    }
    if let text = arguments.value("date") {
        guard let seconds = localSeconds(ofDate: text) else {
            throw UsageError(
                summary: "'--date' takes a day such as '2024-01-31', not '\(text)'", advice: nil)
        }
        scope.since = seconds
    }
    return scope
}

/// When a day began here, in seconds since 1970; `nil` for what is no day.
func localSeconds(ofDate text: String) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, [4, 2, 2] == parts.map(\.utf8.count),
        let year = Int32(parts[0]), let month = Int32(parts[1]), let day = Int32(parts[2]),
        (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var fields = tm()
    fields.tm_year = year - 1900
    fields.tm_mon = month - 1
    fields.tm_mday = day
    fields.tm_isdst = -1
    let seconds = mktime(&fields)
    // The 31st of a shorter month is another day to the system.
    return fields.tm_mday == day && fields.tm_mon == month - 1 ? Int64(seconds) : nil
}

private func show(_ report: GarbageReport, _ options: GarbageOptions) {
    if !report.errors.isEmpty, report.removed.isEmpty, report.leftovers.isEmpty { return }
    if options.isDryRun {
        for object in report.removed { printResult("would remove \(object.storagePath)") }
        for file in report.leftovers { printResult("would remove \(printable(file.path.string))") }
    }
    if report.removed.isEmpty, report.leftovers.isEmpty {
        printResult("Nothing to remove: \(kept(report)).")
        return
    }
    let verb = options.isDryRun ? "Would remove" : "Removed"
    var what = counted(report.removed.count, "object")
    if !report.leftovers.isEmpty {
        what += " and \(counted(report.leftovers.count, "temporary file"))"
    }
    printResult(
        "\(verb) \(what) from the cache, \(byteCountText(report.freedBytes)); \(kept(report)).")
}

/// How many objects stay, and why.
private func kept(_ report: GarbageReport) -> String {
    var parts = ["\(counted(report.neededCount, "object")) needed"]
    if report.recentCount > 0 { parts.append("\(report.recentCount) too new") }
    if report.linkedCount > 0 { parts.append("\(report.linkedCount) linked to") }
    if report.unpushedCount > 0 { parts.append("\(report.unpushedCount) not on the remote") }
    return parts.joined(separator: ", ")
}

extension GarbageReport {
    fileprivate func json(isDryRun: Bool) throws -> String {
        try jsonText(JSONReport(self, isDryRun))
    }

    /// The shape of `--json`.
    private struct JSONReport: Encodable {
        struct Object: Encodable {
            let object: String
            let bytes: Int64
        }

        let dryRun: Bool
        let cache: String
        let removed: [Object]
        let temporary: [Object]
        let bytes: Int64
        let needed: Int
        let recent: Int
        let linked: Int
        let notOnRemote: Int
        let errors: [String]
        let warnings: [String]

        init(_ report: GarbageReport, _ isDryRun: Bool) {
            dryRun = isDryRun
            cache = report.cache.string
            removed = report.removed.map { .init(object: $0.storagePath.string, bytes: $0.size) }
            temporary = report.leftovers.map { .init(object: $0.path.string, bytes: $0.size) }
            bytes = report.freedBytes
            needed = report.neededCount
            recent = report.recentCount
            linked = report.linkedCount
            notOnRemote = report.unpushedCount
            errors = report.errors.map(\.summary)
            warnings = report.warnings.map(\.summary)
        }
    }
}
