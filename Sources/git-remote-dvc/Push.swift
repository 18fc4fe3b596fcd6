import Basics
import Git

/// One push: what must stay is left out, the data is uploaded, then the refs move.
///
/// Every ref that Git asked for gets its line in the answer: an empty answer would read as "Everything
/// up-to-date" (git-integration 2.7).
struct Push {
    /// Moves refs; the second argument says that they are not the user's.
    typealias Send = ([PushLine], _ isExtra: Bool) throws -> SentRefs

    private let context: HelperContext
    private let options: HelperOptions
    private let listed: [String: GitOID]
    private let caller: CInt
    private let transport: Send
    /// What there is to tell once Git is done; `nil` when nothing was to move.
    private(set) var finished: FinishedPush?
    /// Whether refs moved whose data could not be uploaded afterwards.
    private(set) var lacksData = false
    /// Whether the other side failed when all had moved.
    private(set) var endedBadly = false
    private var wasRefused = false
    private var answers: [String: [String]] = [:]

    init(
        _ context: HelperContext, _ options: HelperOptions, listed: [String: GitOID], caller: CInt,
        send: @escaping Send
    ) {
        self.context = context
        self.options = options
        self.listed = listed
        self.caller = caller
        self.transport = send
    }

    /// Pushes and returns the lines of the answer, without the empty one at its end.
    mutating func run(_ asked: [PushLine]) throws -> [String] {
        let kept = asked.filter(\.isInternal)
        for line in kept { answers[line.ref] = ["error \(line.ref) up to date"] }
        noteKept(kept.map(\.ref))
        let updates = try updates(for: asked.filter { !$0.isInternal })
        let experiments = FollowingExperiments(context, options, listed: listed)
        let upload = DataUpload(context, options, caller: caller)
        upload.runLeft()
        let sendable = updates.filter { answers[$0.remoteRef] == nil }
        let followers = upload.isAllowed ? try experiments.updates(along: sendable) : []
        let isEarly = upload.isAllowed && !upload.isLate
        let refusals = try isEarly ? upload.run(for: sendable + followers) : [:]
        for update in sendable {
            if let why = refusals[update.remoteRef] { refuse(update.remoteRef, "dvc: \(why)") }
        }
        refuseAllIfAtomic(updates)
        let going = followers.filter { refusals[$0.remoteRef] == nil }
        if upload.isLate { try upload.leaveNote(of: sendable + going) }
        let sent = try send(updates, asked, along: going)
        if !options.isDryRun {
            try experiments.record((updates + going).filter { sent.isOK($0.remoteRef) })
        }
        if upload.isLate {
            let moved = (updates + going).filter { sent.isOK($0.remoteRef) }
            lacksData = try !upload.runLate(for: moved)
        }
        if !options.isDryRun, !updates.isEmpty {
            finished = FinishedPush(updates: updates, answers: answers.compactMapValues(\.first))
        }
        return asked.flatMap { answers[$0.ref] ?? [] }
    }

    /// Does what is to be done where Git has found that there is nothing to push: brings data that earlier
    /// pushes left, and sends experiments; what goes wrong is only said.
    ///
    /// Nobody waits for refs of their own then, so the data goes first, whatever `dvc.pushData` says.
    mutating func runAlone() throws {
        let experiments = FollowingExperiments(context, options, listed: listed)
        let upload = DataUpload(context, options, caller: caller)
        upload.runLeft()
        let followers = upload.isAllowed ? try experiments.updatesAlone() : []
        let refusals = try upload.run(for: followers)
        let going = followers.filter { refusals[$0.remoteRef] == nil }
        if going.isEmpty { return }
        let sent = try transport(going.map(\.line), true)
        if let failure = sent.failure {
            printMessage("warning", "experiments were not pushed: \(failure)")
        }
        if !options.isDryRun {
            try experiments.record(going.filter { sent.isOK($0.remoteRef) })
        }
        tell(of: going, sent)
    }

    // MARK: What is asked

    /// What is to be done, without what names no object; what Git would not even send is refused already.
    private mutating func updates(for lines: [PushLine]) throws -> [RefUpdate] {
        let objects = try PushedObjects(of: lines, over: listed, using: context.git)
        let leased = Set(options.leases.map { $0.prefix { $0 != ":" } })
        var updates: [RefUpdate] = []
        for line in lines {
            guard let update = objects.update(for: line) else {
                refuse(line.ref, "'\(line.source ?? "")' names no object")
                continue
            }
            updates.append(update)
            if line.isForced || leased.contains(line.ref[...]) { continue }
            if let why = objects.refusal(of: update) { refuse(line.ref, why) }
        }
        refuseAllIfAtomic(updates)
        return updates
    }

    // MARK: Answers

    /// Refuses the rest of an atomic push of which something is refused.
    private mutating func refuseAllIfAtomic(_ updates: [RefUpdate]) {
        guard options.isAtomic, answers.keys.contains(where: isRefused) else { return }
        for update in updates where answers[update.remoteRef] == nil {
            refuse(update.remoteRef, "atomic push failed")
        }
    }

