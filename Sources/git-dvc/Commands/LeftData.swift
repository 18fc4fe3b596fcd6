import Basics
import Git
import Workflows

/// Uploads the data of pushes that ended before that was done, and says so on standard error; returns
/// whether all of it is there now.
///
/// Throws `CancellationError`, `Interrupted`, `SystemError`.
func uploadLeftData(_ session: Session, isQuiet: Bool) async throws -> Bool {
    let options = PushOptions(progress: session.progressOutput(isQuiet: isQuiet))
    let outcomes = try await LeftPushes(session).run(options) { note in
        if isQuiet { return }
        printMessage(
            "note",
            "a push to '\(printable(note.remote))' ended before its DVC data was uploaded "
                + "(dvc.pushData): doing that now")
    }
    for outcome in outcomes {
        switch outcome.result {
        case .success(let report):
            let printer = PushPrinter(
                report: report, options: options, isQuiet: isQuiet, isVerbose: false)
            printer.printMessages(isHook: true)
            printer.printSummary(isHook: true)
        case .failure(let error): printError(error)
        }
        if outcome.isDone { continue }
        printMessage(
            "warning",
            "the DVC data of an earlier push to '\(printable(outcome.note.remote))' is not all there"
        )
        printMessage("hint", "the next push tries again, unless you remove '\(outcome.file)'")
    }
    return outcomes.allSatisfy(\.isDone)
}
