import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Looks whether the pushed commits touch anything that needs data; if so, `git-dvc` takes over.
///
/// Returns 0 to let Git go on, 1 to stop the push. Does not return when there is work.
func prePush(remote: String, url: String, environment: Environment) -> CInt {
    if answeredProbe(environment) { return 0 }
    // The remote helper uploads by itself, at a moment when no connection is kept waiting.
    let isLeftToOthers =
        environment.isOn("DVC_SKIP") || environment.isOn("DVC_SKIP_PUSH")
        || HelperAddress(url) != nil
    do {
        let largeFiles = try LargeFileHook("pre-push", environment)
        if isLeftToOthers, largeFiles == nil { return 0 }
        if isatty(0) == 1 {
            // Git gives the refs through a pipe. Waiting for somebody to type them would look like a hang.
            printMessage(
                "error", "the refs of this push did not reach dvc-hooks on its standard input")
            printMessage("hint", "let what runs the hooks pass it on, or use 'git dvc install'")
            return 1
        }
        let input = try OpenFile(adopting: dup(0), named: "standard input").readAll(limit: 1 << 30)
        let status = try largeFiles?.push(remote: remote, url: url, input: input) ?? 0
        if isLeftToOthers || status != 0 { return status }
        let push = Push(remote: remote, url: url, updates: try RefUpdate.parse(input), input: input)
        if try refusesInternalRefs(of: push, environment) { return 1 }
        uploadLeft(environment)
        return try upload(for: push.leavingNote(environment), environment)
    } catch {
        printError(error)
        return 1
    }
}

/// A push, as the hook was told about it.
struct Push {
    let remote: String
    let url: String
    let updates: [RefUpdate]
    /// The same as Git writes it to a hook.
    let input: [UInt8]
    /// What the user should know if there is work.
    var note: String?
}

/// Becomes `git-dvc push` if the commits need data; returns the exit status otherwise.
func upload(for push: Push, _ environment: Environment) throws -> CInt {
    if push.updates.allSatisfy({ $0.newOID == nil }) { return 0 }
    let trace = Trace(setting: environment["GIT_DVC_TRACE"])
    let git = try GitProgram(environment: environment, trace: trace)
    let remote = try PushedRemote(argument: push.remote, url: push.url)
        .checked(for: push.updates, using: git)
    let range = CommitRange(of: push.updates, to: remote)
    guard try range.touches(pushPathspecs, using: git) else { return 0 }
    if try isServedByHelper(push, git) { return 0 }
    guard let program = suiteProgram(named: "git-dvc", environment) else {
        printMessage(
            "error", "cannot upload the DVC data of this push: the program git-dvc is missing")
        printMessage("hint", "install it again, or push without the data: DVC_SKIP_PUSH=1 git push")
        return 1
    }
    if let note = push.note { printMessage("note", note) }
    // Frameworks for hooks are between git and this program.
    let parent = firstAncestor { PushCommandLine($0) }
    var options = ["--stdin"]
    if parent?.isDryRun == true { options.append("--dry-run") }
    if parent?.isQuiet == true { options.append("--quiet") }
    let command = Command(
        program, ["push"] + options + ["--", push.remote, push.url], environment: environment)
    trace.log("run \(command.line)")
    printError(command.replaceProcess(input: push.input))
    return 1
}

/// Whether the remote names our helper (`remote.<name>.vcs = dvc`), which then does all of the work.
private func isServedByHelper(_ push: Push, _ git: GitProgram) throws(SubprocessError) -> Bool {
    guard let name = PushedRemote(argument: push.remote, url: push.url).name else { return false }
    let answer = try git.command(["config", "--get", "remote.\(name).vcs"]).run()
    return answer.status.isSuccess && answer.output == Array("dvc\n".utf8)
}

/// Whether refs would be published of which only this repository has a use, as `--mirror` does.
///
/// Source: dvc-compat 6.2. The helper only leaves them out; a hook can but stop the push.
private func refusesInternalRefs(of push: Push, _ environment: Environment) throws -> Bool {
    let refs = push.updates.filter { $0.newOID != nil && $0.isInternal }.map(\.remoteRef)
    guard let first = refs.first else { return false }
    let git = try GitProgram(
        environment: environment, trace: Trace(setting: environment["GIT_DVC_TRACE"]))
    if try isServedByHelper(push, git) { return false }
    let more = refs.count > 1 ? " and \(refs.count - 1) more" : ""
    printMessage("error", "only this repository has a use for \(first)\(more)")
    printMessage(
        "hint",
        "leave it out with '^\(first)' after the other refs, or let the helper do so: "
            + "'git dvc install'")
    return true
}

/// Tells `git dvc doctor` that the hook was reached, and with which program.
///
/// Into a file, because frameworks swallow what hooks print.
func answeredProbe(_ environment: Environment) -> Bool {
    guard let path = environment.nonEmpty("GIT_DVC_PROBE"), path.hasPrefix("/") else {
        return false
    }
    let program = runningProgram()?.string ?? ""
    // The file is there, made for this: a failure to write is no answer, and says enough.
    guard
        let file = try? OpenFile(FilePath(path), O_WRONLY | O_APPEND | O_CLOEXEC, operation: "open")
    else { return true }
    try? file.write(Array("\(program)\n".utf8))
    return true
}
