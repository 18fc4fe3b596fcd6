import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What is to be done after a push that Git made by itself, when Git tells of a tracking ref.
///
/// `prepared` comes when the server has taken the branch and before Git notes that: what Git knows to be
/// there counts as pushed with its data, so late data is uploaded then. On `committed` the experiments
/// follow and the user's hook runs. Returns 1 only when late data could not be uploaded: Git then ends
/// the push with an error, and notes nothing (observed with Git 2.39).
func referenceTransaction(_ state: String, environment: Environment) -> CInt {
    guard state == "prepared" || state == "committed", !environment.isOn("DVC_SKIP") else {
        return 0
    }
    do {
        let file = PushNote.file(of: getppid(), in: environment.gitDirectoryOfHook)
        // The number may be that of another process by now.
        guard let bytes = try readFileIfPresent(file), var note = PushNote(bytes),
            let caller = callingPush()
        else { return 0 }
        let input = try OpenFile(adopting: dup(0), named: "standard input").readAll(limit: 1 << 30)
        let moved = note.moved(by: input)
        if moved.isEmpty { return 0 }
        if state == "prepared", !note.uploadsData { return 0 }
        let aftermath = try Aftermath(note: note, caller, environment)
        if state == "prepared" {
            // All at once: data of a branch that was refused besides does not harm.
            guard try aftermath.uploadsData() else { return 1 }
            note.uploadsData = false
            try note.write(to: file)
            return 0
        }
        // First, or a hook that ends this program would be run again.
        note.remove(moved)
        try note.write(to: file)
        try aftermath.sendExperiments(along: moved)
        try aftermath.tell(of: moved)
    } catch {
        printMessage("warning", "after the push: \(summary(of: error))")
        // Late data that cannot even be looked for is missing data.
        return state == "prepared" ? 1 : 0
    }
    return 0
}

/// What is done for refs that have moved.
private struct Aftermath {
    private let note: PushNote
    private let caller: PushCommandLine
    private let environment: Environment
    private let trace: Trace
    private let git: GitProgram

    init(note: PushNote, _ caller: PushCommandLine, _ environment: Environment) throws(GitError) {
        self.note = note
        self.caller = caller
        self.environment = environment
        trace = Trace(setting: environment["GIT_DVC_TRACE"])
        git = try GitProgram(environment: environment, trace: trace)
    }

    /// Uploads what the refs of the note need; returns whether all of it is there.
    func uploadsData() throws -> Bool {
        let updates = note.entries.map(\.update).filter { ExperimentRef($0.remoteRef) == nil }
        let remote = try PushedRemote(argument: note.remote, url: note.url)
            .checked(for: updates, using: git)
        guard try CommitRange(of: updates, to: remote).touches(pushPathspecs, using: git) else {
            return true
        }
        if try run(["push", "--stdin"], [], for: updates) { return true }
        printMessage(
            "error", "the refs of this push moved without all of the DVC data (dvc.pushData)")
        printMessage("hint", "bring the rest with 'git dvc push -a'")
        return false
    }

    func sendExperiments(along moved: [RefUpdate]) throws {
        if try GitConfig(using: git).followingScope(to: note.remote) == .none { return }
        _ = try run(["git-hook"], ["post-push"], for: moved)
    }

    func tell(of moved: [RefUpdate]) throws {
        try PostPushHook(using: git)?.run(
            moved.map { ($0, "ok") }, remote: note.remote, url: note.url, environment, trace)
    }

    /// Has git-dvc work on refs; returns whether that went well.
    private func run(
        _ words: [String], _ arguments: [String], for updates: [RefUpdate]
    ) throws -> Bool {
        let program = try requiredProgram(named: "git-dvc", environment)
        let options = caller.isQuiet ? ["--quiet"] : []
        let command = Command(
            program, words + options + ["--"] + arguments + [note.remote, note.url],
            environment: environment)
        trace.log("run \(command.line)")
        var child = try command.start(input: .pipe, output: .descriptor(2), errorOutput: .inherit)
        // What ends without reading them says why.
        try? child.input?.write(updates.flatMap(\.hookLine))
        child.input = nil
        return child.wait().isSuccess
    }
}
