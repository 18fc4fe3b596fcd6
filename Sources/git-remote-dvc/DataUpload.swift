import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The data of a push, uploaded by `git-dvc` while no connection to the Git server is open.
struct DataUpload {
    private let context: HelperContext
    private let options: HelperOptions
    private let caller: CInt

    init(_ context: HelperContext, _ options: HelperOptions, caller: CInt) {
        self.context = context
        self.options = options
        self.caller = caller
    }

    /// Whether data goes along with pushes.
    var isAllowed: Bool {
        let environment = context.environment
        if environment.isOn("DVC_SKIP") || environment.isOn("DVC_SKIP_PUSH") { return false }
        return context.config["dvc.pushdata"]?.lowercased() != "never"
    }

    /// Whether the refs move first (`dvc.pushData` = `after`).
    var isLate: Bool {
        isAllowed && !options.isDryRun && context.config["dvc.pushdata"]?.lowercased() == "after"
    }

    /// Brings the data that pushes left that are over; what goes wrong is only said.
    func runLeft() {
        guard isAllowed, !options.isDryRun else { return }
        PushNote.uploadLeft(context.environment, context.trace) {
            options.verbosity < 1 ? ["--quiet"] : []
        }
    }

    private var noteFile: FilePath {
        PushNote.file(of: getpid(), in: context.environment.gitDirectoryOfHook)
    }

    /// Leaves a note of what is to be uploaded once these refs have moved, for whoever pushes next should
    /// this process not get there.
    ///
    /// Throws `SystemError`.
    func leaveNote(of updates: [RefUpdate]) throws(SystemError) {
        let entries = updates.filter { $0.newOID != nil }.map {
            PushNote.Entry(trackingRef: PushNote.untracked, update: $0)
        }
        let note = PushNote(
            remote: context.remote, url: context.shownAddress, uploadsData: true, entries: entries)
        try createDirectories(noteFile.parent)
        try note.write(to: noteFile)
    }

    /// Uploads what refs need that have moved; returns whether all of it is there now.
    ///
    /// Before Git notes where they are: what it knows to be on the server counts as pushed with its
    /// data. The note is taken away if so. Throws as ``run(for:)``, and `SystemError`.
    func runLate(for moved: [RefUpdate]) throws -> Bool {
        let failed = try run(for: moved).keys.sorted()
        guard let first = failed.first else {
            try removeFile(noteFile)
            return true
        }
        let more = failed.count > 1 ? " and \(failed.count - 1) more" : ""
        printMessage("error", "\(first)\(more) moved without all of the DVC data (dvc.pushData)")
        printMessage("hint", "bring the rest with 'git dvc push -a'")
        return false
    }

    /// Uploads what these refs need, and says of refs that must not move why.
    ///
    /// Throws `SubprocessError`; ``HelperError`` when Git is gone.
    func run(for updates: [RefUpdate]) throws -> [String: String] {
        if updates.allSatisfy({ $0.newOID == nil }) { return [:] }
        let url = context.shownAddress
        let remote = try PushedRemote(argument: context.remote, url: url)
            .checked(for: updates, using: context.git)
        // Most pushes touch no metafile, and need no further program.
        guard try CommitRange(of: updates, to: remote).touches(pushPathspecs, using: context.git)
        else { return [:] }
        guard let program = suiteProgram(named: "git-dvc", context.environment) else {
            printMessage(
                "error", "cannot upload the DVC data of this push: the program git-dvc is missing")
            printMessage(
                "hint", "install it again, or push without the data: DVC_SKIP_PUSH=1 git push")
            return refusals(of: updates, "the program git-dvc is missing")
        }
        let arguments = ["push", "--stdin", "--porcelain"] + switches
        let command = Command(
            program, arguments + ["--", context.remote, url], environment: environment)
        context.trace.log("run \(command.line)")
        guard let result = try command.run(input: updates.flatMap(\.hookLine), for: caller) else {
            throw HelperError.cutOff
        }
        return verdicts(result, on: updates)
    }

    private var switches: [String] {
        var switches = options.isDryRun ? ["--dry-run"] : []
        if options.verbosity < 1 { switches.append("--quiet") }
        if options.verbosity > 1 { switches.append("--verbose") }
        return switches
    }

    private var environment: Environment {
        var environment = context.environment
        // What Git decided for its own meter holds for ours.
        if let shows = options.showsProgress, context.config["dvc.progress"] == nil {
            if !shows { environment.addGitSetting("dvc.progress", "false") }
        }
        return environment
    }

    /// One line for each ref: `ok <ref>` or `error <ref> <why>`.
    private func verdicts(
        _ result: CommandResult, on updates: [RefUpdate]
    ) -> [String: String] {
        var refusals: [String: String] = [:]
        var approved: Set<String> = []
        for line in String(decoding: result.output, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            if words.count > 1, words[0] == "ok" {
                approved.insert(words[1])
            } else if words.count > 1, words[0] == "error" {
                refusals[words[1]] = words.count > 2 ? words[2] : "its data is not there"
            }
        }
        // A program that was killed leaves refs without a verdict, and those must not move.
        for update in updates where update.newOID != nil {
            let ref = update.remoteRef
            if refusals[ref] == nil, !approved.contains(ref) {
                refusals[ref] = "git-dvc ended with code \(result.status.code)"
            }
        }
        return refusals
    }

    private func refusals(of updates: [RefUpdate], _ why: String) -> [String: String] {
        Dictionary(
            updates.filter { $0.newOID != nil }.map { ($0.remoteRef, why) },
            uniquingKeysWith: { first, _ in first })
    }
}
