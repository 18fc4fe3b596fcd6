import Basics
import Git

/// What a push did, for the user's hook `post-push`.
struct FinishedPush {
    let updates: [RefUpdate]
    /// Of each ref the first line of its answer.
    let answers: [String: String]

    /// Runs the hook, if there is one.
    func tell(_ context: HelperContext) {
        if context.environment.isOn("DVC_SKIP") { return }
        do {
            try PostPushHook(at: context.preparation.postPushHook())?.run(
                updates.map { ($0, result(of: $0)) }, remote: context.remote,
                url: context.shownAddress, context.environment, context.trace)
        } catch {
            printMessage("warning", "cannot run the hook post-push: \(summary(of: error))")
        }
    }

    private func result(of update: RefUpdate) -> String {
        let words = (answers[update.remoteRef] ?? "").split(separator: " ", maxSplits: 2)
        return words.first == "ok" ? "ok" : "error \(words.count > 2 ? words[2] : "unknown")"
    }
}

/// What the pushes of a conversation leave to be told at its end.
struct FinishedPushes {
    private var last: FinishedPush?
    private var isFailure = false

    mutating func add(_ push: Push) {
        last = push.finished
        isFailure = isFailure || push.lacksData || push.endedBadly
    }

    /// Tells the user's hook; called when Git has shown its table and moved its tracking refs.
    func tell(_ context: HelperContext) { last?.tell(context) }

    /// The exit status of the conversation, which would be `status` had all gone well.
    ///
    /// Git has shown its table of refs by then, and makes its own status of it.
    func status(_ status: CInt = 0) -> CInt { isFailure ? max(1, status) : status }
}
