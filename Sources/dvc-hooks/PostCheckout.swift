import Basics
import Git

/// The hooks after which the working copy may hold other metafiles than before.
enum FinishedCommand {
    /// `isFile`: whether single files were checked out, so that nobody moved to another commit.
    case checkout(isFile: Bool)
    case merge
    /// `isRebase`: otherwise a commit was amended, which changes no file.
    case rewrite(isRebase: Bool)

    /// What Git tells such a hook in its arguments.
    ///
    /// Source: githooks(5).
    init?(hook: String, arguments: [String]) {
        switch (hook, arguments.count) {
        case ("post-checkout", 3): self = .checkout(isFile: arguments[2] != "1")
        case ("post-merge", 1): self = .merge
        case ("post-rewrite", 1): self = .rewrite(isRebase: arguments[0] == "rebase")
        default: return nil
        }
    }

    /// What the tool pre-commit tells in variables.
    ///
    /// Source: pre-commit 4.7, `commands/run.py`.
    init?(hook: String, environment: Environment) {
        switch hook {
        case "post-checkout":
            self = .checkout(isFile: environment["PRE_COMMIT_CHECKOUT_TYPE"] != "1")
        case "post-merge": self = .merge
        case "post-rewrite":
            self = .rewrite(isRebase: environment["PRE_COMMIT_REWRITE_COMMAND"] == "rebase")
        default: return nil
        }
    }
}

/// Has Git LFS do its part, where our hook is in the place of its own.
func largeFilesFollow(_ hook: String, _ arguments: [String], _ environment: Environment) {
    do {
        try LargeFileHook(hook, environment)?.run(arguments)
    } catch {
        printMessage("warning", "cannot run the hook of Git LFS: \(summary(of: error))")
    }
}

/// Looks whether the data in the working copy may be that of other metafiles than those that are
/// there now; if so, `git-dvc` takes over.
///
/// Compares with what was last put in place, not two commits: commands without a hook, such as
/// `git reset --hard`, may have been there in between. Always returns 0: the Git command is done.
func dataFollows(_ command: FinishedCommand, environment: Environment) -> CInt {
    if environment.isOn("DVC_SKIP") || environment.isOn("DVC_SKIP_CHECKOUT") { return 0 }
    do {
        let top = try FilePath.currentDirectory()
        guard let directory = gitDirectory(at: top, environment) else { return 0 }
        switch command {
        case .checkout(isFile: true), .rewrite(isRebase: false): return 0
        case .checkout:
            let isBusy =
                OperationInProgress.isRebase(directory) || OperationInProgress.isMerge(directory)
            if isBusy { return 0 }
        // Git merges also within a rebase, and the merge that just ended still looks begun.
        case .merge: if OperationInProgress.isRebase(directory) { return 0 }
        // Git tells of the end before it cleans up.
        case .rewrite: break
        }
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        let git = try GitProgram(environment: environment, trace: trace)
        let snapshot = try MetafileSnapshot(ofCurrentDirectory: top, using: git)
        // Submodules of a clone may have DVC where it has none.
        let isClone = CloneMark.isSet(in: directory)
        if snapshot.isEmpty && !isClone || snapshot.hasConflicts { return 0 }
        // For `dvc.fetchData`: git-dvc knows whether that is set.
        let isNewlyFetched = FetchHead.isUnseen(in: directory)
        if !isNewlyFetched, !isClone,
            MaterialisedState(in: directory)?.holds(snapshot, below: top) == true
        {
            return 0
        }
        throw becomeGitDVC(
            ["git-hook", "--snapshot", "post-checkout"], input: snapshot.bytes,
            asking: try FirstQuestions(at: top, using: git), environment, trace)
    } catch {
        printMessage("warning", "cannot bring the DVC data up to date: \(summary(of: error))")
    }
    return 0
}

/// Replaces this process by `git-dvc`, with `input` on its standard input; returns why that was not
/// possible.
///
/// `questions`: what it would ask Git first.
func becomeGitDVC(
    _ arguments: [String], input: [UInt8] = [], asking questions: consuming FirstQuestions,
    _ environment: Environment, _ trace: Trace
) -> any UserFacingError {
    let asked: String
    do throws(SystemError) { asked = try questions.handOver() } catch { return error }
    guard let program = suiteProgram(named: "git-dvc", environment) else {
        return MissingProgramError(name: "git-dvc")
    }
    let isQuiet = firstAncestor { isQuietGitCommand($0) } == true
    let command = Command(
        program, arguments + ["--asked", asked] + (isQuiet ? ["--quiet"] : []),
        environment: environment)
    trace.log("run \(command.line)")
    return command.replaceProcess(input: input)
}

/// Whether words are a command line of Git that was told to be quiet; `nil` when it is none of Git's.
private func isQuietGitCommand(_ words: [String]) -> Bool? {
    guard let program = words.first?.split(separator: "/").last, program == "git" else {
        return nil
    }
    return words.prefix { $0 != "--" }.contains { $0 == "-q" || $0 == "--quiet" }
}
