import Basics
import Git

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The `git push` that is the process above this one; `nil` where the system does not show it, or a
/// framework for hooks is between.
func callingPush() -> PushCommandLine? {
    commandLine(of: getppid()).flatMap { PushCommandLine($0) }
}

/// Brings the data that pushes left that are over, unless this one is only tried.
func uploadLeft(_ environment: Environment) {
    let trace = Trace(setting: environment["GIT_DVC_TRACE"])
    PushNote.uploadLeft(environment, trace) {
        let push = firstAncestor { PushCommandLine($0) }
        if push?.isDryRun == true { return nil }
        return push?.isQuiet == true ? ["--quiet"] : []
    }
}

extension Push {
    /// Leaves a note for what comes after the push, if anything does; returns what the push needs before.
    ///
    /// Git tells only of branches that are tracked here, and only where our hook for that is in place:
    /// all else is uploaded before, whatever `dvc.pushData` says. Throws `SubprocessError`,
    /// `SystemError`.
    func leavingNote(_ environment: Environment) throws -> Push {
        guard !updates.isEmpty, let name = PushedRemote(argument: remote, url: url).name else {
            return self
        }
        let trace = Trace(setting: environment["GIT_DVC_TRACE"])
        let git = try GitProgram(environment: environment, trace: trace)
        guard try hasTransactionHook(environment, git) else { return self }
        let config = try GitConfig(using: git)
        // With `vcs` the helper does all of this.
        guard config["remote.\(name).vcs"] != "dvc", let caller = callingPush(), !caller.isDryRun
        else { return self }
        let isLate = config["dvc.pushdata"]?.lowercased() == "after"
        let hasMore = isLate || config.followingScope(to: name) != .none
        guard try hasMore || PostPushHook(using: git) != nil else { return self }
        let entries = updates.compactMap { update in
            config.trackingRef(of: update.remoteRef, on: name).map {
                PushNote.Entry(trackingRef: $0, update: update)
            }
        }
        if entries.isEmpty { return self }
        let note = PushNote(
            remote: name, url: withoutPassword(url), uploadsData: isLate, entries: entries)
        let file = PushNote.file(of: getppid(), in: environment.gitDirectoryOfHook)
        try createDirectories(file.parent)
        try note.write(to: file)
        if !isLate { return self }
        // Those of experiments always have their data first.
        let later = entries.map(\.update).filter { ExperimentRef($0.remoteRef) == nil }
        let before = updates.filter { !later.contains($0) }
        return Push(
            remote: remote, url: url, updates: before, input: before.flatMap(\.hookLine))
    }

    /// Whether Git comes to our program with what it does to refs.
    private func hasTransactionHook(_ environment: Environment, _ git: GitProgram) throws -> Bool {
        let name = "reference-transaction"
        let path: FilePath
        if let ours = environment.nonEmpty("GIT_DVC_HOOK") {
            path = FilePath(ours).parent.appending(name)
        } else {
            // Started by a framework for hooks.
            let answer = try git.command(["rev-parse", "--git-path", "hooks/\(name)"]).run()
            guard answer.status.isSuccess else { return false }
            path = FilePath(String(decoding: answer.output.dropLast(), as: UTF8.self))
        }
        let hook = try FilePath.currentDirectory().appending(path)
        guard isExecutableFile(hook), let text = try readFileIfPresent(hook, limit: 1 << 20) else {
            return false
        }
        return isHookOfOurs(text)
    }
}
