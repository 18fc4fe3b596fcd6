import Basics
import Git

/// What came of one attempt to move refs.
struct SentRefs {
    /// Of each ref the lines of the answer: `ok <ref>` or `error <ref> <why>`, then its `option` lines.
    var answers: [String: [String]] = [:]
    /// Whether it failed though it says of each ref that it moved, as when the server dies right after.
    var endedBadly = false
    /// Whether something was sent at all; what was not can be tried otherwise.
    var failure: String?

    func isOK(_ ref: String) -> Bool { answers[ref]?.first?.hasPrefix("ok ") == true }

    /// Why a ref did not move; `nil` when it did, or when nothing is known.
    func refusal(of ref: String) -> String? {
        guard let line = answers[ref]?.first, line.hasPrefix("error \(ref)") else { return nil }
        let words = String(line.dropFirst("error \(ref)".count).drop { $0 == " " })
        return unquoted(words) ?? words
    }

    /// Reads an answer line by line; lines of refs that nobody asked for are left out.
    static func parse(_ lines: [String], asked: Set<String>) -> [String: [String]] {
        var answers: [String: [String]] = [:]
        var current: String?
        for line in lines {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count > 1 else { continue }
            if words[0] == "option" {
                if let current { answers[current]?.append(line) }
            } else if words[0] == "ok" || words[0] == "error" {
                let ref = String(words[1])
                current = asked.contains(ref) ? ref : nil
                if let current { answers[current] = [line] }
            }
        }
        return answers
    }
}

/// Moves refs by `git send-pack`, which answers in the words of a remote helper.
struct SendPack {
    let context: HelperContext
    let options: HelperOptions
    /// What Git was told that the remote has.
    let listed: [String: GitOID]
    let caller: CInt

    /// More leases would make the command line too long for some systems.
    private static let leaseLimit = 2000

    /// Sends all lines over one connection.
    ///
    /// `isAtomic`: otherwise as the user asked. Throws `SubprocessError`, ``HelperError``.
    func send(_ lines: [PushLine], isAtomic: Bool? = nil) throws -> SentRefs {
        if lines.isEmpty { return SentRefs() }
        var arguments = ["send-pack", "--helper-status", "--thin", "--stdin"]
        if options.isDryRun { arguments.append("--dry-run") }
        if isAtomic ?? options.isAtomic { arguments.append("--atomic") }
        if options.checksInclusion { arguments.append("--force-if-includes") }
        switch options.signing {
        case "true": arguments.append("--signed")
        case "if-asked": arguments.append("--signed=if-asked")
        default: break
        }
        if options.verbosity < 1 { arguments.append("--quiet") }
        if options.verbosity > 1 { arguments.append("--verbose") }
        if let shows = options.showsProgress {
            arguments.append(shows ? "--progress" : "--no-progress")
        }
        arguments += options.pushOptions.map { "--push-option=\($0)" }
        if let program = options.serverProgram { arguments.append("--receive-pack=\(program)") }

        // While data was uploaded somebody else may have pushed. A connection that Git holds open
        // would notice, so this one must as well: what is overwritten is what Git was told.
        let overwriting = lines.filter { $0.isForced || $0.source == nil }
        let usesLeases = overwriting.count <= Self.leaseLimit
        let forced = usesLeases ? Set(overwriting.map(\.ref)) : []
        arguments += options.leases.filter { lease in
            !forced.contains(String(lease.prefix { $0 != ":" }))
        }.map { "--force-with-lease=\($0)" }
        if usesLeases {
            arguments += overwriting.map {
                "--force-with-lease=\($0.ref):\(listed[$0.ref]?.hex ?? "")"
            }
        }
        let input = lines.map { line in
            let isForced = line.isForced && !usesLeases
            return PushLine(source: line.source, ref: line.ref, isForced: isForced).text + "\n"
        }.joined()
        var command = context.gitCommand(arguments + ["--", context.address.url])
        context.keepToFamily(options.family, in: &command)
        guard let result = try command.run(input: Array(input.utf8), for: caller) else {
            throw HelperError.cutOff
        }
        let answer = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
            .map(String.init)
        var sent = SentRefs()
        sent.answers = SentRefs.parse(answer, asked: Set(lines.map(\.ref)))
        // A ref that was refused makes it fail as well.
        sent.endedBadly = !result.status.isSuccess && lines.allSatisfy { sent.isOK($0.ref) }
        if sent.answers.isEmpty {
            HelperContext.tellEnd(of: "git send-pack", result.status)
            sent.failure = "git send-pack ended with code \(result.status.code)"
        }
        return sent
    }
}