    private mutating func refuse(_ ref: String, _ why: String) {
        answers[ref] = ["error \(ref) \(oneLine(why))"]
    }

    private func isRefused(_ ref: String) -> Bool {
        guard let answer = answers[ref]?.first else { return false }
        return answer.hasPrefix("error ") && !answer.hasSuffix(" up to date")
    }

    private mutating func take(_ sent: SentRefs, for lines: [PushLine]) {
        for line in lines {
            if let answer = sent.answers[line.ref] {
                answers[line.ref] = answer
            } else {
                // Signing that fails, or a child that is killed, leaves no line.
                refuse(line.ref, sent.failure ?? "the other side did not say what became of it")
            }
        }
    }

    private func noteKept(_ refs: [String]) {
        guard let first = refs.first else { return }
        let more = refs.count > 1 ? " and \(refs.count - 1) more" : ""
        printMessage(
            "note", "not pushed, as only this repository has a use for it: \(first)\(more)")
    }

    // MARK: Sending

    /// Moves the refs that nothing speaks against, and the experiments along with them.
    private mutating func send(
        _ updates: [RefUpdate], _ asked: [PushLine], along followers: [RefUpdate]
    ) throws -> SentRefs {
        let forced = Set(asked.filter(\.isForced).map(\.ref))
        let lines = updates.filter { answers[$0.remoteRef] == nil }.map { update in
            // The oid and not the name: a branch may have moved while its data was uploaded.
            PushLine(
                source: update.newOID?.hex, ref: update.remoteRef,
                isForced: forced.contains(update.remoteRef))
        }
        let extra = (lines.isEmpty ? [] : followers).map(\.line)
        // With one atomic push an experiment could keep the user's refs back.
        let together = !options.isAtomic
        var sent = try transport(together ? lines + extra : lines, false)
        if together, !extra.isEmpty {
            try retryWithout(extra, lines, &sent)
        } else if !extra.isEmpty, lines.allSatisfy({ sent.isOK($0.ref) }) {
            sent.answers.merge(try transport(extra, true).answers) { first, _ in first }
        }
        // Where Git alone would end without a table, so do we: there is nothing to tell of any ref.
        if sent.answers.isEmpty, answers.isEmpty, sent.failure != nil {
            throw HelperError.failed("git send-pack")
        }
        endedBadly = sent.endedBadly
        take(sent, for: lines)
        // When none of the user's own moved, experiments are not what it was about.
        if lines.contains(where: { sent.isOK($0.ref) }) { tell(of: followers, sent) }
        return sent
    }

    /// Sends the user's refs once more when the server refused all because of the experiments.
    private mutating func retryWithout(
        _ extra: [PushLine], _ lines: [PushLine], _ sent: inout SentRefs
    ) throws {
        let declined = lines.filter { line in
            guard let why = sent.refusal(of: line.ref) else {
                return sent.answers[line.ref] == nil
            }
            return why.contains("pre-receive hook declined")
        }
        if declined.isEmpty { return }
        let second = try transport(declined, false)
        if declined.contains(where: { second.isOK($0.ref) }) {
            context.rememberRefusal("the server refused all refs that came with them")
            for line in extra { sent.answers[line.ref] = nil }
            wasRefused = true
        }
        sent.answers.merge(second.answers) { _, last in last }
        if sent.failure == nil || !second.answers.isEmpty { sent.failure = second.failure }
    }

    private func tell(of followers: [RefUpdate], _ sent: SentRefs) {
        if followers.isEmpty || wasRefused { return }
        let done = followers.filter { sent.isOK($0.remoteRef) }
        if !done.isEmpty, options.verbosity > 0 {
            let names = done.compactMap { ExperimentRef($0.remoteRef)?.name }
            let shown = names.prefix(10).joined(separator: ", ")
            let more = names.count > 10 ? " and \(names.count - 10) more" : ""
            let verb = options.isDryRun ? "Would push" : "Pushed"
            write(
                printable("\(verb) experiment\(names.count > 1 ? "s" : "") \(shown)\(more)") + "\n",
                to: 2)
        }
        let refusals = followers.compactMap { update in
            sent.refusal(of: update.remoteRef).map { (update.remoteRef, $0) }
        }
        guard let first = refusals.first else { return }
        if refusals.count == followers.count,
            refusals.allSatisfy({ $0.1.contains("hidden ref") || $0.1.contains("hook declined") })
        {
            context.rememberRefusal(first.1)
        } else {
            for (ref, why) in refusals {
                printMessage("warning", "the server refused \(ref): \(why)")
            }
        }
    }
}

extension RefUpdate {
    /// The line that asks for it without force.
    fileprivate var line: PushLine {
        PushLine(source: newOID?.hex, ref: remoteRef, isForced: false)
    }
}

/// The text fit for Git's answer lines: printable, and in quotes where it would be misread.
private func oneLine(_ text: String) -> String {
    let shown = printable(text)
    return shown.hasPrefix("\"") ? " " + shown : shown
}
