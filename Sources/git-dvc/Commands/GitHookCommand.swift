import Basics
import Git
import Workflows

/// What `dvc-hooks` runs when a hook has work; DVC's command of this name does the same.
///
/// Nobody types it, so no list has it. A Git command that is done does not fail any more: whatever
/// goes wrong is a warning.
let gitHookCommand = CommandDescription(
    name: "git-hook",
    summary: "Does the work of a Git hook.",
    synopsis: "<hook>",
    arguments: [("hook", "post-checkout, post-push, late-data, pre-commit or pre-receive")],
    argumentCount: 1...3,
    options: [
        OptionDescription("quiet", "q", "only say what went wrong"),
        OptionDescription(
            "snapshot", nil, "standard input has the state of the metafiles that a hook found"),
        OptionDescription("asked", nil, value: "what", "what a hook has asked Git already"),
    ],
    run: { arguments, invocation in
        let isQuiet = arguments.has("quiet")
        switch arguments.positionals.first {
        case "post-checkout":
            let input = OpenFile(adopting: 0, named: "standard input")
            let snapshot = arguments.has("snapshot") ? try input.readAll(limit: 1 << 30) : nil
            try await followCheckout(
                invocation, snapshot, asked: arguments.value("asked"), isQuiet: isQuiet)
        case "post-push" where arguments.positionals.count == 3:
            await sendExperiments(to: arguments.positionals[1], invocation, isQuiet: isQuiet)
        case "late-data":
            _ = try await uploadLeftData(try invocation.session(), isQuiet: isQuiet)
        case "pre-commit": return try await checkCommit(invocation, asked: arguments.value("asked"))
        case "pre-receive": return try await checkReceived(invocation)
        default:
            throw UsageError(
                summary: "there is no hook '\(arguments.positionals.first ?? "")'", advice: nil)
        }
        return 0
    })

/// `snapshot`: the state of the metafiles, where a hook has asked for it already.
private func followCheckout(
    _ invocation: Invocation, _ snapshot: [UInt8]?, asked: String?, isQuiet: Bool
) async throws {
    do {
        let session = try invocation.session(isHook: true, asked: asked)
        let isClone = try CloneCompletion(session).run()
        let progress = session.progressOutput(isQuiet: isQuiet)
        let report = try await FollowWorkflow(session, snapshot, progress: progress).run()
        let count = report.changedCount
        if count > 0, !isQuiet {
            write("Updated the DVC data of \(counted(count, "out"))\n", to: 2)
        }
        printMessages("warning", report.warnings + report.errors)
        if !report.errors.isEmpty {
            printMessage(
                "hint", "the working copy lacks DVC data of this commit; get it with 'git dvc pull'"
            )
        }
        try await prefetch(session, isQuiet: isQuiet)
        if isClone { try followClone(session, isQuiet: isQuiet) }
    } catch let error where !(error is CancellationError) {
        printMessage("warning", "the DVC data was not brought up to date: \(summary(of: error))")
        printMessage("hint", "try again with 'git dvc pull'")
    }
}

/// Has the submodules follow that a clone through the remote helper was told to bring.
private func followClone(_ session: Session, isQuiet: Bool) throws {
    guard let submodules = try CloneSubmodules(session) else { return }
    if let cloning = firstAncestor({ CloneCommandLine($0) }) {
        return try submodules.run(cloning, isQuiet: isQuiet)
    }
    printMessage("note", "the submodules of this clone get neither hooks nor DVC data")
    printMessage(
        "hint", "when it is done: git submodule foreach --recursive 'git dvc install; git dvc pull'"
    )
}

/// Sends the experiments that go along with refs that a push has moved, which standard input names.
private func sendExperiments(to name: String, _ invocation: Invocation, isQuiet: Bool) async {
    do {
        let input = try OpenFile(adopting: 0, named: "standard input").readAll(limit: 1 << 30)
        let session = try invocation.session()
        let report = try await ExperimentFollowing(session, to: name).run(
            tips: RefUpdate.parse(input).compactMap(\.newOID),
            progress: session.progressOutput(isQuiet: isQuiet))
        if !report.pushed.isEmpty, !isQuiet {
            let names = report.pushed.map(\.name)
            let more = names.count > 10 ? " and \(names.count - 10) more" : ""
            let noun = names.count > 1 ? "experiments" : "experiment"
            let shown = names.prefix(10).joined(separator: ", ")
            write(printable("Pushed \(noun) \(shown)\(more)") + "\n", to: 2)
        }
        for ref in report.diverged {
            printMessage("note", "experiment '\(ref.name)' is another one there: not pushed")
        }
        printMessages("warning", report.warnings + report.errors)
    } catch {
        printMessage("warning", "experiments were not pushed: \(summary(of: error))")
    }
}

/// Does what `dvc.fetchData` and `dvc.fetchExps` ask for, if Git has fetched since the last time.
///
/// Throws `CancellationError` alone: nobody waits for that data.
func prefetch(_ session: Session, isQuiet: Bool) async throws {
    let progress = session.progressOutput(isQuiet: isQuiet)
    let report = try await PrefetchWorkflow(session).run(progress)
    if report.experimentCount > 0, !isQuiet {
        let experiments = counted(report.experimentCount, "experiment")
        write("Took over \(experiments) that git fetch brought (dvc.fetchExps)\n", to: 2)
    }
    if report.fetchedCount > 0, !isQuiet {
        let objects = counted(report.fetchedCount, "DVC object")
        write("Fetched \(objects) for what git fetch brought (dvc.fetchData)\n", to: 2)
    }
    printMessages("warning", report.warnings)
}

/// Returns 1 only when the user wants such commits to be refused.
private func checkCommit(_ invocation: Invocation, asked: String?) async throws -> CInt {
    do {
        let check = CommitCheckWorkflow(try invocation.session(isHook: true, asked: asked))
        let report = try await check.run()
        printMessages(report.isRefused ? "error" : "warning", report.changes)
        printMessages("warning", report.warnings)
        if report.isRefused {
            printMessage(
                "hint",
                "commit all the same with 'git commit --no-verify' (dvc.commitCheck is 'refuse')")
        }
        return report.isRefused ? ExitCode.failure : 0
    } catch let error where !(error is CancellationError) {
        printMessage("warning", "the DVC data was not compared: \(summary(of: error))")
        return 0
    }
}

/// Returns 1 when the data of a received push is not where it should be, or cannot be looked for.
private func checkReceived(_ invocation: Invocation) async throws -> CInt {
    do {
        let input = try OpenFile(adopting: 0, named: "standard input").readAll(limit: 1 << 30)
        let updates = try RefUpdate.parse(received: input)
        let found = try await ReceiveCheck(try invocation.session()).run(updates)
        printMessages("warning", found.warnings)
        printMessages("error", found.errors)
        if found.errors.isEmpty { return 0 }
        printMessage(
            "hint",
            "upload it with 'git dvc push'; after 'git dvc install' every 'git push' does so itself"
        )
        return ExitCode.failure
    } catch let error where !(error is CancellationError) {
        printError(error)
        return ExitCode.failure
    }
}
